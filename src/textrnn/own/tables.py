"""`textrnn init sentiment`: labelled texts → entries for params.yaml."""

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from textrnn.errors import UserError
from textrnn.own import catalogue, labels, origin
from textrnn.own.labels import Meaning
from textrnn.params import problems
from textrnn.params.corpus import PLAIN, ReadTable
from textrnn.params.split import Fractions
from textrnn.params.tokens import Tokens
from textrnn.progress import bar
from textrnn.reading import listing, records, sources
from textrnn.reading.table import read_table
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
    given: str,
    name: str | None,
    columns: Columns,
    positive: Sequence[str],
    negative: Sequence[str],
    drop: Sequence[str],
) -> list[str]:
    """Survey a table and add it to params.yaml and `data/own/`; return what to tell the user.

    Args:
        given: a file; or a folder, a glob or a URL, whose files are listed and stay where they are.

    Raises:
        UserError: a file cannot be read, a label has no meaning, the name is taken.
    """
    name = catalogue.name_of(origin.stem(given), name)
    catalogue.check_name("sentiment", name)
    with origin.described(given, name) as file:
        form = origin.form_of(file)
        catalogue.check_file(name, form, file)
        _check_columns(file, columns)
        found = survey(file, columns, positive, negative, drop)
        entries = [_corpus(form, columns, found.meaning), _dataset(name, form, found)]
        entries.append(_model(name, found))
        catalogue.add("sentiment", name, form, file, entries)
        told = _listed(listing.read(file)) if form == "files" else []
    return [*_told(given, found), *told, *_chosen(entries), *_next(name, form)]


def survey(
    file: Path,
    columns: Columns,
    positive: Sequence[str],
    negative: Sequence[str],
    drop: Sequence[str],
) -> Survey:
    """Read a table as the pipeline will, one row at a time.

    Raises:
        UserError: as `read_table`, `labels.meaning` and `splits.assign`.
    """
    as_group = ReadTable(
        text=columns.text, label=None, group=columns.label, delimiter=columns.delimiter
    )
    counts = Counter(str(row.group) for row in read_table(file, as_group))
    meaning = labels.meaning(counts, positive, negative, drop)
    tokenize = tokens.tokenizer(Tokens(lower=True, punctuation=True, last=None))
    lengths, groups, texts = array("q"), [], set()
    for row in bar(read_table(file, _read_table(columns, meaning)), "rows"):
        lengths.append(len(tokenize(row.text)))
        groups.append(row.group)
        texts.add(blake2b(row.text.encode(), digest_size=16).digest())
    splits.assign(_split(columns.group is not None), len(lengths), groups)
    return Survey(
        counts,
        meaning,
        np.asarray(lengths, np.int64),
        None if columns.group is None else len(set(groups)),
        len(lengths) - len(texts),
    )


def _check_columns(file: Path, columns: Columns) -> None:
    """Refuse columns that are not there, in the words of the command."""
    source = next(sources.of(file))
    names = records.header(source, columns.delimiter)
    for use, column in (("text", columns.text), ("label", columns.label), ("group", columns.group)):
        if column is not None and column not in names:
            near = problems.nearest(column, names)
            if len(names) == 1 and any(mark in names[0] for mark in ",;|\t"):
                near += " Is it another --delimiter that stands between columns?"
            raise UserError(f"{source.name} has no column {column!r} for --{use}{near}")


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


def _corpus(form: str, columns: Columns, meaning: Meaning) -> dict[str, Any]:
    return {"format": form, "read": _read(columns, meaning)}


def _split(grouped: bool) -> Fractions:
    return Fractions(method="grouped" if grouped else "fractions", seed=1, valid=0.1, test=0.1)


def _dataset(name: str, form: str, found: Survey) -> dict[str, Any]:
    many = len(found.lengths) >= MANY
    return {
        "corpus": {"folder": "own", "name": name, "format": form},
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
        "pretraining": "scratch",
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
            "pooling": "last",
            "word_dropout": 0.0,
            "adversarial": 0.0,
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
        "determinism": "machine",
        "seeds": [1],
    }


# ---------------------------------------------------------------- what is told


def _listed(files: Sequence[listing.Listed]) -> list[str]:
    return [f"  {origin.size_of(files)} They are read where they are."]


def _told(given: str, found: Survey) -> list[str]:
    half, most, longest = (int(np.quantile(found.lengths, q)) for q in (0.5, 0.9, 1.0))
    told = [
        f"{Path(given).name}: {found.labels.total():,} rows, {len(found.lengths):,} of them used.",
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


def _next(name: str, form: str) -> list[str]:
    return [
        f"Added {name} to params.yaml (corpora.own, sentiment.datasets, sentiment.models) and "
        f"data/own/{name}.{form}. Next:",
        f"  dvc repro sentiment-evaluate@{name}",
        f"  textrnn results {name}",
        f'  textrnn predict --model sentiment/{name} "…"',
    ]
