"""Word n-grams, against scikit-learn's own counter."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from textrnn.sentiment.ngrams import NGrams

texts = st.lists(st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=6), max_size=6)


def sorted_columns(matrix: np.ndarray) -> list[list[int]]:
    return sorted(matrix.T.tolist())


@given(
    st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=6), min_size=1, max_size=6),
    texts,
    st.integers(1, 4),
)
def test_counts_are_those_of_scikit_learn(
    train: list[list[str]], other: list[list[str]], orders: int
) -> None:
    """Columns may stand in any order: each is compared in both matrices at once."""
    found = NGrams(train, orders)
    for order, counted in enumerate(
        map(
            lambda a, b: np.vstack([a.toarray(), b.toarray()]),
            found.counts(train),
            found.counts(other),
        ),
        start=1,
    ):
        if not any(len(text) >= order for text in train):
            assert counted.shape[1] == 0
            continue
        oracle = CountVectorizer(
            analyzer=lambda text, n=order: [
                tuple(text[i : i + n]) for i in range(len(text) - n + 1)
            ]
        ).fit(train)
        expected = oracle.transform([*train, *other]).toarray()
        assert sorted_columns(counted) == sorted_columns(expected)


def test_an_n_gram_ends_with_its_text() -> None:
    """`b a` would run from the first text into the second."""
    _, pairs = NGrams([["a", "b"], ["a", "b"]], 2).counts([["b", "a", "b"]])
    assert pairs.toarray().tolist() == [[1]]


@pytest.mark.parametrize("unknown", [["x"], ["x", "a", "b"], ["a", "x", "b"]])
def test_what_was_never_seen_is_not_counted(unknown: list[str]) -> None:
    singles, pairs = NGrams([["a", "b", "c"]], 2).counts([unknown])
    assert singles.sum() == len(set(unknown) - {"x"})
    assert pairs.sum() == (unknown[-2:] == ["a", "b"])
