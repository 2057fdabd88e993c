"""The rows of a split as a file, one JSON object a line."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from textrnn.errors import UserError


@dataclass(frozen=True)
class Row:
    """A labelled text and its place in the corpus, counted from 0."""

    row: int
    label: int
    text: str


def line(row: Row) -> bytes:
    """Return the line that a row is in a file: JSON in UTF-8."""
    return (json.dumps(asdict(row), ensure_ascii=False) + "\n").encode()


def write(lines: Iterable[bytes], file: Path) -> None:
    """Write lines that `line` made."""
    with file.open("wb") as out:
        out.writelines(lines)


def read(file: Path) -> Iterator[Row]:
    """Yield the rows that a file holds, in order.

    Raises:
        UserError: a line is not a row (the file was changed by hand, or cut short).
    """
    with file.open("rb") as lines:
        yield from parse(lines, file)


def parse(lines: Iterable[bytes], file: Path, first: int = 1) -> Iterator[Row]:
    """Yield the rows of a file's lines, the first of which has the number `first`.

    Raises:
        UserError: a line is not a row.
    """
    for number, content in enumerate(lines, start=first):
        try:
            row = _row(content)
        except (ValueError, TypeError, RecursionError):
            raise UserError(
                f"{file}, line {number:,}: not a row. Run `dvc checkout --force`."
            ) from None
        yield row


def _row(content: bytes) -> Row:
    """Return the row of a line; JSON can name half a surrogate pair, which no file can hold."""
    row = Row(**json.loads(content.decode()))
    if [type(value) for value in (row.row, row.label, row.text)] != [int, int, str]:
        raise TypeError(content)
    if b"\\u" in content:
        row.text.encode()
    return row


def count(file: Path) -> int:
    """Return how many rows a split has."""
    with file.open("rb") as lines:
        return sum(1 for _ in lines)
