"""A corpus's rows on disk, to be taken in any order: a split needs them shuffled, and all of them.

What memory holds is where each row begins, eight bytes of it, and its group where there are groups.
"""

from array import array
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

from textrnn.errors import UserError
from textrnn.reading import table
from textrnn.sentiment import rows


class Spool:
    """Rows as the lines that a split's file has."""

    def __init__(self, file: BinaryIO, begins: "array[int]", groups: list[str | None]) -> None:
        self._file = file
        self._begins = begins
        self.groups = groups

    def __len__(self) -> int:
        return len(self._begins)

    def lines(self, places: Iterable[int]) -> Iterator[bytes]:
        """Yield the rows at these places (from 0), in this order."""
        for place in places:
            self._file.seek(self._begins[place])
            yield self._file.readline()


@contextmanager
def spool(source: Iterable[table.Row], folder: Path) -> Iterator[Spool]:
    """Give the rows of a corpus, in a file of the folder that has no name and is gone afterwards.

    Nothing is made where the corpus cannot be read.

    Raises:
        UserError: a row has no label.
    """
    rest = iter(source)
    first = list(islice(rest, 1))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with TemporaryFile(dir=folder) as file:
            yield _filled(file, chain(first, rest))
    except OSError as error:
        error.add_note(f"while writing {folder / 'rows'}")  # a full disk's error names no file
        raise


def _filled(file: BinaryIO, source: Iterable[table.Row]) -> Spool:
    begins, groups, at = array("Q"), [], 0
    for place, row in enumerate(source):
        if row.label is None:
            raise UserError("the corpus names no column of labels: read.label.")
        begins.append(at)
        groups.append(row.group)
        at += file.write(rows.line(rows.Row(place, row.label, row.text)))
    return Spool(file, begins, groups)
