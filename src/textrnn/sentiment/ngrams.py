"""Texts as counts of word n-grams: sparse matrices, one for each order."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

Ids = npt.NDArray[np.int64]
Tokenised = Sequence[Sequence[str]]

UNKNOWN = -1


class NGrams:
    """The n-grams of 1 to `orders` tokens that stand in some texts, in order of appearance.

    An n-gram is named by the number of its beginning (the n-gram without the last token) and the
    number of its last token, so that all of them are counted as integers, none as a string.
    """

    def __init__(self, texts: Tokenised, orders: int) -> None:
        self.orders = orders
        self._words: dict[str, int] = {}
        for text in texts:
            for word in text:
                self._words.setdefault(word, len(self._words))
        self._known: list[pd.Index] = []
        for codes, _ in self._codes(texts):
            self._known.append(pd.Index(pd.unique(codes[codes != UNKNOWN])))

    def counts(self, texts: Tokenised) -> list[sparse.csr_matrix]:
        """Return, for each order, how often each text [rows] holds each n-gram [columns]."""
        found = []
        for known, (codes, owners) in zip(self._known, self._codes(texts), strict=True):
            columns = known.get_indexer(pd.Index(codes))
            there = columns != UNKNOWN
            ends = np.cumsum(np.bincount(owners[there], minlength=len(texts)))
            matrix = sparse.csr_matrix(
                (np.ones(there.sum()), columns[there], np.concatenate([[0], ends])),
                shape=(len(texts), len(known)),
            )
            matrix.sum_duplicates()
            found.append(matrix)
        return found

    def _codes(self, texts: Tokenised) -> Iterator[tuple[Ids, Ids]]:
        """Yield, for each order, the code of the n-gram at each place, and the place's text.

        The code is `UNKNOWN` where an n-gram has an unknown beginning or token, or would run on
        into the next text. A higher order needs the lower one's n-grams to be known by then.
        """
        words = (self._words.get(word, UNKNOWN) for text in texts for word in text)
        ids = np.fromiter(words, np.int64)
        lengths = np.fromiter((len(text) for text in texts), np.int64, len(texts))
        owners = np.repeat(np.arange(len(texts)), lengths)
        codes = ids
        yield codes, owners
        for order in range(2, self.orders + 1):
            begins = self._known[order - 2].get_indexer(pd.Index(codes))[:-1]
            last = ids[order - 1 :]
            whole = owners[: len(last)] == owners[order - 1 :]
            known = whole & (begins != UNKNOWN) & (last != UNKNOWN)
            codes = np.where(known, begins * len(self._words) + last, UNKNOWN)
            yield codes, owners[: len(codes)]
