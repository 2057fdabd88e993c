"""`textrnn init charlm`: a running text → entries for params.yaml."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from textrnn.charlm import chunking
from textrnn.errors import UserError
from textrnn.own import catalogue
from textrnn.params.chunk import Chunk
from textrnn.params.corpus import ReadText
from textrnn.reading.text import read_text

LONG = 500_000  # characters: for so many there is a larger model
RARE = 5  # occurrences: of rarer characters little is learnt
GUTENBERG = "Project Gutenberg"


def add(file: Path, name: str | None, start: str | None, end: str | None) -> list[str]:
    """Survey a text and add it to params.yaml and `data/own/`; return what to tell the user.

    Raises:
        UserError: the file cannot be read, a marker is not in it, it is too short, the name is
            taken.
    """
    name = catalogue.name_of(file.stem, name)
    catalogue.check_name("charlm", name)
    catalogue.check_file(name, "txt", file)
    _check_markers(file, start, end)
    read = ReadText(start=start, end=end)
    text = read_text(file, read)
    chunk = _chunk(text)
    _check_length(file, text, chunk)
    entries: list[dict[str, Any]] = [
        {"format": "txt", "read": read.model_dump()},
        {"corpus": {"folder": "own", "name": name}, "chunk": chunk.model_dump()},
        _model(name, text),
    ]
    catalogue.add("charlm", name, "txt", file, entries)
    return [*_told(file, text, read), *_chosen(entries), *_next(name)]


def _check_markers(file: Path, start: str | None, end: str | None) -> None:
    """Refuse an empty text and markers that are not in it, in the words of the command."""
    text = file.read_text(encoding="utf-8", errors="replace")
    if not text.strip():
        raise UserError(f"{file} is empty.")
    if start is not None and start not in text:
        raise UserError(f"{file} has no {start!r} for --start.")
    if end is not None and end not in text.partition(start or "\0")[2 if start else 0]:
        behind = " behind --start" if start else ""
        raise UserError(f"{file} has no {end!r} for --end{behind}.")


def _chunk(text: str) -> Chunk:
    """Windows overlap in a short text, so that an epoch has enough of them."""
    stride = 60 if len(text) >= LONG else 20
    return Chunk(valid=0.05, test=0.05, steps=60, stride=stride, shards=1)


def _check_length(file: Path, text: str, chunk: Chunk) -> None:
    parts = chunking.cut(text, chunk)
    if len(parts["train"]) <= chunk.steps or not (parts["valid"] and parts["test"]):
        raise UserError(
            f"{file} has {len(text):,} characters, too few for windows of {chunk.steps}: "
            "a model of characters wants tens of thousands."
        )


def _model(name: str, text: str) -> dict[str, Any]:
    long = len(text) >= LONG
    rate = 0.002 if long else 0.004
    return {
        "dataset": name,
        "architecture": {
            "embedding": 64,
            "cell": "LSTM",
            "units": 512 if long else 256,
            "layers": 1,
            "dropout": 0.2,
            "locked": False,
            "weight_drop": 0.0,
        },
        "training": {
            "epochs": 20 if long else 10,
            "optimizer": "adam",
            "learning_rate": rate,
            "schedule": "cosine",
            "final_learning_rate": rate / 10,
            "clip_norm": 1.0,
            "early_stopping": None,
            "batches": {"method": "chunks", "batch_size": 64, "shuffle": 10_000},
        },
        "sampling": {
            "start": text.split()[0][:20],
            "length": 500,
            "window": 40,
            "scale_factors": [1.0, 2.0, 0.5],
            "seed": 1,
        },
        "determinism": "machine",
        "seeds": [1],
    }


# ---------------------------------------------------------------- what is told


def _told(file: Path, text: str, read: ReadText) -> list[str]:
    counts = Counter(text)
    rare = sum(count < RARE for count in counts.values())
    told = [
        f"{file.name}: {len(text):,} characters in {len(text.splitlines()):,} lines, "
        f"{len(counts)} different, {rare} of them fewer than {RARE} times."
    ]
    if GUTENBERG in text and read == ReadText(start=None, end=None):
        told.append(
            "  It holds Project Gutenberg's own words too: --start and --end leave them out."
        )
    return told


def _chosen(entries: Sequence[dict[str, Any]]) -> list[str]:
    _, dataset, model = entries
    chunk, training = dataset["chunk"], model["training"]
    return [
        f"Chosen: a twentieth each held out for validation and test, at the end; windows of "
        f"{chunk['steps']} characters, a new one every {chunk['stride']}; LSTM "
        f"{model['architecture']['units']}; {training['epochs']} epochs. "
        "Change them in params.yaml."
    ]


def _next(name: str) -> list[str]:
    return [
        f"Added {name} to params.yaml (corpora.own, charlm.datasets, charlm.models) and "
        f"data/own/{name}.txt. Next:",
        f"  dvc repro charlm-evaluate@{name} charlm-sample@{name}",
        f"  textrnn results {name}",
        f'  textrnn sample --model charlm/{name} --start "…"',
    ]
