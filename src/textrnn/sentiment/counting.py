"""Rows → how often each token stands in them, in order of first appearance → the vocabulary."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from itertools import chain

from textrnn.params.tokens import Tokens, Vocabulary
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


def select(counts: Counter[str], options: Vocabulary) -> list[str]:
    """Return the tokens that get ids, in order of id; `counts` is in order of first appearance.

    Of equally frequent tokens the one seen first comes first.
    """
    frequent = [t for t, n in counts.most_common() if n >= options.min_count][: options.max_size]
    if options.order == "frequency":
        return frequent
    kept = set(frequent)
    return [token for token in counts if token in kept]
