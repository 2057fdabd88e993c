"""The repository's data stages on twenty reviews and a page of text: whole runs in seconds."""

import random
from pathlib import Path
from typing import Any

import yaml

from pipeline.layout import ROOT, copy_repository, run

STAGES = [
    "check",
    "sentiment-scratch",
    "sentiment-split@tiny",
    "sentiment-vocab@tiny",
    "sentiment-encode@tiny",
]


def params() -> dict[str, Any]:
    """Return parameters with one dataset and no model, and what holds for all as committed."""
    whole = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    reviews = {"folder": "own", "name": "reviews", "format": "csv"}
    read = {"text": "text", "label": "label"}
    dataset = {
        "corpus": reviews,
        "split": {"method": "fractions", "seed": 1, "valid": 0.2, "test": 0.2},
        "tokens": {"lower": True, "punctuation": True, "last": None},
        "vocabulary": {"max_size": None, "min_count": 1, "order": "frequency"},
        "encode": {"shards": 2},
    }
    return {
        "corpora": {"raw": {}, "own": {"reviews": {"format": "csv", "read": read}}},
        "sentiment": whole["sentiment"]
        | {"datasets": {"tiny": dataset}, "unlabelled": {}, "pretraining": {}, "models": {}}
        | {"pairs": {}, "ensembles": {}},
        "charlm": whole["charlm"] | {"datasets": {}, "models": {}, "pairs": {}, "adaptations": {}},
    }


def reviews() -> str:
    draw = random.Random(1)
    words = ["fine", "dull", "great", "film", "plot", "the"]
    lines = [f"{i % 2},{' '.join(draw.choices(words, k=6))} no {i}" for i in range(20)]
    return "\n".join(["label,text", *lines]) + "\n"


def lay_out(folder: Path) -> None:
    """Make a repository of the project's code in which the data stages have run, and commit it."""
    copy_repository(folder)
    _leave_out_findings(folder / "dvc.yaml")
    (folder / "params.yaml").write_text(yaml.safe_dump(params()))
    (folder / "data/own").mkdir()
    (folder / "data/own/reviews.csv").write_text(reviews())
    run(folder, "dvc", "add", "--quiet", "data/own/reviews.csv")
    run(folder, "dvc", "repro", "--quiet")
    commit(folder)


def commit(folder: Path) -> None:
    run(folder, "git", "add", "--all")
    who = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    run(folder, "git", *who, "commit", "--quiet", "--message", "as it is")


def _leave_out_findings(file: Path) -> None:
    """Leave out what is found out about datasets: the data stages alone are wanted here."""
    pipeline = yaml.safe_load(file.read_text(encoding="utf-8"))
    for stage in ("sentiment-audit", "sentiment-baseline", "charlm-audit", "charlm-baseline"):
        del pipeline["stages"][stage]
    file.write_text(yaml.safe_dump(pipeline, sort_keys=False), encoding="utf-8")
