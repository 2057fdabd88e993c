"""Ranges: however a file is divided, the rows are its rows, in order."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textrnn.sentiment import ranges, rows
from textrnn.sentiment.rows import Row

texts = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), max_size=12)


@given(texts, st.integers(1, 200), st.booleans())
def test_ranges_joined_are_the_file(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], length: int, cut: bool
) -> None:
    file = tmp_path_factory.mktemp("ranges") / "rows.jsonl"
    rows.write(map(rows.line, [Row(i, i % 2, text) for i, text in enumerate(texts)]), file)
    if cut and texts:  # the last line's end is no part of its row
        file.write_bytes(file.read_bytes()[:-1])
    parts = ranges.divide(file, length)
    assert [row for part in parts for row in ranges.read(part)] == list(rows.read(file))
    assert sum(part.rows for part in parts) == len(texts) == rows.count(file)
    assert [part.first for part in parts] == [
        1 + sum(part.rows for part in parts[:i]) for i in range(len(parts))
    ]
    assert all(part.rows for part in parts)


def test_a_range_says_which_lines_it_is(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    rows.write(map(rows.line, [Row(i, 0, "fine") for i in range(3000)]), file)
    parts = ranges.divide(file, 50_000)
    assert str(parts[0]).startswith(f"{file}, lines 1 to 1,")
    assert str(parts[-1]).endswith(" to 3,000")
