"""What the README says is what `metrics/` and the repository hold."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def held(file: str) -> Any:
    """What git holds in `metrics/`: a model that was trained here may differ in the last digits."""
    command = ["git", "show", f":metrics/{file}"]
    return json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout)


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
    accuracy = held(f"sentiment/{name}/metrics.json")["test"]["accuracy"]
    assert f"| {accuracy * 100:.2f} % |" in row.group()


@pytest.mark.parametrize("name", ["best", "best-official"])
def test_the_ensembles_accuracies_are_those_of_the_runs(name: str) -> None:
    accuracy = held(f"sentiment/{name}/with-nb-svm.json")["test"]["accuracy"]
    assert re.search(
        rf"^\| `{name}` and NB-SVM together \|.*\| {accuracy * 100:.2f} % \|", README, re.M
    )


@pytest.mark.parametrize(
    ("row", "dataset"),
    [
        (r"NB-SVM on the same split", "imdb"),
        (r"`best` and NB-SVM together", "imdb-best"),
        (r"`best-official`", "imdb-official"),
        (r"`best-official`", "imdb-official-whole"),
    ],
)
def test_the_baselines_accuracies_are_those_of_the_runs(row: str, dataset: str) -> None:
    (said,) = re.findall(rf"^\| {row} \|.*$", README, re.MULTILINE)
    accuracy = held(f"sentiment/baselines/{dataset}/metrics.json")["nb-svm"]["test"]["accuracy"]
    assert f"{accuracy * 100:.2f} %" in said


def test_what_the_character_model_reaches_beside_ppmd_is_that_of_the_runs() -> None:
    test = held("charlm/best/adapted.json")["test"]
    adapting = f"{test['dynamic_bits_per_char']:.3f}; {test['mixed_bits_per_char']:.3f}"
    assert re.search(rf"^\| `best`, adapting \|.*\| {adapting} \|$", README, re.MULTILINE)
    ppmd = held("charlm/baselines/island-streams/metrics.json")["ppmd"]["test"]["bits_per_char"]
    assert re.search(rf"^\| PPMd, a compressor \|.*\| {ppmd:.3f} \|$", README, re.MULTILINE)
    against = held("charlm/best/contrast.json")["against"]["ppmd"]
    static, mixed = against["static"], against["mixed"]
    said = README.partition("Against PPMd it needs ")[2].partition("\n")[0]
    assert said.startswith(f"{-static['difference']:.3f} bits fewer")
    assert f" {_interval(static)} by blocks" in said
    assert f"mixed {-mixed['difference']:.3f} ({_interval(mixed)})" in said


def _interval(difference: dict[str, float]) -> str:
    """How many bits fewer: the ends change places with their signs."""
    return f"{-difference['difference_high']:.3f} to {-difference['difference_low']:.3f}"


def test_the_character_models_figures_are_those_of_the_runs() -> None:
    table = README.partition("| model | what it is | while training,")[2]
    for name in ("book", "book-tail", "best"):
        row = re.search(rf"^\| `{name}` \| .* \|$", table, re.MULTILINE)
        assert row is not None
        found = held(f"charlm/{name}/metrics.json")
        assert f"{found['train']['nats_per_char']:.4f}" in row.group()
        if "test" in found:
            assert f"| {found['test']['bits_per_char']:.3f} |" in row.group()


def test_the_quick_figures_are_those_of_the_runs() -> None:
    assert f"{held('sentiment/quick/metrics.json')['test']['accuracy'] * 100:.2f} %" in README
    assert f"{held('charlm/quick/metrics.json')['test']['bits_per_char']:.3f} bits" in README


def test_the_quick_models_have_learnt() -> None:
    assert held("sentiment/quick/metrics.json")["test"]["accuracy"] >= 0.72
    assert held("charlm/quick/metrics.json")["test"]["bits_per_char"] < 3.0


def test_every_link_leads_to_a_file() -> None:
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/*.md")]:
        for link in re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), (page.name, link)


def test_every_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    pages = README + (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert set(re.findall(r"(?:^|`)make ([a-z-]+)", pages, re.MULTILINE)) <= targets
