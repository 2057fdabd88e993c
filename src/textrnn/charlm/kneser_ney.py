"""Interpolated, modified Kneser-Ney (Chen & Goodman 1998): an n-gram model of characters.

An n-gram is named by the number of its beginning (the n-gram without the last character) and its
last character; so all n-grams of an order are found at once, by sorting integers.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]

UNSEEN = -1
KINDS = 3  # of discounts: for what was counted once, twice, and more often
LEAST = 0.05  # of a count that is taken, and that is left


@dataclass(frozen=True)
class _Order:
    """The n-grams of one length that stand in the training text, and those to be coded."""

    begins: Ids  # each known n-gram's beginning, by its number among the n-grams one shorter
    ends: Ids  # each known n-gram without its first character, likewise
    counts: Ids  # how often each stands in the training text
    coded: Ids  # the n-gram that ends at each place to be coded, or UNSEEN
    contexts: Ids  # its beginning, or UNSEEN


def bits(train: Ids, text: Ids, alphabet: int, orders: int) -> dict[int, Reals]:
    """Return -log2 p [N] of a text's characters for models of 1 to `orders` characters.

    The model of order n predicts a character from the n - 1 before it; it is static: what it codes
    teaches it nothing.

    Args:
        train: ids of the characters that stand before the text, which the models are made from.
        text: ids [N] of the characters to code.
        alphabet: how many characters there are; one that was never seen has a probability too.
        orders: characters of the longest n-grams.
    """
    found = list(_orders(train, text, alphabet, orders))
    lower = np.full(len(text), 1 / alphabet)
    costs = {}
    for n, order in enumerate(found, start=1):
        costs[n] = -np.log2(_mixed(order, order.counts, lower))
        if n < orders:
            # A shorter n-gram counts for each different character that it was seen after.
            after = np.bincount(found[n].ends, minlength=len(order.counts))
            lower = _mixed(order, after, lower)
    return costs


def _orders(train: Ids, text: Ids, alphabet: int, orders: int) -> Iterator[_Order]:
    """Yield the n-grams of each length, the shortest first."""
    lead = min(len(train), orders - 1)  # what the text's first characters are predicted from
    queries = np.concatenate([train[len(train) - lead :], text])
    shorter = np.zeros(len(train) + 1, np.int64)  # the n-gram that ends before each place,
    asked = np.zeros(len(queries) + 1, np.int64)  # at first the empty one: number 0
    for n in range(1, orders + 1):
        codes = _codes(shorter[:-1], train, alphabet)
        there = np.flatnonzero(codes != UNSEEN)
        known, numbers = np.unique(codes[there], return_inverse=True)
        ends = np.zeros(len(known), np.int64)
        ends[numbers] = shorter[there + 1] if n > 1 else 0
        coded = _numbers(_codes(asked[:-1], queries, alphabet), known)
        yield _Order(
            begins=known // alphabet,
            ends=ends,
            counts=np.bincount(numbers, minlength=len(known)),
            coded=coded[lead:],
            contexts=asked[:-1][lead:],
        )
        shorter = np.full(len(train) + 1, UNSEEN, np.int64)
        shorter[there + 1] = numbers
        asked = np.concatenate([[UNSEEN], coded])


def _codes(begins: Ids, last: Ids, alphabet: int) -> Ids:
    return np.where(begins == UNSEEN, UNSEEN, begins * alphabet + last)


def _numbers(codes: Ids, known: Ids) -> Ids:
    """Return each code's place among the known ones, which are sorted, or UNSEEN."""
    places = np.searchsorted(known, codes)
    there = (codes != UNSEEN) & (np.append(known, UNSEEN)[places] == codes)
    return np.where(there, places, UNSEEN)


def _mixed(order: _Order, counts: Ids, lower: Reals) -> Reals:
    """Return the probabilities of an order: discounted counts, the rest given to the lower one.

    Where the context was never followed by anything, they are the lower order's.
    """
    taken = discounts(counts)[np.minimum(counts, KINDS)]
    kept = np.append(counts - taken, 0)[order.coded]  # the last element is that of UNSEEN
    totals = np.append(np.bincount(order.begins, weights=counts), 0)
    rest = np.append(np.bincount(order.begins, weights=taken), 0)
    contexts = np.minimum(order.contexts, len(totals) - 1)
    total = totals[contexts]
    return np.where(total > 0, (kept + rest[contexts] * lower) / np.maximum(total, 1), lower)


def discounts(counts: Ids) -> Reals:
    """Return what is taken from counts of 0, 1, 2, and 3 or more (Chen & Goodman, equation 26).

    Half is added to each count of counts, so that small texts, which may have none, give discounts
    too; none is so small that unseen characters would be impossible.
    """
    n = np.bincount(np.minimum(counts, KINDS + 2), minlength=KINDS + 3) + 0.5
    share = n[1] / (n[1] + 2 * n[2])
    found = [k - (k + 1) * share * n[k + 1] / n[k] for k in range(1, KINDS + 1)]
    return np.array([0, *np.clip(found, LEAST, [k - LEAST for k in range(1, KINDS + 1)])])
