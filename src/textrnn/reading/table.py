"""A corpus of labelled texts as rows: text, label and group, whatever files they come in."""

import json
import reprlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

from textrnn.errors import UserError
from textrnn.params.corpus import ReadTable
from textrnn.reading import messages, sources
from textrnn.reading.records import Record, records

LONG_LABEL = 40  # characters: what is longer is no label but another column


class Row(NamedTuple):
    """A text of a corpus."""

    number: int  # of the row in its file, from 1; rows that are dropped count, blank lines do not
    text: str
    label: int | None  # None where the corpus has no column of labels
    group: str | None  # None where the corpus has no column of groups


def read_table(corpus: Path, read: ReadTable) -> Iterator[Row]:
    """Yield a corpus's rows, in order, without those whose label is dropped; one is held at a time.

    Args:
        corpus: a file, or a listing of many (`textrnn.reading.listing`).
        read: its columns, and what its labels mean.

    Raises:
        UserError: a file is missing, empty, not UTF-8 or cut short; a column is missing; a text
            is empty; a label has no meaning. The message names the file and the row.
    """
    wanted = {"text": read.text, "label": read.label, "group": read.group}
    columns = {use: name for use, name in wanted.items() if name is not None}
    key = messages.key(corpus)
    any_row = any_kept = False
    for source in sources.of(corpus):
        found = records(source, columns, read.delimiter, key)
        for number, record in enumerate(found, start=1):
            any_row = True
            place = messages.where(source.name, number)
            label = _plain(record["label"], read.label, place) if "label" in record else None
            if label in read.drop:
                continue
            any_kept = True
            yield _row(number, record, label, read, place, key)
    if not any_row:
        raise UserError(f"{corpus} has no rows: nothing, or nothing but a header.")
    if not any_kept:
        raise UserError(f"{corpus} has no rows but those that {key}.drop leaves out.")


def _row(
    number: int, record: Record, label: str | None, read: ReadTable, place: str, key: str
) -> Row:
    text = record["text"]
    if text is not None and not isinstance(text, str):
        raise UserError(f"{place}: {key}.text names a column of {type(text).__name__}, not text.")
    if text is None or not text.strip():
        raise UserError(
            f"{place}: the text is empty. Take the row out of the file, or name "
            f"another column in params.yaml: {key}.text."
        )
    group = _plain(record["group"], read.group, place) if "group" in record else None
    if group == "":  # a CSV's way to say that there is none: it would make one group of them all
        raise UserError(f"{place}: nothing stands in the column {read.group!r}.")
    if label is not None and label not in read.labels:
        raise UserError(f"{place}: {_unknown_label(label, read, key)}")
    return Row(number, text, None if label is None else read.labels[label], group)


def _plain(value: object, column: str | None, place: str) -> str:
    """Return a label or group as params.yaml and a CSV have it: JSON's and Parquet's have types."""
    if value is None:
        raise UserError(f"{place}: nothing stands in the column {column!r}.")
    if isinstance(value, str):
        return value
    return json.dumps(value) if isinstance(value, bool | int | float) else str(value)


def _unknown_label(label: str, read: ReadTable, key: str) -> str:
    problem = f"label {reprlib.repr(label)} is neither {' nor '.join(read.labels)}."
    if len(label) > LONG_LABEL:
        return f"{problem} Does {key}.label in params.yaml name the right column?"
    # The whole mapping, as it replaces the one that is in force.
    labels = yaml.safe_dump(
        {label: 1, **read.labels}, default_flow_style=True, sort_keys=False, allow_unicode=True
    )
    return f"{problem} Map it in params.yaml: {key}.labels: {labels.strip()}"
