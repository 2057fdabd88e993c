"""Ranges of rows: the parts of a file that can be read apart, by several processes."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from textrnn.sentiment import rows
from textrnn.sentiment.rows import Row

# Tens of milliseconds of work, so that handing a range over costs nothing beside it, and so little
# that all processes come to their ends together.
LENGTH = 1 << 20  # bytes


@dataclass(frozen=True)
class Range:
    """Adjoining lines of a file of rows."""

    file: Path
    start: int  # the byte at which the first line begins
    first: int  # that line's number, from 1
    rows: int

    def __str__(self) -> str:
        return f"{self.file}, lines {self.first:,} to {self.first + self.rows - 1:,}"


def divide(file: Path, length: int = LENGTH) -> list[Range]:
    """Return the ranges of a file, in order: whole lines, `length` bytes and the rest of a line."""
    found: list[Range] = []
    start, first = 0, 1
    with file.open("rb") as lines:
        while block := lines.read(length):
            rest = lines.readline()
            count = block.count(b"\n") + bool(rest or not block.endswith(b"\n"))
            found.append(Range(file, start, first, count))
            start, first = lines.tell(), first + count
    return found


def read(part: Range) -> Iterator[Row]:
    """Yield a range's rows, in order.

    Raises:
        UserError: as `rows.read`.
    """
    with part.file.open("rb") as lines:
        lines.seek(part.start)
        yield from rows.parse(islice(lines, part.rows), part.file, part.first)
