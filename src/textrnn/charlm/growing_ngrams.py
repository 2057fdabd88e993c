"""An n-gram model that learns from what it codes: Kneser-Ney whose counts grow.

All n-grams of the whole text, the part to be coded included, are numbered once, by sorting; a
place's n-grams are then found by index. An n-gram that was not met yet has a count of 0, which is
what one has that the text will never hold: the numbers tell nothing of what is to come.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from textrnn.charlm.kneser_ney import KINDS, UNSEEN, discounts
from textrnn.progress import bar

Ids = npt.NDArray[np.int64]
AnyIds = npt.NDArray[np.integer[Any]]
Flags = npt.NDArray[np.bool_]
Reals = npt.NDArray[np.float64]
LogProbabilities = npt.NDArray[np.float32]


@dataclass(frozen=True)
class _Order:
    """The n-grams of one length, those with the same beginning side by side."""

    ngrams: Ids  # [T] the n-gram that ends at each place, or UNSEEN
    contexts: Ids  # [T] its beginning, or UNSEEN
    starts: Ids  # [contexts + 1] a context's first n-gram, and behind its last
    characters: Ids  # [n-grams] the last character of each
    first: Flags  # [T] whether the n-gram at a place was never met before
    counts: Ids  # [n-grams] as far as the text was read
    discounts: Reals  # [KINDS + 1] taken from a count of 0, 1, 2, and 3 or more


class GrowingNGrams:
    """Interpolated Kneser-Ney with three discounts (Chen & Goodman 1999), learning as it reads.

    The longest n-grams count each time they are met, a shorter one for each different character
    that it was met after. The discounts are those of the text before.

    Args:
        ids: [T] of a whole text.
        begin: how many characters have been read at first.
        alphabet: V, how many characters there are.
        context: from how many characters, at most, the next one is predicted.
    """

    def __init__(self, ids: Ids, begin: int, alphabet: int, context: int) -> None:
        self._place = begin
        self._alphabet = alphabet
        self._orders = list(_orders(ids, alphabet, context))
        for order, longer in zip(self._orders, [*self._orders[1:], None], strict=True):
            met = order.ngrams[:begin][_counting(order, longer)[:begin]]
            order.counts[:] = np.bincount(met, minlength=len(order.counts))
            order.discounts[:] = discounts(order.counts)

    def predict(self) -> tuple[Reals, int]:
        """Return p [V] of the next character, and how many characters of context were known."""
        p, matched = np.full(self._alphabet, 1 / self._alphabet), 0
        for length, order in enumerate(self._orders):
            context = order.contexts[self._place]
            if context == UNSEEN:
                break
            after = slice(order.starts[context], order.starts[context + 1])
            counts = order.counts[after]
            total = counts.sum()
            if not total:
                break
            taken = order.discounts[np.minimum(counts, KINDS)]
            p *= taken.sum() / total
            p[order.characters[after]] += (counts - taken) / total
            matched = length
        return p, matched

    def learn(self) -> None:
        """Read the next character."""
        counts = self._orders[-1].ngrams[self._place] != UNSEEN
        for order in reversed(self._orders):
            if counts:
                order.counts[order.ngrams[self._place]] += 1
            counts = order.first[self._place]
        self._place += 1


def log_probabilities(
    before: AnyIds, text: AnyIds, alphabet: int, context: int
) -> tuple[LogProbabilities, Ids]:
    """Return what a model that grows with a text predicts of each character, before it reads it.

    Args:
        before: ids of the characters that precede the text.
        text: ids [N] of the characters to code.
        alphabet: V, how many characters there are.
        context: from how many characters, at most, the next one is predicted.

    Returns:
        ln p [N, V] float32 of every character there could be; and [N], of how many characters the
        longest context was that had been met before.
    """
    ids = np.concatenate([before, text]).astype(np.int64)
    model = GrowingNGrams(ids, len(before), alphabet, context)
    found = np.empty((len(text), alphabet), np.float32)
    matched = np.empty(len(text), np.int64)
    for i in bar(range(len(text)), "coding with n-grams", len(text)):
        p, matched[i] = model.predict()
        found[i] = np.log(p)
        model.learn()
    return found, matched


def _orders(ids: Ids, alphabet: int, context: int) -> Iterator[_Order]:
    """Yield the n-grams of each length, the shortest first, with counts of 0."""
    contexts = np.zeros(len(ids), np.int64)  # before each place; at first the empty one
    for _ in range(context + 1):
        there = np.flatnonzero(contexts != UNSEEN)
        codes = contexts[there] * alphabet + ids[there]
        known, places, numbers = np.unique(codes, return_index=True, return_inverse=True)
        ngrams = np.full(len(ids), UNSEEN, np.int64)
        ngrams[there] = numbers
        first = np.zeros(len(ids), np.bool_)
        first[there[places]] = True
        yield _Order(
            ngrams=ngrams,
            contexts=contexts,
            starts=np.searchsorted(known, np.arange(contexts.max() + 2) * alphabet),
            characters=known % alphabet,
            first=first,
            counts=np.zeros(len(known), np.int64),
            discounts=np.zeros(KINDS + 1),
        )
        contexts = np.append(UNSEEN, ngrams[:-1])


def _counting(order: _Order, longer: _Order | None) -> Flags:
    """Return at which places [T] an n-gram counts."""
    there: Flags = order.ngrams != UNSEEN
    return there if longer is None else longer.first
