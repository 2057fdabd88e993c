"""Checkpoints: what was saved comes back, and nothing of another run is ever found."""

import subprocess
import sys
from pathlib import Path
from unittest import mock

import numpy as np
import pytest

from textrnn import checkpoints, runs
from textrnn.errors import UserError
from textrnn.params import character_model
from textrnn.paths import Model


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "new" / "folder" / "seed-1.safetensors"


def test_arrays_and_state_come_back_to_the_bit(file: Path) -> None:
    arrays = {
        "optimizer/0": np.array(424, np.int64),  # a number has no dimensions, and keeps none
        "optimizer/1": np.array(1e-3, np.float32),
        "model/0": np.random.default_rng(1).normal(size=(3, 4)).astype(np.float32),
        "turned": np.arange(6.0).reshape(2, 3).T,
        "empty": np.zeros((0, 3), np.float32),
    }
    state = {"history": [{"loss": 0.1 + 0.2, "valid_loss": 1e-300}, {"loss": 2.0}]}
    checkpoints.save(file, arrays, state)
    found = checkpoints.load(file)
    assert found is not None
    assert found[1] == state
    assert set(found[0]) == set(arrays)
    for key, array in arrays.items():
        assert found[0][key].shape == array.shape, key
        assert found[0][key].dtype == array.dtype, key
        np.testing.assert_array_equal(found[0][key], array)


def test_a_later_one_takes_the_place_of_an_earlier_one(file: Path) -> None:
    checkpoints.save(file, {"a": np.zeros(3)}, {"epoch": 1})
    checkpoints.save(file, {"b": np.ones(2)}, {"epoch": 2})
    found = checkpoints.load(file)
    assert found is not None
    assert list(found[0]) == ["b"]
    assert found[1] == {"epoch": 2}
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_none_is_there_at_first(file: Path) -> None:
    assert checkpoints.load(file) is None


def test_any_flipped_bit_is_found(file: Path) -> None:
    """Of the numbers, of their names and shapes, of the history, of the checksum itself."""
    arrays = {"model/0": np.ones((2, 1), np.float32), "optimizer/0": np.array(7, np.int64)}
    checkpoints.save(file, arrays, {"history": [{"loss": 0.5}]})
    whole = file.read_bytes()
    for place in range(len(whole)):
        for bit in range(8):
            damaged = bytearray(whole)
            damaged[place] ^= 1 << bit
            file.write_bytes(damaged)
            with pytest.raises(UserError, match=r"seed-1.safetensors is damaged. Remove it: the"):
                checkpoints.load(file)


def test_one_cut_short_is_found(file: Path) -> None:
    checkpoints.save(file, {"model/0": np.ones(3)}, {"history": []})
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(UserError, match="is damaged"):
        checkpoints.load(file)


# ---------------------------------------------------------------- fingerprint


@pytest.fixture
def inputs(tmp_path: Path) -> list[Path]:
    """A vocabulary and a folder of shards."""
    (tmp_path / "vocab.txt").write_text("the\n")
    (tmp_path / "train").mkdir()
    (tmp_path / "train" / "a").write_text("1")
    (tmp_path / "train" / "b").write_text("2")
    return [tmp_path / "vocab.txt", tmp_path / "train"]


def test_nothing_changed_gives_the_same_fingerprint(inputs: list[Path], tmp_path: Path) -> None:
    first = checkpoints.fingerprint("{}", inputs)
    (tmp_path / "train" / "a").write_text("1")  # at another time
    assert checkpoints.fingerprint("{}", inputs) == first
    assert first.isalnum()


def test_other_parameters_give_another(inputs: list[Path]) -> None:
    assert checkpoints.fingerprint("{}", inputs) != checkpoints.fingerprint("{ }", inputs)


@pytest.mark.parametrize(
    ("name", "content"),
    [("vocab.txt", "a\n"), ("train/a", "2"), ("train/c", ""), ("train/deeper/a", "1")],
)
def test_other_content_of_an_input_gives_another(
    inputs: list[Path], tmp_path: Path, name: str, content: str
) -> None:
    first = checkpoints.fingerprint("{}", inputs)
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(content)
    assert checkpoints.fingerprint("{}", inputs) != first


def test_contents_that_change_places_give_another(inputs: list[Path], tmp_path: Path) -> None:
    first = checkpoints.fingerprint("{}", inputs)
    (tmp_path / "train" / "a").write_text("2")
    (tmp_path / "train" / "b").write_text("1")
    assert checkpoints.fingerprint("{}", inputs) != first


def test_an_input_that_is_gone_gives_another(inputs: list[Path], tmp_path: Path) -> None:
    first = checkpoints.fingerprint("{}", inputs)
    (tmp_path / "train" / "b").unlink()
    assert checkpoints.fingerprint("{}", inputs) != first


def test_other_code_gives_another(root: Path, tmp_path: Path) -> None:
    """In a copy of the package, from which a run has loaded some modules."""
    package = tmp_path / "textrnn"
    (package / "params").mkdir(parents=True)
    for name in ("__init__", "checkpoints", "atomic", "errors", "paths", "params/__init__"):
        source = root / "src" / "textrnn" / f"{name}.py"
        (package / f"{name}.py").write_bytes(source.read_bytes())

    def fingerprint() -> str:
        program = (
            "import os, textrnn.params, textrnn.checkpoints as c; "
            "assert c.__file__.startswith(os.getcwd()); "
            "print(c.fingerprint('{}', []))"
        )
        done = subprocess.run(
            [sys.executable, "-c", program],
            cwd=tmp_path,
            env={"PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    first = fingerprint()
    assert fingerprint() == first
    with (package / "paths.py").open("a") as unused:
        unused.write("# not loaded\n")
    assert fingerprint() == first
    for loaded in ("atomic.py", "params/__init__.py"):
        before = fingerprint()
        with (package / loaded).open("a") as file:
            file.write("# changed\n")
        assert fingerprint() != before


TRAINING = {
    "epochs": 1,
    "optimizer": "adam",
    "learning_rate": 0.1,
    "schedule": "constant",
    "final_learning_rate": None,
    "clip_norm": None,
    "early_stopping": None,
    "batches": {"method": "streams", "batch_size": 1},
}


def test_a_training_of_another_arithmetic_is_not_gone_on_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class StoppedError(Exception):
        pass

    named: list[str] = []

    def stop(parameters: str, _: object) -> str:
        named.append(parameters)
        raise StoppedError

    monkeypatch.setattr(checkpoints, "fingerprint", stop)
    monkeypatch.chdir(tmp_path)
    options = character_model.Training.model_validate(TRAINING)
    for determinism in ("machine", "portable", "machine"):
        with pytest.raises(StoppedError):
            runs.train(
                Model("charlm", "a"), "{}", mock.Mock(), mock.Mock(), mock.Mock(), None, options,
                [1], [], determinism,
            )  # fmt: skip
    assert named[0] == named[2] != named[1]
