"""The bootstrap of a mean: against the normal interval, and what it is called in metrics."""

import numpy as np
import pytest

from textrnn import bootstrap

VALUES = np.random.default_rng(1).exponential(size=2000)


def test_a_mean_s_interval_is_nearly_the_normal_one() -> None:
    found = bootstrap.of_mean(VALUES)
    half = 1.96 * VALUES.std() / np.sqrt(len(VALUES))
    assert found == pytest.approx((VALUES.mean() - half, VALUES.mean() + half), abs=0.005)


def test_the_interval_is_the_same_in_every_run() -> None:
    assert bootstrap.of_mean(VALUES) == bootstrap.of_mean(VALUES)


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_values_have_none(count: int) -> None:
    found = bootstrap.of_mean(VALUES[:count])
    assert found is None
    assert bootstrap.sides("cost", found) == {}


def test_metrics_have_its_two_sides() -> None:
    found = bootstrap.sides("cost", bootstrap.Interval(1.0, 2.0))
    assert found == {"cost_low": 1.0, "cost_high": 2.0}
