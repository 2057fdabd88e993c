"""`textrnn init sentiment`: a CSV of labelled texts → entries for params.yaml."""

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from textrnn import reading
from textrnn.errors import UserError
from textrnn.own import catalogue, labels
from textrnn.own.labels import Meaning
from textrnn.params import problems
from textrnn.params.corpus import PLAIN, ReadTable
from textrnn.params.split import Fractions
from textrnn.params.tokens import Tokens
from textrnn.progress import bar
from textrnn.sentiment import splits, tokens

LONG = 400  # tokens: of longer texts the last ones are kept
MANY = 20_000  # rows: for so many there is a larger model
FEW = 30  # rows: of a rarer class, a tenth may be none


@dataclass(frozen=True)
class Columns:
    """Which columns of the table are used."""

    text: str
    label: str
    group: str | None
    delimiter: str


@dataclass(frozen=True)
class Survey:
    """What was found in a table."""

    labels: Counter[str]  # all of them
    meaning: Meaning
    lengths: npt.NDArray[np.int64]  # in tokens, of the rows that are used
    groups: int | None
    repeated: int  # rows whose text stood there before


def add(
    file: Path,
    name: str | None,
    columns: Columns,
    positive: Sequence[str],
    negative: Sequence[str],
    drop: Sequence[str],
) -> list[str]:
    """Survey a table and add it to params.yaml and `data/own/`; return what to tell the user.

    Raises:
        UserError: the file cannot be read, a label has no meaning, the name is taken.
    """
    name = catalogue.name_of(file, name)
    catalogue.check_is_free("sentiment", name, "csv", file)
    _check_columns(file, columns)
    found = survey(file, columns, positive, negative, drop)
    entries = [_corpus(columns, found.meaning), _dataset(name, found), _model(name, found)]
    catalogue.add("sentiment", name, "csv", file, entries)
    return [*_told(file, found), *_chosen(entries), *_next(name)]


def survey(
    file: Path,
    columns: Columns,
    positive: Sequence[str],
    negative: Sequence[str],
    drop: Sequence[str],
) -> Survey:
    """Read a table as the pipeline will.

    Raises:
        UserError: as `reading.read_table`, `labels.meaning` and `splits.assign`.
    """
    as_group = ReadTable(
        text=columns.text, label=None, group=columns.label, delimiter=columns.delimiter
    )
    counts = Counter(str(row.group) for row in reading.read_table(file, as_group))
    meaning = labels.meaning(counts, positive, negative, drop)
    table = list(reading.read_table(file, _read_table(columns, meaning)))
    tokenize = tokens.tokenizer(Tokens(lower=True, punctuation=True, last=None))
    lengths = np.array([len(tokenize(row.text)) for row in bar(table, "rows", len(table))])
    groups = [row.group for row in table]
    splits.assign(_split(columns.group is not None), len(table), groups)
    return Survey(
        counts,
        meaning,
        lengths,
        None if columns.group is None else len(set(groups)),
        len(table) - len({row.text for row in table}),
    )


def _check_columns(file: Path, columns: Columns) -> None:
    """Refuse columns that are not there, in the words of the command."""
    header = _header(file, columns.delimiter)
    for use, column in (("text", columns.text), ("label", columns.label), ("group", columns.group)):
        if column is not None and column not in header:
            near = problems.nearest(column, header)
            raise UserError(f"{file} has no column {column!r} for --{use}{near}")


def _header(file: Path, delimiter: str) -> list[str]:
    try:
        with file.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
            return next((row for row in csv.reader(lines, delimiter=delimiter) if row), [])
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}.") from None


# ---------------------------------------------------------------- entries


def _read(columns: Columns, meaning: Meaning) -> dict[str, Any]:
    read: dict[str, Any] = {"text": columns.text, "label": columns.label}
    if columns.group is not None:
        read["group"] = columns.group
    if not meaning.labels.items() <= PLAIN.items():
        read["labels"] = meaning.labels
    if meaning.drop:
        read["drop"] = meaning.drop
    if columns.delimiter != ",":
        read["delimiter"] = columns.delimiter
    return read


def _read_table(columns: Columns, meaning: Meaning) -> ReadTable:
    return ReadTable.model_validate(_read(columns, meaning))


