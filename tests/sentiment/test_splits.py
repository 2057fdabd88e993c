"""Splits: the book's rows, the official halves, shares, groups; every row used exactly once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textrnn.errors import UserError
from textrnn.params.split import Book, Fractions, Official, Split
from textrnn.sentiment import splits

BOOK = Book(method="book", seed=1, test=25_000, train=20_000)
OFFICIAL = Official(method="official", seed=1, valid=0.1)
IMDB = 50_000


def fractions(method: str = "fractions", seed: int = 1, valid: float = 0.1) -> Fractions:
    return Fractions(method=method, seed=seed, valid=valid, test=0.2)  # type: ignore[arg-type]


def places(options: Split, rows: int, groups: list[str] | None = None) -> dict[str, list[int]]:
    found = splits.assign(options, rows, groups or [None] * rows)
    assert list(found) == ["train", "valid", "test"]
    return {split: part.tolist() for split, part in found.items()}


def use_each_row_once(found: dict[str, list[int]], rows: int) -> bool:
    return sorted(row for part in found.values() for row in part) == list(range(rows))


def test_the_book_split_is_the_book_s() -> None:
    found = places(BOOK, IMDB)
    assert found["train"][:5] == [27236, 545, 39496, 6912, 49994]
    assert found["test"][:5] == [45362, 48124, 43337, 37255, 650]
    assert found["valid"][:5] == [811, 48859, 1999, 39150, 5971]
    assert {split: len(part) for split, part in found.items()} == {
        "train": 20_000,
        "valid": 5_000,
        "test": 25_000,
    }
    assert use_each_row_once(found, IMDB)


def test_the_book_split_does_not_depend_on_what_was_drawn_before() -> None:
    small = Book(method="book", seed=3, test=4, train=4)
    first = places(small, 10)
    places(BOOK.model_copy(update={"test": 1, "train": 1}), 1000)
    assert places(small, 10) == first
    assert places(small.model_copy(update={"seed": 4}), 10) != first


def test_the_official_split_keeps_the_official_halves() -> None:
    """`movie_data.csv` was written in the order of this permutation, as the book made it."""
    np.random.seed(0)
    half = np.random.permutation(IMDB) < 25_000
    found = places(OFFICIAL, IMDB)
    assert half[found["test"]].all()
    assert not half[found["train"]].any()
    assert not half[found["valid"]].any()
    assert [len(found[s]) for s in ("train", "valid", "test")] == [22_500, 2_500, 25_000]
    assert use_each_row_once(found, IMDB)


def test_the_official_split_draws_validation_at_random() -> None:
    assert places(OFFICIAL, IMDB) == places(OFFICIAL, IMDB)
    other = places(OFFICIAL.model_copy(update={"seed": 2}), IMDB)
    assert set(other["valid"]) != set(places(OFFICIAL, IMDB)["valid"])
    assert other["test"] == places(OFFICIAL, IMDB)["test"]


def test_the_official_split_is_of_that_corpus_alone() -> None:
    with pytest.raises(UserError, match=r"50,000 reviews; this corpus has 12,808 rows"):
        places(OFFICIAL, 12_808)


@given(rows=st.integers(20, 300), seed=st.integers(0, 2**32))
def test_fractions_take_their_shares(rows: int, seed: int) -> None:
    found = places(fractions(seed=seed), rows)
    assert use_each_row_once(found, rows)
    assert len(found["valid"]) == pytest.approx(0.1 * rows, abs=0.51)
    assert len(found["valid"]) + len(found["test"]) == pytest.approx(0.3 * rows, abs=0.51)
    assert places(fractions(seed=seed), rows) == found


def test_fractions_are_shuffled_by_the_seed() -> None:
    found = places(fractions(), 1000)
    assert found["train"] != sorted(found["train"])
    assert found["train"] != places(fractions(seed=2), 1000)["train"]


@given(
    groups=st.lists(st.sampled_from("abcdefghijklmnopqrstuvwxyz"), min_size=60, max_size=200),
    seed=st.integers(0, 99),
)
def test_no_group_is_in_two_splits(groups: list[str], seed: int) -> None:
    try:
        found = places(fractions("grouped", seed, valid=0.3), len(groups), groups)
    except UserError:  # groups so large that a split stays empty
        return
    held = {split: {groups[row] for row in part} for split, part in found.items()}
    assert not held["train"] & held["valid"]
    assert not held["train"] & held["test"]
    assert not held["valid"] & held["test"]
    assert use_each_row_once(found, len(groups))


def test_grouped_comes_near_its_shares() -> None:
    groups = [f"film {i % 300}" for i in range(3000)]
    found = places(fractions("grouped"), 3000, groups)
    assert {split: len(part) for split, part in found.items()} == {
        "train": 2100,
        "valid": 300,
        "test": 600,
    }
    assert found["train"] != sorted(found["train"])
    assert found != places(fractions("grouped", seed=2), 3000, groups)


@pytest.mark.parametrize("seed", range(20))
def test_a_large_group_closes_no_split(seed: int) -> None:
    """It goes to training, and smaller ones fill the splits."""
    groups = [f"film {i}" for i in range(600)] + ["series"] * 400
    found = places(fractions("grouped", seed), 1000, groups)
    assert {split: len(part) for split, part in found.items()} == {
        "train": 700,
        "valid": 100,
        "test": 200,
    }
    assert {groups[row] for row in found["train"]} >= {"series"}


def test_grouped_needs_groups() -> None:
    with pytest.raises(UserError, match=r"read\.group"):
        splits.assign(fractions("grouped"), 3, ["a", None, "b"])


@pytest.mark.parametrize(
    ("options", "rows", "groups", "empty"),
    [
        (Book(method="book", seed=1, test=6, train=4), 10, None, "valid"),
        (Book(method="book", seed=1, test=10, train=4), 10, None, "train"),
        (fractions(), 4, None, "valid"),
        (fractions("grouped"), 40, ["a", "b"] * 20, "valid"),
    ],
)
def test_a_split_without_rows_is_refused(
    options: Split, rows: int, groups: list[str] | None, empty: str
) -> None:
    with pytest.raises(UserError, match=f"no row for {empty}: the corpus has {rows} rows"):
        places(options, rows, groups)
