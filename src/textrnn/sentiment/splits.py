"""Which rows train, validate and test: the book's shuffle, the official halves, shares, groups."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from textrnn.errors import UserError
from textrnn.params.split import Book, Fractions, Official, Split
from textrnn.paths import SPLITS

Places = npt.NDArray[np.int64]

OFFICIAL_ROWS = 50_000  # movie_data.csv: 25,000 test and 25,000 train reviews (Maas et al. 2011)
OFFICIAL_SEED = 0  # of the permutation that movie_data.csv was written in


def assign(options: Split, rows: int, groups: Sequence[str | None]) -> dict[str, Places]:
    """Return the row numbers (from 0) of each split, in the order in which they are to be read.

    Args:
        options: how to split.
        rows: how many rows the corpus has.
        groups: each row's group (its film); used by `grouped` alone.

    Raises:
        UserError: the corpus has too few rows, or names no groups, for this way to split.
    """
    if isinstance(options, Book):
        parts = _book(options, rows)
    elif isinstance(options, Official):
        parts = _official(options, rows)
    elif options.method == "grouped":
        parts = _grouped(options, groups)
    else:
        parts = _fractions(options, rows)
    empty = [name for name in SPLITS if not len(parts[name])]
    if empty:
        are = f"{rows:,} rows"
        if options.method == "grouped":
            are += f" in {len(set(groups)):,} groups, which are not divided"
        raise UserError(f"the split leaves no row for {empty[0]}: the corpus has {are}.")
    return parts


def _book(options: Book, rows: int) -> dict[str, Places]:
    """The book's split is whatever `tf.data` makes of its seed, so `tf.data` is asked."""
    from textrnn.backend import tf

    tf.random.set_seed(options.seed)
    shuffled = tf.data.Dataset.range(rows).shuffle(rows, reshuffle_each_iteration=False)
    order = np.fromiter(shuffled.as_numpy_iterator(), np.int64, rows)
    test, train, valid = np.split(order, [options.test, options.test + options.train])
    return {"train": train, "valid": valid, "test": test}


def _official(options: Official, rows: int) -> dict[str, Places]:
    """`movie_data.csv` holds test, then train, written in the order of one permutation."""
    if rows != OFFICIAL_ROWS:
        raise UserError(
            f"the official split is that of 50,000 reviews; this corpus has {rows:,} rows."
        )
    place = np.random.RandomState(OFFICIAL_SEED).permutation(rows)
    test = np.flatnonzero(place < rows // 2)
    rest = _shuffled(np.flatnonzero(place >= rows // 2), options.seed)
    valid, train = np.split(rest, [round(options.valid * len(rest))])
    return {"train": train, "valid": valid, "test": test}


def _fractions(options: Fractions, rows: int) -> dict[str, Places]:
    order = _shuffled(np.arange(rows), options.seed)
    valid, test, train = np.split(order, _bounds(options, rows))
    return {"train": train, "valid": valid, "test": test}


def _grouped(options: Fractions, groups: Sequence[str | None]) -> dict[str, Places]:
    """Shuffle the groups; fill validation, then test, then train; no group goes to two.

    A group that is larger than either share is for training: it would leave a split empty.
    """
    if any(group is None for group in groups):
        raise UserError(
            "a grouped split needs the corpus to name its column of groups: read.group."
        )
    names, members = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    order = _shuffled(np.arange(len(names)), options.seed)
    sizes = np.bincount(members)
    bounds = _bounds(options, len(groups))
    order = order[sizes[order] <= min(np.diff([0, *bounds]))]
    split_of = np.full(len(names), len(bounds), np.int64)
    split_of[order] = np.searchsorted(bounds, np.cumsum(sizes[order]), side="left")
    rows = _shuffled(np.arange(len(groups)), options.seed)
    valid, test, train = (rows[split_of[members[rows]] == i] for i in range(3))
    return {"train": train, "valid": valid, "test": test}


def _bounds(options: Fractions, rows: int) -> list[int]:
    return [round(options.valid * rows), round((options.valid + options.test) * rows)]


def _shuffled(rows: Places, seed: int) -> Places:
    return np.random.default_rng(seed).permutation(rows)
