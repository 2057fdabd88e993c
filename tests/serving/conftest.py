"""A repository with tiny trained models, saved as `runs.train` saves them."""

import io
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import yaml

from textrnn import cli, paths, weights
from textrnn.backend import keras
from textrnn.charlm import alphabet
from textrnn.charlm import model as characters
from textrnn.params import base, character_model, classifier
from textrnn.sentiment import model as sentiment
from textrnn.sentiment import rows, vocabulary

WORDS = ["a", "fine", "dull", "film", "!", "the"]
KNOWN = alphabet.Alphabet("\n abcdeHé")
CLASSIFIER = classifier.Architecture(
    embedding=3, cell="LSTM", units=4, layers=1, bidirectional=True, dense=4, mask=True, dropout=0.5
)
WRITER = character_model.Architecture(
    embedding=3, cell="LSTM", units=5, layers=2, dropout=0.5, locked=True, weight_drop=0.3
)


def opinionated(model: keras.Model) -> keras.Model:
    """Give a model weights with which it is neither sure nor indifferent."""
    draw = np.random.default_rng(4)
    model.set_weights([draw.normal(size=w.shape).astype(np.float32) for w in model.weights])
    return model


def save(home: paths.Model, model: keras.Model, description: str, seeds: tuple[int, ...]) -> None:
    home.home.mkdir(parents=True)
    (home.home / "model.json").write_text(description)
    for seed in seeds:
        home.weights(seed).parent.mkdir()
        weights.save(model, home.weights(seed))


@pytest.fixture(scope="session")
def classifying() -> keras.Model:
    return opinionated(sentiment.build(CLASSIFIER, len(WORDS) + 2))


@pytest.fixture(scope="session")
def writing() -> keras.Model:
    return opinionated(characters.build(WRITER, KNOWN.size))


@pytest.fixture(scope="session")
def built(
    root: Path,
    tmp_path_factory: pytest.TempPathFactory,
    classifying: keras.Model,
    writing: keras.Model,
) -> Path:
    """The repository, in a path with spaces, with the models `sentiment/tiny` and `charlm/tiny`."""
    folder = tmp_path_factory.mktemp("serving") / "a repository"
    folder.mkdir()
    shutil.copy(root / "dvc.yaml", folder)
    shutil.copy(root / "dvc.lock", folder)
    values: Any = base.read(root / "params.yaml")
    values["sentiment"]["datasets"]["few"] = values["sentiment"]["datasets"]["rotten-tomatoes"]
    values["sentiment"]["models"]["tiny"] = {
        **values["sentiment"]["models"]["quick"],
        "dataset": "few",
    }
    values["charlm"]["models"]["tiny"] = values["charlm"]["models"]["quick"]
    (folder / "params.yaml").write_text(yaml.safe_dump(values, sort_keys=False))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        few, hamlet = paths.Dataset("sentiment", "few"), paths.Dataset("charlm", "hamlet")
        for data in (few, hamlet):
            data.home.mkdir(parents=True)
        vocabulary.write(WORDS, few.vocab)
        alphabet.write(KNOWN, hamlet.vocab)
        described = weights.describe(CLASSIFIER, "few", len(WORDS) + 2)
        save(paths.Model("sentiment", "tiny"), classifying, described, (7, 10))
        described = weights.describe(WRITER, "hamlet", KNOWN.size)
        save(paths.Model("charlm", "tiny"), writing, described, (1,))
    return folder


@pytest.fixture
def repo(built: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The repository as the working folder, not to be changed."""
    monkeypatch.chdir(built)
    return built


@pytest.fixture
def changing(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the repository as the working folder, to change."""
    folder = tmp_path / "a copy"
    shutil.copytree(built, folder)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture(scope="session")
def playing(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy with all that `textrnn app` shows: held-out text, and what the baseline is made of."""
    folder = tmp_path_factory.mktemp("playing") / "a repository"
    shutil.copytree(built, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        values = base.read(base.FILE)
        values["charlm"]["models"]["tiny"]["sampling"]["start"] = "He"
        base.FILE.write_text(yaml.safe_dump(values, sort_keys=False))
        held_out = paths.Dataset("charlm", "hamlet").text("test")
        held_out.parent.mkdir()
        held_out.write_text("abed bed bed\ndead\nHe bed a deed\nab")
        train = paths.Dataset("sentiment", "few").rows("train")
        train.parent.mkdir()
        reviews = ("dull, the plot", "a fine film", "so dull a film", "fine plot!")
        rows.write(map(rows.line, [rows.Row(i, i % 2, reviews[i % 4]) for i in range(40)]), train)
        chosen = paths.METRICS / "sentiment/baselines/few/metrics.json"
        chosen.parent.mkdir(parents=True)
        settings = {"orders": 2, "smoothing": 1.0, "penalty": 1.0, "interpolation": 0.5}
        chosen.write_text(json.dumps({"nb-svm": {"settings": settings}}))
    return folder


class Done(NamedTuple):
    """What became of a command."""

    status: int
    out: str
    err: str


Command = Callable[..., Done]


@pytest.fixture
def textrnn(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """The command `textrnn`, called as from a shell: arguments, and bytes on standard input."""

    def textrnn(*arguments: str, stdin: bytes = b"") -> Done:
        monkeypatch.setattr(sys, "argv", ["textrnn", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        monkeypatch.chdir(Path.cwd())  # so that where the command goes is forgotten after the test
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        return Done(int(ended.value.code or 0), out, err)

    return textrnn
