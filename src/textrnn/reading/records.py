"""The records of a file: CSV, JSON lines or Parquet, one at a time, the columns that are read."""

import csv
import difflib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO

from textrnn.errors import UserError
from textrnn.reading.messages import SAVE_AS_UTF8, where
from textrnn.reading.sources import Source

FIELD_LIMIT = 10 * 2**20  # characters in a field; the csv module's own limit is 131,072
BATCH = 1024  # rows of a Parquet file that are held at a time

Record = dict[str, object]


def header(source: Source, delimiter: str) -> list[str]:
    """Return the names of a file's columns; those of JSON lines are the first object's.

    Raises:
        UserError: the file is damaged or empty.
    """
    with source.open() as content:
        if source.form == "csv":
            with _lines(content) as lines:
                return next(_fields(source.name, lines, delimiter))
        if source.form == "jsonl":
            first = next((line for line in content if line.strip()), b"{}")
            return list(_object(first, where(source.name, 1)))
        with _arrow(source.name) as parquet:
            names: list[str] = parquet.ParquetFile(content).schema_arrow.names
            return names


def records(
    source: Source, wanted: Mapping[str, str], delimiter: str, key: str
) -> Iterator[Record]:
    """Yield a file's records, in order: what each wanted column holds.

    Args:
        source: the file.
        wanted: a column's name for each use of one: `{"text": "review", "label": "sentiment"}`.
        delimiter: between the columns of a CSV.
        key: where params.yaml names the columns.

    Raises:
        UserError: a column is missing, or the file is damaged. The message names file and row.
    """
    with source.open() as content:
        if source.form == "csv":
            yield from _of_csv(source.name, content, wanted, delimiter, key)
        elif source.form == "jsonl":
            yield from _of_json_lines(source.name, content, wanted, key)
        else:
            yield from _of_parquet(source.name, content, wanted, key)


# ---------------------------------------------------------------- CSV


def _of_csv(
    file: str, content: BinaryIO, wanted: Mapping[str, str], delimiter: str, key: str
) -> Iterator[Record]:
    with _lines(content) as lines:
        found = _fields(file, lines, delimiter)
        names = next(found)
        _check_columns(file, names, wanted, key)
        places = {use: names.index(name) for use, name in wanted.items()}
        for fields in found:
            yield {use: fields[place] for use, place in places.items()}


def _lines(content: BinaryIO) -> io.TextIOWrapper:
    # Bytes that are not UTF-8 come through as surrogates, so that the row can be named.
    return io.TextIOWrapper(content, encoding="utf-8-sig", errors="surrogateescape", newline="")


def _fields(file: str, lines: io.TextIOWrapper, delimiter: str) -> Iterator[list[str]]:
    """Yield the header and then each row's fields, as many as the header has."""
    csv.field_size_limit(FIELD_LIMIT)
    number = width = 0
    try:
        for fields in csv.reader(lines, delimiter=delimiter, strict=True):
            if not fields:
                continue  # a blank line is no row, as in csv.DictReader and pandas
            _check_fields(fields, width or len(fields), where(file, number))
            width = len(fields)
            yield fields
            number += 1
    except csv.Error as error:
        raise UserError(
            f"{where(file, number)}: {error}. A quotation mark is not closed or not doubled, the "
            f"file is cut short, or a field is longer than {FIELD_LIMIT:,} characters."
        ) from None
    if not number:
        raise UserError(f"{file} is empty.")


def _check_fields(fields: Sequence[str], width: int, place: str) -> None:
    if len(fields) != width:
        raise UserError(
            f"{place}: {len(fields)} fields, but the header has {width}. The file is cut short, or "
            "a field with the delimiter in it has no quotation marks."
        )
    try:
        "".join(fields).encode()
    except UnicodeEncodeError as error:
        byte = ord(error.object[error.start]) - 0xDC00  # undo surrogateescape
        raise UserError(f"{place}: the byte 0x{byte:02X} is not UTF-8. {SAVE_AS_UTF8}") from None


# ---------------------------------------------------------------- JSON lines


def _of_json_lines(
    file: str, content: BinaryIO, wanted: Mapping[str, str], key: str
) -> Iterator[Record]:
    number = 0
    for line in content:
        if not line.strip():
            continue
        number += 1
        found = _object(line, where(file, number))
        _check_columns(where(file, number), list(found), wanted, key)
        yield {use: found[name] for use, name in wanted.items()}


def _object(line: bytes, place: str) -> dict[str, Any]:
    try:
        found = json.loads(line.decode("utf-8-sig"))
        json.dumps(found, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except UnicodeDecodeError as error:
        byte = line[error.start]
        raise UserError(f"{place}: the byte 0x{byte:02X} is not UTF-8. {SAVE_AS_UTF8}") from None
    except UnicodeEncodeError:
        raise UserError(f"{place}: half of a surrogate pair is in it, which is no text.") from None
    except (ValueError, RecursionError) as error:
        raise UserError(f"{place}: not JSON ({error}). One object a line is read.") from None
    if not isinstance(found, dict):
        raise UserError(f"{place}: {type(found).__name__} where an object is wanted.")
    return found


# ---------------------------------------------------------------- Parquet


def _of_parquet(
    file: str, content: BinaryIO, wanted: Mapping[str, str], key: str
) -> Iterator[Record]:
    with _arrow(file) as parquet:
        table = parquet.ParquetFile(content)
        _check_columns(file, table.schema_arrow.names, wanted, key)
        names = list(dict.fromkeys(wanted.values()))
        for batch in table.iter_batches(batch_size=BATCH, columns=names):
            for found in batch.to_pylist():
                yield {use: found[name] for use, name in wanted.items()}


@contextmanager
def _arrow(file: str) -> Iterator[Any]:
    """Give `pyarrow.parquet`, which few need, and put its errors into a sentence."""
    try:
        from pyarrow import ArrowException, parquet
    except ModuleNotFoundError:
        raise UserError(
            f"{file} is Parquet, which needs pyarrow: `pip install -r requirements-files.lock`."
        ) from None
    try:
        yield parquet
    except ArrowException as error:
        raise UserError(f"{file} is not Parquet, or damaged: {error}") from None


def _check_columns(file: str, names: Sequence[str], wanted: Mapping[str, str], key: str) -> None:
    for use, name in wanted.items():
        if names.count(name) != 1:
            near = difflib.get_close_matches(name, names, n=1)
            raise UserError(
                f"{file} has the columns {', '.join(names)}. {key}.{use} in params.yaml "
                f"must name one of them, and {name!r} stands there {names.count(name)} times"
                + (f"; did you mean {near[0]}?" if near else ".")
            )
