"""Read a corpus: a CSV as rows of text, label and group; a text from marker to marker."""

import csv
import difflib
import reprlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TextIO

import yaml

from textrnn.errors import UserError
from textrnn.params.corpus import ReadTable, ReadText

FIELD_LIMIT = 10 * 2**20  # characters in a field; the csv module's own limit is 131,072
LONG_LABEL = 40  # characters: what is longer is no label but another column


class Row(NamedTuple):
    """A text of a corpus."""

    number: int  # of the data row, from 1; rows that are dropped count, blank lines do not
    text: str
    label: int | None  # None where the corpus has no column of labels
    group: str | None  # None where the corpus has no column of groups


# ---------------------------------------------------------------- tables


def read_table(file: Path, read: ReadTable) -> Iterator[Row]:
    """Yield the rows of a CSV in UTF-8, in order, without those whose label is dropped.

    Raises:
        UserError: the file is missing, empty, not UTF-8 or cut short; a column is missing; a text
            is empty; a label has no meaning. The message names the file and the row.
    """
    kept = number = 0
    with _open(file) as lines:
        records = _records(file, lines, read.delimiter)
        columns = _columns(file, next(records), read)
        for number, fields in enumerate(records, start=1):
            row = {use: fields[column] for use, column in columns.items()}
            if row.get("label") in read.drop:
                continue
            kept += 1
            yield _row(file, number, row, read)
    if not number:
        raise UserError(f"{file} has a header, but no rows below it.")
    if not kept:
        raise UserError(f"{file} has no rows but those that {_key(file)}.drop leaves out.")


def _open(file: Path) -> TextIO:
    try:
        # Bytes that are not UTF-8 come through as surrogates, so that the row can be named.
        return file.open(encoding="utf-8-sig", errors="surrogateescape", newline="")
    except FileNotFoundError:
        raise _missing(file) from None


def _records(file: Path, lines: TextIO, delimiter: str) -> Iterator[list[str]]:
    """Yield the header and then each row's fields, as many as the header has."""
    csv.field_size_limit(FIELD_LIMIT)
    number = width = 0
    try:
        for fields in csv.reader(lines, delimiter=delimiter, strict=True):
            if not fields:
                continue  # a blank line is no row, as in csv.DictReader and pandas
            _check_record(fields, width or len(fields), _where(file, number))
            width = len(fields)
            yield fields
            number += 1
    except csv.Error as error:
        raise UserError(
            f"{_where(file, number)}: {error}. A quotation mark is not closed or not doubled, the "
            f"file is cut short, or a field is longer than {FIELD_LIMIT:,} characters."
        ) from None
    if not number:
        raise UserError(f"{file} is empty.")


def _check_record(fields: Sequence[str], width: int, where: str) -> None:
    if len(fields) != width:
        raise UserError(
            f"{where}: {len(fields)} fields, but the header has {width}. The file is cut short, or "
            "a field with the delimiter in it has no quotation marks."
        )
    try:
        "".join(fields).encode()
    except UnicodeEncodeError as error:
        byte = ord(error.object[error.start]) - 0xDC00  # undo surrogateescape
        raise UserError(f"{where}: the byte 0x{byte:02X} is not UTF-8. {_SAVE_AS_UTF8}") from None


def _columns(file: Path, header: Sequence[str], read: ReadTable) -> dict[str, int]:
    """Return the place of each column that is read: `{"text": 0, "label": 1}`."""
    wanted = {"text": read.text, "label": read.label, "group": read.group}
    for use, name in wanted.items():
        if name is not None and header.count(name) != 1:
            near = difflib.get_close_matches(name, header, n=1)
            raise UserError(
                f"{file} has the columns {', '.join(header)}. {_key(file)}.{use} in params.yaml "
                f"must name one of them, and {name!r} stands there {header.count(name)} times"
                + (f"; did you mean {near[0]}?" if near else ".")
            )
    return {use: header.index(name) for use, name in wanted.items() if name is not None}


def _row(file: Path, number: int, row: Mapping[str, str], read: ReadTable) -> Row:
    if not row["text"].strip():
        raise UserError(
            f"{_where(file, number)}: the text is empty. Take the row out of the file, or name "
            f"another column in params.yaml: {_key(file)}.text."
        )
    label = row.get("label")
    if label is not None and label not in read.labels:
        raise UserError(f"{_where(file, number)}: {_unknown_label(label, read, _key(file))}")
    return Row(number, row["text"], None if label is None else read.labels[label], row.get("group"))


def _unknown_label(label: str, read: ReadTable, key: str) -> str:
    problem = f"label {reprlib.repr(label)} is neither {' nor '.join(read.labels)}."
    if len(label) > LONG_LABEL:
        return f"{problem} Does {key}.label in params.yaml name the right column?"
    # The whole mapping, as it replaces the one that is in force.
    labels = yaml.safe_dump(
        {label: 1, **read.labels}, default_flow_style=True, sort_keys=False, allow_unicode=True
    )
    return f"{problem} Map it in params.yaml: {key}.labels: {labels.strip()}"


# ---------------------------------------------------------------- running text


def read_text(file: Path, read: ReadText) -> str:
    r"""Return a UTF-8 text from its start marker (kept) to its end marker (left out).

    Line ends become `\n`. The first start marker counts, and the first end marker behind it.

    Raises:
        UserError: the file is missing or not UTF-8, a marker is not in it, or no text is left.
    """
    text = _decode(file)
    begin = 0 if read.start is None else _find(file, text, "start", read.start, 0)
    behind = begin + len(read.start or "")
    end = len(text) if read.end is None else _find(file, text, "end", read.end, behind)
    if not text[begin:end].strip():
        raise UserError(f"{file} has no text between {_key(file)}.start and .end in params.yaml.")
    return text[begin:end]


def _decode(file: Path) -> str:
    try:
        data = file.read_bytes()
        return _unix(data.decode("utf-8").removeprefix("\ufeff"))
    except FileNotFoundError:
        raise _missing(file) from None
    except UnicodeDecodeError as error:
        line = _unix(data[: error.start].decode("utf-8")).count("\n") + 1
        raise UserError(
            f"{file}, line {line:,}: the byte 0x{data[error.start]:02X} (at offset "
            f"{error.start:,}) is not UTF-8. {_SAVE_AS_UTF8}"
        ) from None


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _find(file: Path, text: str, use: str, marker: str, begin: int) -> int:
    place = text.find(marker, begin)
    if place < 0:
        behind = " behind the start marker" if begin else ""
        raise UserError(
            f"{file}: the {use} marker {marker!r} is not in the text{behind}. Change it in "
            f"params.yaml, {_key(file)}.{use}; null takes the text {_EDGES[use]}."
        )
    return place


# ---------------------------------------------------------------- messages

_SAVE_AS_UTF8 = "Save the file as UTF-8."
_EDGES = {"start": "from its beginning", "end": "to its end"}


def _where(file: Path, number: int) -> str:
    return f"{file}, row {number:,}" if number else f"{file}, header"


def _key(file: Path) -> str:
    """Return where params.yaml says how a file is read: `corpora.own.reviews.read`."""
    return f"corpora.{file.parent.name}.{file.stem}.read"


def _missing(file: Path) -> UserError:
    return UserError(
        f"{file} is not here. Put your own corpus there."
        if file.parent.name == "own"
        else f"{file} is not here. Run `dvc repro fetch@{file.stem}`."
    )