def _corpus(columns: Columns, meaning: Meaning) -> dict[str, Any]:
    return {"format": "csv", "read": _read(columns, meaning)}


def _split(grouped: bool) -> Fractions:
    return Fractions(method="grouped" if grouped else "fractions", seed=1, valid=0.1, test=0.1)


def _dataset(name: str, found: Survey) -> dict[str, Any]:
    many = len(found.lengths) >= MANY
    return {
        "corpus": {"folder": "own", "name": name},
        "split": _split(found.groups is not None).model_dump(),
        "tokens": {
            "lower": True,
            "punctuation": True,
            "last": LONG if found.lengths.max() > LONG else None,
        },
        "vocabulary": {
            "max_size": 30_000,
            "min_count": 2 if len(found.lengths) >= 1000 else 1,
            "order": "frequency",
        },
        "encode": {"shards": 8 if many else 1},
    }


def _model(name: str, found: Survey) -> dict[str, Any]:
    many = len(found.lengths) >= MANY
    return {
        "dataset": name,
        "architecture": {
            "classes": found.meaning.classes,
            "embedding": 128 if many else 32,
            "cell": "LSTM",
            "units": 64 if many else 32,
            "layers": 1,
            "bidirectional": True,
            "dense": 64 if many else 32,
            "mask": True,
            "dropout": 0.4,
        },
        "training": {
            "epochs": 10,
            "optimizer": "adam",
            "learning_rate": 0.001 if many else 0.002,
            "schedule": "constant",
            "final_learning_rate": None,
            "clip_norm": 1.0,
            "early_stopping": {"metric": "loss", "patience": 2},
            "batches": {
                "method": "buckets",
                "batch_size": 64 if len(found.lengths) >= 1000 else 16,
                "shuffle": 20_000,
                "pool": 6_400,
            },
        },
        "seeds": [1],
    }


# ---------------------------------------------------------------- what is told


def _told(file: Path, found: Survey) -> list[str]:
    half, most, longest = (int(np.quantile(found.lengths, q)) for q in (0.5, 0.9, 1.0))
    told = [
        f"{file.name}: {found.labels.total():,} rows, {len(found.lengths):,} of them used.",
        *_of_classes(found),
    ]
    if found.meaning.drop:
        told.append(f"  left out: {labels.counted(found.meaning.drop, found.labels)}")
    told.append(
        f"  tokens a text: half have up to {half:,}, nine in ten up to {most:,}, "
        f"the longest {longest:,}"
    )
    if found.groups is not None:
        told.append(f"  groups: {found.groups:,}; none is in two splits")
    if found.repeated:
        told.append(
            f"  {found.repeated:,} texts have stood there before: training and test may share them"
        )
    return told


def _of_classes(found: Survey) -> list[str]:
    """Say which labels are of which class, and which classes have few rows."""
    of = found.meaning.of_class
    if len(of) == 2:
        negative, positive = (labels.counted(each, found.labels) for each in of)
        return [f"  positive: {positive}", f"  negative: {negative}"]
    each = [f"{label} ({found.labels[label]:,})" for alike in of for label in alike]
    told = [f"  {len(of)} classes, one a label: {', '.join(each)}"]
    rare = [label for alike in of for label in alike if found.labels[label] < FEW]
    if rare:
        told.append(
            f"  {labels.counted(rare, found.labels)}: so few rows that a split may have none of "
            "them; --drop leaves them out"
        )
    return told


def _chosen(entries: Sequence[dict[str, Any]]) -> list[str]:
    _, dataset, model = entries
    a = model["architecture"]
    last = dataset["tokens"]["last"]
    kept = "whole texts" if last is None else f"the last {last} tokens of a text"
    return [
        f"Chosen: {dataset['split']['method']}, a tenth each for validation and test; {kept}; "
        f"bidirectional LSTM {a['units']} on embeddings of {a['embedding']}; at most "
        f"{model['training']['epochs']} epochs. Change them in params.yaml."
    ]


def _next(name: str) -> list[str]:
    return [
        f"Added {name} to params.yaml (corpora.own, sentiment.datasets, sentiment.models) and "
        f"data/own/{name}.csv. Next:",
        f"  dvc repro sentiment-evaluate@{name}",
        f"  textrnn results {name}",
        f'  textrnn predict --model sentiment/{name} "…"',
    ]
