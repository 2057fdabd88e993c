"""Rows on disk: in any order, with no more than their places in memory, and gone afterwards."""

import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from textrnn.errors import UserError
from textrnn.reading import table
from textrnn.sentiment import rows
from textrnn.sentiment.spool import spool

TABLE = [
    table.Row(1, "good", 1, "film"),
    table.Row(3, "bad\n\u2028ä", 0, None),
]


def test_rows_are_those_of_the_table_in_any_order(tmp_path: Path) -> None:
    with spool(TABLE, tmp_path) as found:
        assert (len(found), found.groups) == (2, ["film", None])
        rows.write(found.lines([1, 0, 1]), tmp_path / "rows.jsonl")
    bad, good = rows.Row(1, 0, "bad\n\u2028ä"), rows.Row(0, 1, "good")
    assert list(rows.read(tmp_path / "rows.jsonl")) == [bad, good, bad]


def test_nothing_is_left(tmp_path: Path) -> None:
    with spool(TABLE, tmp_path / "new"):
        pass
    assert list((tmp_path / "new").iterdir()) == []


def test_a_row_without_a_label_is_refused(tmp_path: Path) -> None:
    with (
        pytest.raises(UserError, match=r"read\.label"),
        spool([table.Row(1, "good", None, None)], tmp_path),
    ):
        pass


def test_memory_holds_places_and_no_texts(tmp_path: Path) -> None:
    def long() -> Iterator[table.Row]:
        for i in range(2_000):
            yield table.Row(i + 1, f"{i} " * 5_000, i % 2, None)

    tracemalloc.start()
    with spool(long(), tmp_path) as found:
        rows.write(found.lines(reversed(range(2_000))), tmp_path / "rows.jsonl")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (tmp_path / "rows.jsonl").stat().st_size > 40e6
    assert peak < 2e6


def test_nothing_is_made_of_a_corpus_that_cannot_be_read(tmp_path: Path) -> None:
    def damaged() -> Iterator[table.Row]:
        raise UserError("row 1 is damaged")
        yield

    with pytest.raises(UserError, match="damaged"), spool(damaged(), tmp_path / "new"):
        pass
    assert not (tmp_path / "new").exists()
