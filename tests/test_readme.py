"""What the README says is what `metrics/` and the repository hold."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def metrics(model: str) -> Any:
    """What git holds: a model that was trained here may differ in the last digits."""
    file = f":metrics/{model}/metrics.json"
    held = subprocess.run(["git", "show", file], cwd=ROOT, capture_output=True, check=True)
    return json.loads(held.stdout)


@pytest.mark.parametrize(
    "name",
    [
        "book-bilstm",
        "book-bilstm-seeds",
        "book-birnn-last100",
        "book-birnn-last100-seeds",
        "book-rnn",
        "bilstm-buckets",
        "best",
        "best-official",
    ],
)
def test_the_classifiers_accuracies_are_those_of_the_runs(name: str) -> None:
    row = re.search(rf"^\| `{name}` \|.*$", README, re.MULTILINE)
    assert row is not None
    accuracy = metrics(f"sentiment/{name}")["test"]["accuracy"]
    assert f"| {accuracy * 100:.2f} % |" in row.group()


@pytest.mark.parametrize("name", ["best", "best-official"])
def test_the_ensembles_accuracies_are_those_of_the_runs(name: str) -> None:
    file = f":metrics/sentiment/{name}/with-nb-svm.json"
    held = subprocess.run(["git", "show", file], cwd=ROOT, capture_output=True, check=True)
    accuracy = json.loads(held.stdout)["test"]["accuracy"]
    assert re.search(
        rf"^\| `{name}` and NB-SVM together \|.*\| {accuracy * 100:.2f} % \|", README, re.M
    )


def test_the_character_models_figures_are_those_of_the_runs() -> None:
    table = README.partition("| model | what it is | while training,")[2]
    for name in ("book", "book-tail", "best"):
        row = re.search(rf"^\| `{name}` \| .* \|$", table, re.MULTILINE)
        assert row is not None
        found = metrics(f"charlm/{name}")
        assert f"{found['train']['nats_per_char']:.4f}" in row.group()
        if "test" in found:
            assert f"| {found['test']['bits_per_char']:.3f} |" in row.group()


def test_the_quick_figures_are_those_of_the_runs() -> None:
    assert f"{metrics('sentiment/quick')['test']['accuracy'] * 100:.2f} %" in README
    assert f"{metrics('charlm/quick')['test']['bits_per_char']:.3f} bits" in README


def test_the_quick_models_have_learnt() -> None:
    assert metrics("sentiment/quick")["test"]["accuracy"] >= 0.72
    assert metrics("charlm/quick")["test"]["bits_per_char"] < 3.0


def test_every_link_leads_to_a_file() -> None:
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/*.md")]:
        for link in re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), (page.name, link)


def test_every_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    pages = README + (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert set(re.findall(r"(?:^|`)make ([a-z-]+)", pages, re.MULTILINE)) <= targets
