"""Accuracy by length: every text in one range, the same ranges for all splits."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textrnn.params.tokens import Tokens
from textrnn.sentiment import intervals, lengths
from textrnn.sentiment.rows import Row
from textrnn.sentiment.tokens import tokenizer


def texts(*sizes: int) -> pd.DataFrame:
    return pd.DataFrame({"row": range(len(sizes)), "tokens": sizes}).rename_axis("place")


def answers(*right: bool) -> pd.DataFrame:
    """Predictions of ones."""
    return pd.DataFrame({"label": 1, "probability": [0.9 if r else 0.1 for r in right]})


def test_texts_are_counted_in_their_order() -> None:
    rows = [Row(7, 1, "One, two!"), Row(3, 0, "…"), Row(5, 0, "a b c")]
    found = lengths.of(rows, tokenizer(Tokens(lower=True, punctuation=False, last=None)))
    assert found["row"].tolist() == [7, 3, 5]
    assert found["tokens"].tolist() == [2, 0, 3]
    assert found.index.tolist() == [0, 1, 2]


def test_no_texts_are_no_rows() -> None:
    assert lengths.of([], str.split).empty


def test_ranges_are_those_of_the_training_texts() -> None:
    """Eight training texts, a range each; one of the test is shorter, one longer than all."""
    train = texts(10, 20, 30, 40, 50, 60, 70, 80)
    test = texts(3, 10, 11, 95)
    splits = {"train": answers(*[True] * 8), "test": answers(True, False, True, True)}
    found = lengths.accuracy(splits, {"train": train, "test": test})
    assert list(found) == lengths.COLUMNS
    of_train, of_test = (found[found["split"] == s] for s in ("train", "test"))
    assert of_train["length_low"].tolist() == [3, 11, 21, 31, 41, 51, 61, 71]
    assert of_train["length_high"].tolist() == [10, 20, 30, 40, 50, 60, 70, 95]
    assert of_train["count"].tolist() == [1] * 8
    columns = ["length_low", "length_high", "accuracy", "count"]
    assert of_test[columns].to_numpy().tolist() == [[3, 10, 0.5, 2], [11, 20, 1, 1], [71, 95, 1, 1]]
    assert tuple(of_test.iloc[0][["low", "high"]]) == pytest.approx(intervals.wilson(1, 2))


def test_texts_of_one_length_have_one_range() -> None:
    found = lengths.accuracy({"train": answers(True, False)}, {"train": texts(9, 9)})
    assert found[["length_low", "length_high", "count"]].to_numpy().tolist() == [[9, 9, 2]]


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 300), st.booleans()), min_size=1, max_size=60))
def test_every_text_is_in_one_range(rows: list[tuple[int, bool]]) -> None:
    sizes, right = zip(*rows, strict=True)
    found = lengths.accuracy({"train": answers(*right)}, {"train": texts(*sizes)})
    assert found["count"].sum() == len(rows)
    assert (found["accuracy"] * found["count"]).sum() == pytest.approx(sum(right))
    assert (found["low"] <= found["accuracy"] + 1e-9).all()
    assert (found["accuracy"] <= found["high"] + 1e-9).all()
    ends = found[["length_low", "length_high"]].to_numpy().ravel()
    assert (np.diff(ends) >= 0).all()
