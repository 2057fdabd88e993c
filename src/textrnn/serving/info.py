"""What there is to know about a model, from params.yaml, its folder and its metrics."""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text
from safetensors import safe_open

from textrnn.serving import models
from textrnn.serving.models import Named

RESERVED = {"sentiment": 2, "charlm": 0}  # ids that are no token: padding and the unknown


def gather(name: str) -> dict[str, Any]:
    """Return all that is known of a model; None stands for what is not known yet.

    Raises:
        UserError: there is no such model.
    """
    model = models.find(name)
    corpus = model.dataset_entry.corpus
    measured = _metrics(model)
    return {
        "model": model.name,
        "here": model.is_here,
        "architecture": model.architecture,
        "parameters": _parameters(model) or measured.get("parameters"),
        "vocabulary": _vocabulary(model) or measured.get("vocabulary"),
        **_classes(model),
        "dataset": model.dataset,
        "corpus": f"{corpus.folder}/{corpus.name}",
        "seeds": model.seeds,
        "bytes": _bytes(model.home.home),
        "metrics": {s: measured[s] for s in ("train", "valid", "test") if s in measured},
    }


def show(found: dict[str, Any]) -> None:
    """Print it for people, and the commands that bring the model if it is not here."""
    table = Table.grid(padding=(0, 2))
    for heading, value in _lines(found):
        table.add_row(heading, Text(value))  # a class may be called [neg]
    console = Console(highlight=False, soft_wrap=True)
    console.print(table)
    if not found["here"]:
        console.print(f"Not here yet: {models.how_to_get(models.find(found['model']))}")


def _lines(found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "model", found["model"]
    yield "architecture", ", ".join(f"{k} {v}" for k, v in found["architecture"].items())
    for count in ("parameters", "vocabulary"):
        yield count, "not known yet" if found[count] is None else f"{found[count]:,}"
    if "classes" in found:
        yield "classes", ", ".join(found["classes"])
    yield "dataset", f"{found['dataset']}, of the corpus {found['corpus']}"
    yield "seeds", ", ".join(map(str, found["seeds"])) or "none trained here"
    yield "on disk", models.megabytes(found["bytes"])
    for split, values in found["metrics"].items():
        yield split, ", ".join(f"{k} {v:.4f}" for k, v in values.items())


def _metrics(model: Named) -> dict[str, Any]:
    """Return what evaluation found, which git holds; nothing if it has not run."""
    file = model.home.metrics / "metrics.json"
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return found


def _parameters(model: Named) -> int | None:
    """Count weights by the shapes that their file declares: nothing is loaded."""
    if not model.seeds:
        return None
    with safe_open(model.home.weights(model.seeds[0]), "numpy") as file:
        shapes: list[list[int]] = [
            file.get_slice(key).get_shape()
            for key in file.keys()  # noqa: SIM118 - no mapping
        ]
    return sum(math.prod(shape) for shape in shapes)


def _classes(model: Named) -> dict[str, list[str]]:
    """Return the names of a classifier's classes, where there are more than two."""
    if model.architecture.get("classes", 2) == 2:
        return {}
    return {"classes": model.class_names}


def _vocabulary(model: Named) -> int | None:
    """Return how many tokens or characters have an id of their own."""
    described = model.description
    return None if described is None else described.vocabulary - RESERVED[model.home.task]


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
