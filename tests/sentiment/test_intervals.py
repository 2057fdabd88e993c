"""Intervals: against known distributions, other intervals, and another library's area."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import roc_auc_score

from textrnn.sentiment import intervals

DRAW = np.random.default_rng(1)
LABELS = DRAW.integers(0, 2, 2000)
PROBABILITIES = np.clip(DRAW.normal(0.4 + 0.2 * LABELS, 0.2), 0, 1)


def test_an_accuracy_s_interval_is_nearly_wilson_s() -> None:
    found = intervals.of_test(LABELS, PROBABILITIES[None])
    right = int(((PROBABILITIES > 0.5) == LABELS).sum())
    low, high = intervals.wilson(right, len(LABELS))
    assert found["accuracy_low"] == pytest.approx(low, abs=0.002)
    assert found["accuracy_high"] == pytest.approx(high, abs=0.002)


def test_an_area_s_interval_is_nearly_that_of_hanley_and_mcneil() -> None:
    """Their formula (1982) for the standard error, which holds for normal scores too."""
    found = intervals.of_area(LABELS, PROBABILITIES[None])
    assert found is not None
    area = roc_auc_score(LABELS, PROBABILITIES)
    ones, zeros = (LABELS == 1).sum(), (LABELS == 0).sum()
    same, other = area / (2 - area), 2 * area**2 / (1 + area)
    variance = area * (1 - area) + (ones - 1) * (same - area**2) + (zeros - 1) * (other - area**2)
    half = 1.96 * np.sqrt(variance / (ones * zeros))
    assert found == pytest.approx((area - half, area + half), abs=0.003)


def test_seeds_that_err_on_other_rows_have_a_narrower_mean() -> None:
    """Rows are drawn, not seeds: two that agree are one, two that differ steady each other."""
    draw = np.random.default_rng(2)
    one, other = (np.where(draw.random(2000) < 0.8, LABELS, 1 - LABELS) for _ in range(2))
    width = {
        name: float(np.ptp([found["accuracy_low"], found["accuracy_high"]]))
        for name, found in {
            "one": intervals.of_test(LABELS, np.stack([one])),
            "twice": intervals.of_test(LABELS, np.stack([one, one])),
            "two": intervals.of_test(LABELS, np.stack([one, other])),
        }.items()
    }
    assert width["twice"] == width["one"]
    assert width["two"] == pytest.approx(width["one"] / np.sqrt(2), rel=0.1)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 5)), min_size=2, max_size=20))
def test_the_area_is_scikit_learn_s(rows: list[tuple[int, int]]) -> None:
    labels, scores = (np.array(column) for column in zip(*rows, strict=True))
    if len(set(labels)) == 2:
        found = intervals._area(scores[labels == 1], scores[labels == 0])
        assert found == pytest.approx(roc_auc_score(labels, scores))


@pytest.mark.parametrize(("right", "count"), [(0, 5), (5, 5), (3, 10), (812, 1000)])
def test_wilson_s_interval_by_its_formula(right: int, count: int) -> None:
    z = stats.norm.ppf(0.975)
    share = right / count
    middle = (share + z**2 / (2 * count)) / (1 + z**2 / count)
    half = z / (1 + z**2 / count) * np.sqrt(share * (1 - share) / count + (z / count / 2) ** 2)
    assert intervals.wilson(right, count) == pytest.approx((middle - half, middle + half))


def test_too_few_rows_have_no_interval() -> None:
    assert intervals.of_test(np.array([1]), np.array([[0.9]])) == {}
    one_class = intervals.of_test(np.array([1, 1]), np.array([[0.9, 0.2]]))
    assert set(one_class) == {"accuracy_low", "accuracy_high"}


def test_all_right_is_an_interval_of_no_width() -> None:
    found = intervals.of_test(np.array([1, 0] * 5), np.array([[0.9, 0.2] * 5]))
    assert set(found.values()) == {1.0}
