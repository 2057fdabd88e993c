"""The model cards in docs/models are what the generator makes of what git holds."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from textrnn.reports import card, measured, words

ROOT = Path(__file__).parents[1]
READ = ("metrics", "params.yaml", "dvc.lock", "requirements.lock", "pyproject.toml", "docs/models")


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What git holds: a model that was trained here may differ in the last digits."""
    folder = tmp_path_factory.mktemp("held")
    listed = git("ls-files", "-z", "--", *READ)
    subprocess.run(
        ["git", "checkout-index", "-z", "--stdin", f"--prefix={folder}/"],
        cwd=ROOT,
        input=listed,
        check=True,
    )
    return folder


def git(*arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=True).stdout


def test_each_model_has_its_card_and_no_card_is_without_one(
    held: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(held)
    made = {card.file(model).name for model in measured.find([])}
    assert made == {file.name for file in (held / card.FOLDER).glob("*.md")}


def test_the_committed_cards_are_what_the_generator_gives(
    held: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(held)
    for model in measured.find([]):
        committed = card.file(model).read_text(encoding="utf-8")
        assert card.render(model) == committed, f"{model.name}: run `textrnn card`, and commit"


def test_a_card_says_what_speaks_against_the_model(
    held: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(held)
    (model,) = measured.find(["sentiment/book-rnn"])
    text = card.render(model)
    best = json.loads(Path("metrics/sentiment/baselines/imdb/metrics.json").read_text())
    assert f"`nb-svm`, has {best['nb-svm']['test']['accuracy'] * 100:.2f} %" in text
    assert "one seed" in text


def test_a_card_shows_what_learning_from_the_test_text_gives(
    held: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(held)
    (model,) = measured.find(["charlm/best"])
    found = json.loads(Path("metrics/charlm/best/adapted.json").read_text())["test"]
    text = card.render(model)
    for way, said in words.ADAPTED.items():
        assert f"| {said} | {found[f'{way}_bits_per_char']:.3f} |" in text


def test_a_card_names_what_was_read_without_labels(
    held: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(held)
    (model,) = measured.find(["sentiment/best"])
    text = card.render(model)
    assert "those of `raw/imdb-unlabelled` of which no copy stands in `raw/imdb`: https://" in text
    corpora = yaml.safe_load(Path("params.yaml").read_text())["corpora"]["raw"]
    assert corpora["imdb-unlabelled"]["fetch"]["sha256"] in text
    (model,) = measured.find(["sentiment/book-bilstm"])
    assert "without labels" not in card.render(model)


def test_a_model_alone_has_a_card_that_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_out(tmp_path, "sentiment/mine", {"test": {"accuracy": 0.8}, "seeds": {"n": 1}})
    monkeypatch.chdir(tmp_path)
    (model,) = measured.find([])
    text = card.render(model)
    assert "| **`mine`** | 80.00 % | not measured | not measured |" in text
    assert "Dataset `not known`" in text
    assert "Time: not known" in text


def lay_out(folder: Path, model: str, metrics: dict[str, Any]) -> None:
    """Make a repository of one model's metrics and nothing else."""
    home = folder / "metrics" / model
    home.mkdir(parents=True)
    (home / "metrics.json").write_text(json.dumps(metrics))
    (folder / "params.yaml").write_text("sentiment: {models: {}}\n")
