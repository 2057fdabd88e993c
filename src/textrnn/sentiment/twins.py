"""Texts that stand more than once: exactly, or nearly, by the runs of words that they share."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from textrnn.params.audit import Audit
from textrnn.sentiment.ngrams import NGrams, Tokenised

Ids = npt.NDArray[np.int64]

BLOCK = 2000  # texts that are compared with all others at a time
END = ""  # stands behind a text, so that one of few words has shingles too


@dataclass(frozen=True)
class Twins:
    """Which texts are alike."""

    kinds: Ids  # [N] the number of each text among the different ones
    alike: sparse.csr_matrix  # [different, different] 1 where two are alike; each is to itself

    def count(self, chosen: npt.NDArray[np.bool_]) -> Ids:
        """Return how many of the chosen texts each text is alike to, itself not counted."""
        each = np.bincount(self.kinds[chosen], minlength=self.alike.shape[0])
        found: Ids = (self.alike @ each)[self.kinds] - chosen
        return found


def exact(texts: Sequence[str]) -> Twins:
    """Find the texts that are the same, character by character."""
    kinds, different = pd.factorize(np.asarray(texts, dtype=object))
    return Twins(kinds.astype(np.int64), sparse.identity(len(different), np.int64, "csr"))


def near(words: Tokenised, options: Audit) -> Twins:
    """Find the texts whose sets of shingles have at least the Jaccard similarity asked for.

    No pair is missed and none is guessed: two sets can be so similar only if they share one of the
    first shingles of each, the rarest coming first, so only such pairs are compared (Chaudhuri et
    al. 2006; Bayardo et al. 2007). Hashing (MinHash) would miss pairs at the threshold.

    Args:
        words: each text's words, at least one.
    """
    kinds, different = pd.factorize(pd.Series([tuple(text) for text in words]))
    shingles = _shingles(list(different), options.shingle)
    firsts = _firsts(shingles, options.similarity)
    lengths = np.diff(shingles.indptr)
    alike = [sparse.identity(len(different), np.int64, "coo")]
    for start in range(0, len(different), BLOCK):
        pairs = sparse.triu(firsts[start : start + BLOCK] @ firsts.T, k=start + 1, format="coo")
        one, other = pairs.row + start, pairs.col
        shared = np.asarray(shingles[one].multiply(shingles[other]).sum(axis=1)).ravel()
        same = shared / (lengths[one] + lengths[other] - shared) >= options.similarity
        ones = np.ones(same.sum(), np.int64)
        upper = sparse.coo_matrix((ones, (one[same], other[same])), shape=alike[0].shape)
        alike += [upper, upper.T]
    return Twins(kinds.astype(np.int64), sparse.csr_matrix(sum(alike[1:], alike[0])))


def _shingles(texts: Tokenised, words: int) -> sparse.csr_matrix:
    """Return which runs of so many words [columns] each text [rows] holds."""
    padded = [[*text, *[END] * (words - 1)] for text in texts]
    held = NGrams(padded, words).counts(padded)[-1]
    held.data = np.ones_like(held.data)
    return held


def _firsts(shingles: sparse.csr_matrix, similarity: float) -> sparse.csr_matrix:
    """Keep of each set its rarest shingles, as many as decide whether it can have a twin.

    Of n shingles, a twin shares at least `similarity * n`; were none of the first n less that plus
    one shared, too few would be left. Ties are broken in the same way in every set.
    """
    rarity = np.asarray(shingles.sum(axis=0)).ravel()
    rank = np.empty(len(rarity), np.int64)
    rank[np.argsort(rarity, kind="stable")] = np.arange(len(rarity))
    lengths = np.diff(shingles.indptr)
    owners = np.repeat(np.arange(len(lengths)), lengths)
    order = np.lexsort((rank[shingles.indices], owners))
    place = np.arange(len(order)) - np.repeat(shingles.indptr[:-1], lengths)
    needed = np.ceil(similarity * lengths - 1e-9).astype(np.int64)
    kept = place < np.repeat(lengths - needed + 1, lengths)
    columns = shingles.indices[order][kept]
    return sparse.csr_matrix((np.ones(len(columns)), (owners[kept], columns)), shingles.shape)
