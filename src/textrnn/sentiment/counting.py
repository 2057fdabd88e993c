"""Rows → how often each token stands in them, in order of first appearance."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from itertools import chain

from textrnn.params.tokens import Tokens
from textrnn.sentiment import ranges
from textrnn.sentiment.ranges import Range
from textrnn.sentiment.tokens import tokenizer


def counter(options: Tokens) -> Callable[[Range], dict[str, int]]:
    """Return the function that counts a range's tokens."""
    tokenize = tokenizer(options)

    def count(part: Range) -> dict[str, int]:
        texts = (tokenize(row.text) for row in ranges.read(part))
        return dict(Counter(chain.from_iterable(texts)))

    return count


def merge(parts: Iterable[Mapping[str, int]]) -> Counter[str]:
    """Add the counts of ranges in their order, which keeps that of first appearance."""
    total: Counter[str] = Counter()
    for part in parts:
        total.update(part)
    return total
