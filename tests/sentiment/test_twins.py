"""Twins and what the audit says of them, against comparing every pair."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textrnn.params.audit import Audit
from textrnn.sentiment import audit, twins
from textrnn.sentiment.rows import Row

Words = list[list[str]]


def jaccard(one: Sequence[str], other: Sequence[str], shingle: int) -> Fraction:
    def shingles(text: Sequence[str]) -> set[tuple[str, ...]]:
        padded = [*text, *[""] * (shingle - 1)]
        return {tuple(padded[i : i + shingle]) for i in range(len(text))}

    a, b = shingles(one), shingles(other)
    return Fraction(len(a & b), len(a | b))


@given(
    st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=7), min_size=1, max_size=12),
    st.integers(1, 3),
    st.sampled_from([0.1, 0.25, 0.5, 0.75, 1.0]),
    st.sampled_from([1, 3, 100]),
)
def test_near_twins_are_those_of_every_pair(
    words: Words, shingle: int, similarity: float, block: int
) -> None:
    """However many texts are compared at a time, no pair is missed and none is guessed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(twins, "BLOCK", block)
        found = twins.near(words, Audit(shingle=shingle, similarity=similarity))
    alike = found.alike.toarray()[np.ix_(found.kinds, found.kinds)]
    expected = [[jaccard(a, b, shingle) >= Fraction(similarity) for b in words] for a in words]
    assert alike.tolist() == np.array(expected, int).tolist()


def test_a_twin_is_counted_for_each_time_that_it_stands() -> None:
    found = twins.exact(["a", "b", "a", "a"])
    assert found.count(np.array([True, True, True, False])).tolist() == [1, 0, 1, 2]


TEXTS = {
    "train": ["One two three four five six.", "Other words altogether here", "…", "Fine"],
    "valid": ["fine", "Nothing like it anywhere"],
    "test": ["One two three four five six.", "one two three four five seven", "…"],
}
LABELS = {"train": [1, 0, 0, 1], "valid": [1, 0], "test": [0, 1, 0]}


@pytest.fixture
def splits() -> dict[str, list[Row]]:
    numbers = iter(range(100, 200))
    return {
        split: [
            Row(next(numbers), label, text)
            for label, text in zip(LABELS[split], texts, strict=True)
        ]
        for split, texts in TEXTS.items()
    }


OPTIONS = Audit(shingle=2, similarity=0.5)


def test_what_the_audit_finds(splits: dict[str, list[Row]]) -> None:
    found = audit.summary(audit.examine(splits, OPTIONS), [None] * 200)
    assert found["rows"] == {"train": 4, "valid": 2, "test": 3}
    assert found["without_words"] == {"train": 1, "valid": 0, "test": 1}
    assert found["of_one_word"] == {"train": 1, "valid": 1, "test": 0}
    none = {"in_train": 0, "in_valid": 0, "in_test": 0, "other_label": 0}
    assert found["exact"] == {
        "train": none | {"in_test": 2, "other_label": 1},
        "valid": none,
        "test": none | {"in_train": 2, "other_label": 1},
    }
    assert found["near"] == {
        "train": none | {"in_valid": 1, "in_test": 2, "other_label": 1},
        "valid": none | {"in_train": 1},
        "test": none | {"in_train": 3, "in_test": 2, "other_label": 2},
    }
    assert found["test_share_with_twin_in_train"] == {"exact": 2 / 3, "near": 1.0}
    assert "groups" not in found


def test_films_that_train_and_test_share(splits: dict[str, list[Row]]) -> None:
    films = [""] * 100 + ["Jaws", "Alien", "Alien", "Jaws", "Heat", "Jaws", "Alien", "Heat", "M"]
    found = audit.summary(audit.examine(splits, OPTIONS), films)["groups"]
    assert found == {
        "train": 2,
        "valid": 2,
        "test": 3,
        "test_in_train": 1,
        "test_rows_in_train": 1,
    }


def test_what_is_handed_on_holds_no_text(splits: dict[str, list[Row]]) -> None:
    table = audit.twins_table(audit.examine(splits, OPTIONS))
    assert table.select_dtypes(exclude="number").columns.tolist() == ["split"]
    assert "label" not in table
    rows = table[["split", "place", "row"]].to_numpy().tolist()
    assert rows == [
        ["train", 0, 100],
        ["train", 2, 102],
        ["train", 3, 103],
        ["valid", 0, 104],
        ["test", 0, 106],
        ["test", 1, 107],
        ["test", 2, 108],
    ]
