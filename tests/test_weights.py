"""Weights as files: whole, the same every time, and never another model's."""

import json
import os
import time
from pathlib import Path

import numpy as np
import pytest

from textrnn import weights
from textrnn.backend import keras
from textrnn.charlm.model import build
from textrnn.errors import UserError
from textrnn.params.character_model import Architecture

SMALL = Architecture(
    embedding=3, cell="LSTM", units=4, layers=2, dropout=0.0, locked=False, weight_drop=0.0
)


def model(seed: int = 1, architecture: Architecture = SMALL, vocabulary: int = 5) -> keras.Model:
    keras.utils.set_random_seed(seed)
    return build(architecture, vocabulary)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    weights.save(model(), tmp_path / "weights.safetensors")
    return tmp_path / "weights.safetensors"


def test_what_was_saved_is_loaded_to_the_bit(file: Path) -> None:
    other = model(seed=2)
    weights.load(other, file)
    for left, right in zip(model().get_weights(), other.get_weights(), strict=True):
        assert left.dtype == right.dtype
        np.testing.assert_array_equal(left, right)


def test_the_same_weights_give_the_same_bytes(file: Path, tmp_path: Path) -> None:
    """Neither a date nor the order in which Keras numbers its layers is in them."""
    model(seed=7)
    again = model()
    os.utime(file, (0, 0))
    time.sleep(0.01)
    weights.save(again, tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == file.read_bytes()
    weights.save(model(seed=2), tmp_path / "other")
    assert (tmp_path / "other").read_bytes() != file.read_bytes()


@pytest.mark.parametrize("damage", ["empty", "cut short", "no header", "other file"])
def test_a_damaged_file_is_named(file: Path, damage: str) -> None:
    content = file.read_bytes()
    file.write_bytes(
        {
            "empty": b"",
            "cut short": content[:-1],
            "no header": content[:8] + b"\0" * (len(content) - 8),
            "other file": b"version https://git-lfs.github.com/spec/v1\n" * 9,
        }[damage]
    )
    with pytest.raises(UserError) as caught:
        weights.load(model(), file)
    assert str(caught.value).startswith(f"{file} is damaged (")
    assert "dvc checkout" in str(caught.value)


@pytest.mark.parametrize(
    ("changed", "vocabulary", "named"),
    [
        ({}, 6, "embedded/embedding"),
        ({"units": 6}, 5, "embedded/recurrent-0/"),
        ({"layers": 1}, 5, "recurrent-1/"),
        ({"layers": 3}, 5, "recurrent-2/"),
        ({"cell": "GRU"}, 5, "embedded/recurrent-0/"),
    ],
)
def test_weights_of_another_architecture_are_refused(
    file: Path, changed: dict[str, object], vocabulary: int, named: str
) -> None:
    other = model(2, SMALL.model_copy(update=changed), vocabulary)
    before = other.get_weights()
    with pytest.raises(UserError) as caught:
        weights.load(other, file)
    assert f"{file} does not fit the architecture: {named}" in str(caught.value)
    for left, right in zip(before, other.get_weights(), strict=True):
        np.testing.assert_array_equal(left, right)


def test_a_description_is_what_the_model_is_built_from() -> None:
    text = weights.describe(SMALL, "hamlet", 5)
    found = json.loads(text)
    assert found["dataset"] == "hamlet"
    rebuilt = build(Architecture(**found["architecture"]), found["vocabulary"])
    assert [w.shape for w in rebuilt.weights] == [w.shape for w in model().weights]
    assert text == weights.describe(SMALL, "hamlet", 5)
