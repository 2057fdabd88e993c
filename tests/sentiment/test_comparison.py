"""Paired tests, by hand, and what becomes of a test set without its twins."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textrnn.errors import UserError
from textrnn.sentiment import comparison

Rights = list[bool]


def answers(*right: Rights, rows: list[int] | None = None) -> comparison.Answers:
    count = len(right[0])
    table = pd.DataFrame({"place": range(count), "row": rows or range(count), "label": 1})
    return comparison.Answers(table, np.array(right))


# ---------------------------------------------------------------- McNemar


def test_mcnemar_by_hand() -> None:
    """Eight rows tell the two apart, seven for the first: 2 · (1 + 8) / 2⁸."""
    model = np.array([True] * 7 + [False] + [True] * 20 + [False] * 5)
    other = np.array([False] * 7 + [True] + [True] * 20 + [False] * 5)
    found = comparison.mcnemar(model, other)
    assert found == {"only_model": 7, "only_other": 1, "p": pytest.approx(18 / 256)}


def test_nothing_tells_two_equal_models_apart() -> None:
    right = np.array([True, False, True])
    assert comparison.mcnemar(right, right) == {"only_model": 0, "only_other": 0, "p": 1.0}


def test_as_many_for_either_is_no_difference() -> None:
    model, other = np.array([True, False]), np.array([False, True])
    assert comparison.mcnemar(model, other)["p"] == 1.0


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=40))
def test_mcnemar_has_no_side_and_no_regard_for_what_both_got(rows: list[tuple[bool, bool]]) -> None:
    model, other = np.array(rows).T
    found, turned = comparison.mcnemar(model, other), comparison.mcnemar(other, model)
    assert found["p"] == turned["p"]
    assert 0 < found["p"] <= 1
    more = np.ones(9, bool)
    both = comparison.mcnemar(np.append(model, more), np.append(other, more))
    assert both == found


# ---------------------------------------------------------------- pairs


def test_a_pair() -> None:
    """The first seeds are tested; the difference is that of the means over seeds."""
    model = answers([True] * 4, [True, True, False, False])
    other = answers([True, True, False, False])
    found = comparison.pair(model, other)
    assert found["difference"] == pytest.approx(0.25)
    assert (found["only_model"], found["only_other"]) == (2, 0)
    assert found["p"] == 0.5
    assert found["difference_low"] == 0.0
    assert found["difference_high"] == 0.5


def test_a_clear_difference_s_interval_leaves_zero_out() -> None:
    draw = np.random.default_rng(1)
    other = draw.random(3000) < 0.8
    model = other | (draw.random(3000) < 0.2)
    found = comparison.pair(answers(list(model)), answers(list(other)))
    half = 1.96 * (model ^ other).std() / np.sqrt(3000)
    middle = found["difference"]
    assert found["difference_low"] == pytest.approx(middle - half, abs=0.002)
    assert found["difference_high"] == pytest.approx(middle + half, abs=0.002)
    assert found["difference_low"] > 0
    assert found["p"] < 1e-6


def test_other_test_rows_are_refused() -> None:
    right = [True, False]
    with pytest.raises(UserError, match="not tested on the same rows"):
        comparison.pair(answers(right), answers(right, rows=[5, 6]))
    with pytest.raises(UserError, match="same rows"):
        comparison.pair(answers(right), answers([True]))


# ---------------------------------------------------------------- files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What two seeds, two baselines and an audit left, of two training and three test rows."""
    (tmp_path / "model").mkdir()
    (tmp_path / "model/predictions.csv").write_text(
        "seed,split,place,row,tokens,label,probability,predicted\n"
        "4,train,0,9,5,1,0.9,1\n4,test,0,7,5,1,0.9,1\n4,test,1,8,5,0,0.5,1\n4,test,2,6,5,1,0.8,1\n"
        "2,train,0,9,5,1,0.9,1\n2,test,0,7,5,1,0.9,1\n2,test,1,8,5,0,0.5,0\n2,test,2,6,5,1,0.8,1\n"
    )
    (tmp_path / "baselines").mkdir()
    (tmp_path / "baselines/predictions.csv").write_text(
        "split,baseline,place,label,probability,predicted\n"
        "train,b,0,1,0.9,1\ntest,b,0,1,0.1,0\ntest,b,1,0,0.1,0\ntest,b,2,1,0.1,0\n"
        "train,a,0,1,0.9,1\ntest,a,0,1,0.9,1\ntest,a,1,0,0.9,1\ntest,a,2,1,0.9,1\n"
    )
    (tmp_path / "audit").mkdir()
    (tmp_path / "audit/twins.csv").write_text(
        "split,place,row,near_in_train,near_in_test\ntrain,0,9,0,1\ntest,0,7,1,0\ntest,2,6,0,1\n"
    )
    return tmp_path


def test_answers_are_what_was_predicted_not_what_rounding_left(folder: Path) -> None:
    found = comparison.of_model(folder / "model")
    assert found.right.tolist() == [[True, False, True], [True, True, True]]
    assert found.rows["row"].tolist() == [7, 8, 6]


def test_a_summary(folder: Path) -> None:
    """Row 0 of the test has a twin in train; row 2 has its twin elsewhere."""
    model = comparison.of_model(folder / "model")
    baselines = comparison.of_baselines(folder / "baselines")
    twins = comparison.twins_in_train(folder / "audit")
    assert twins.tolist() == [0]
    found = comparison.summary(model, baselines, twins)
    assert found["test"]["rows_with_twin"] == 1
    assert found["test"]["accuracy_without_twins"] == pytest.approx(0.75)
    assert list(found["against"]) == ["b", "a"]
    worse = found["against"]["b"]
    assert worse["difference"] == pytest.approx(5 / 6 - 1 / 3)
    assert (worse["only_model"], worse["only_other"]) == (2, 1)
    assert worse["accuracy_without_twins"] == 0.5
    assert found["against"]["a"]["p"] == 1.0


def test_nothing_but_twins_leaves_no_accuracy() -> None:
    assert comparison.without(answers([True, False]), np.array([0, 1])) == {}
