"""A model is refused where what it is read with is not what it was trained with, by dvc.lock."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from textrnn.errors import UserError
from textrnn.integrity.outputs import md5
from textrnn.params import base
from textrnn.serving import prediction, writing

FEW = "data/sentiment/datasets/few"
SHARDS = {"path": f"{FEW}/shards/train", "md5": "1.dir"}
Lock = dict[str, Any]


def entry(deps: list[Any], outs: list[Any], params: dict[str, Any]) -> dict[str, Any]:
    return {"cmd": "x", "deps": deps, "outs": outs, "params": {"params.yaml": params}}


@pytest.fixture
def locked(changing: Path) -> Callable[[Callable[[Lock], object]], None]:
    """Writes a dvc.lock of which all fits, changed by what is given."""
    vocab = {"path": f"{FEW}/vocab.txt", "md5": md5(changing / FEW / "vocab.txt")}
    alphabet = "data/charlm/datasets/hamlet/vocab.json"
    known = {"path": alphabet, "md5": md5(changing / alphabet)}
    values = base.read(changing / "params.yaml")
    dataset = values["sentiment"]["datasets"]["few"]
    folder, name = dataset["corpus"]["folder"], dataset["corpus"]["name"]
    read = {f"corpora.{folder}.{name}.read": values["corpora"][folder][name]["read"]}
    stages = {
        "sentiment-split@few": entry([], [], read),
        "sentiment-encode@few": entry(
            [], [SHARDS], {"sentiment.datasets.few.tokens": dataset["tokens"]}
        ),
        "sentiment-train@tiny": entry([vocab, dict(SHARDS)], [], {}),
        "charlm-train@tiny": entry([known], [], {}),
    }

    def write(change: Callable[[Lock], object]) -> None:
        change(stages)
        (changing / "dvc.lock").write_text(yaml.safe_dump({"schema": "2.0", "stages": stages}))

    return write


def edit(change: Callable[[Any], object]) -> None:
    values = base.read(base.FILE)
    change(values)
    base.FILE.write_text(yaml.safe_dump(values, sort_keys=False))


def test_what_fits_is_used(locked: Any) -> None:
    locked(lambda stages: None)
    assert prediction.load("sentiment/tiny").judge(["a fine film"])
    assert writing.load("charlm/tiny")


@pytest.mark.parametrize("gone", ["sentiment-split@few", "sentiment-encode@few"])
def test_a_lock_without_the_data_stages_refuses_nothing(locked: Any, gone: str) -> None:
    locked(lambda stages: stages.pop(gone))
    assert prediction.load("sentiment/tiny")


def test_another_vocabulary_of_the_same_size_is_refused(locked: Any, changing: Path) -> None:
    locked(lambda stages: None)
    file = changing / FEW / "vocab.txt"
    file.write_text(file.read_text().replace("dull", "plot"))
    with pytest.raises(UserError, match=r"sentiment/tiny was trained with another vocabulary"):
        prediction.load("sentiment/tiny")


def test_another_alphabet_of_the_same_size_is_refused(locked: Any, changing: Path) -> None:
    locked(lambda stages: None)
    file = changing / "data/charlm/datasets/hamlet/vocab.json"
    file.write_text(file.read_text().replace("H", "I"))
    with pytest.raises(UserError, match=r"`dvc repro charlm-train@tiny`, or `dvc checkout`"):
        writing.load("charlm/tiny")


def test_a_dataset_made_anew_is_refused(locked: Any) -> None:
    locked(lambda stages: stages["sentiment-encode@few"].update(outs=[SHARDS | {"md5": "2.dir"}]))
    with pytest.raises(UserError, match=r"datasets\.few was made anew after sentiment/tiny was"):
        prediction.load("sentiment/tiny")


@pytest.mark.parametrize("key", ["lower", "punctuation"])
def test_other_tokens_are_refused(locked: Any, key: str) -> None:
    locked(lambda stages: None)

    def turn(values: Any) -> None:
        tokens = values["sentiment"]["datasets"]["few"]["tokens"]
        tokens[key] = not tokens[key]

    edit(turn)
    with pytest.raises(UserError, match=r"^sentiment\.datasets\.few\.tokens in params\.yaml is"):
        prediction.load("sentiment/tiny")


def test_other_numbers_of_the_classes_are_refused(locked: Any) -> None:
    locked(lambda stages: None)

    def swap(values: Any) -> None:
        corpus = values["sentiment"]["datasets"]["few"]["corpus"]
        read = values["corpora"][corpus["folder"]][corpus["name"]]["read"]
        read["labels"] = {"0": 1, "1": 0}

    edit(swap)
    with pytest.raises(UserError, match=r"\.read\.labels in params\.yaml is not what sentiment/t"):
        prediction.load("sentiment/tiny")
