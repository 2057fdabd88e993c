"""Counting by ranges: the counts of the whole, in order of first appearance."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textrnn.params.tokens import Tokens
from textrnn.sentiment import counting, ranges, rows
from textrnn.sentiment.rows import Row
from textrnn.sentiment.tokens import tokenizer

WORDS = Tokens(lower=False, punctuation=False, last=None)


@given(st.lists(st.text("abcdefé ", max_size=20), max_size=12), st.integers(1, 300))
def test_ranges_are_counted_as_the_whole(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], length: int
) -> None:
    file = tmp_path_factory.mktemp("counting") / "rows.jsonl"
    rows.write(map(rows.line, [Row(i, 0, text) for i, text in enumerate(texts)]), file)
    found = counting.merge(map(counting.counter(WORDS), ranges.divide(file, length)))
    tokenize = tokenizer(WORDS)
    expected = Counter(token for text in texts for token in tokenize(text))
    assert list(found.items()) == list(expected.items())
