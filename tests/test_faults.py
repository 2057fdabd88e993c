"""What a machine refuses, in a sentence: by number, by file, by stage."""

import errno
import resource
from pathlib import Path

import numpy as np
import pytest
from safetensors import SafetensorError
from safetensors.numpy import save_file

from textrnn import atomic, faults
from textrnn.backend import tf


def test_memory_that_tensorflow_cannot_have() -> None:
    with pytest.raises(tf.errors.ResourceExhaustedError) as caught:
        tf.zeros([2**45])
    assert faults.sentence(caught.value, "sentiment-train@quick") == (
        "the memory is full. Lower sentiment.models.quick.training.batches.batch_size in "
        "params.yaml, or tokens.last of its dataset, and run `dvc repro sentiment-train@quick` "
        "again: what was finished is not lost."
    )


@pytest.mark.parametrize(
    ("stage", "said"),
    [
        (
            "charlm-train@book",
            "charlm.models.book.training.batches.batch_size in params.yaml, or c",
        ),
        ("sentiment-split@imdb", "Close other programs, and run `dvc repro sentiment-split@imdb`"),
        ("", "Close other programs, and run the command again"),
    ],
)
def test_memory_that_python_cannot_have(stage: str, said: str) -> None:
    assert said in str(faults.sentence(MemoryError(), stage))


def test_a_full_disk_s_file_is_the_one_that_was_being_written(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space") as caught, atomic.file(tmp_path / "vocab.txt"):
        raise OSError(errno.ENOSPC, "No space left on device")
    said = str(faults.sentence(caught.value, "check"))
    assert said.startswith(f"{tmp_path / 'vocab.txt'} cannot be written: No space left on device.")


def test_a_file_is_called_as_when_it_is_whole(tmp_path: Path) -> None:
    error = OSError(errno.EROFS, "…", str(tmp_path / ".model.part" / "seed-1" / ".a.csv.part"))
    named = tmp_path / "model" / "seed-1" / "a.csv"
    assert str(faults.sentence(error, "x")).startswith(f"{named}: Read-only file system. Give ")


def test_what_safetensors_says_in_words_is_understood(tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(SafetensorError) as caught, atomic.file(tmp_path / "weights") as part:
            save_file({"a": np.zeros(9999)}, part)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    said = str(faults.sentence(caught.value, "x"))
    assert said.startswith(f"{tmp_path / 'weights'} cannot be written: File too large.")


@pytest.mark.parametrize(
    "error",
    [ValueError("28"), FileNotFoundError(2, "none"), OSError("odd"), SafetensorError("odd")],
)
def test_a_bug_is_none_of_these(error: Exception) -> None:
    assert faults.sentence(error, "x") is None
