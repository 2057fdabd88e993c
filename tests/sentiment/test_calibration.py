"""Calibration: constructed sets whose error is plain, and another library's bins."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve

from textrnn.sentiment import calibration

# Of ten texts at 0.9 (either way) eight are right; of ten at 0.6, seven.
LABELS = np.array([1] * 4 + [0] + [0] * 4 + [1] + [1] * 7 + [0] * 3)
PROBABILITIES = np.array([0.9] * 5 + [0.1] * 5 + [0.6] * 10)


def test_the_error_of_a_constructed_set() -> None:
    """Both bins are off by a tenth."""
    found = calibration.errors(LABELS, PROBABILITIES)
    assert found["ece"] == pytest.approx(0.1)


def test_bins_count_by_their_texts() -> None:
    """Four texts of five at 0.8 are right, as they say; of fifteen at 1.0, twelve."""
    labels = np.array([1] * 4 + [0] + [1] * 12 + [0] * 3)
    probabilities = np.array([0.8] * 5 + [1.0] * 15)
    assert calibration.errors(labels, probabilities)["ece"] == pytest.approx(0.2 * 15 / 20)


def test_equal_mass_tells_apart_what_one_bin_of_equal_width_hides() -> None:
    """All between 0.94 and 0.99: the surer half always wrong, the other always right."""
    probabilities = np.concatenate([np.full(75, 0.94), np.full(75, 0.99)])
    labels = np.array([1] * 75 + [0] * 75)
    found = calibration.errors(labels, probabilities)
    assert found["ece"] == pytest.approx(abs(0.5 - 0.965))
    # Fifteen bins of ten: seven right, seven wrong, and one of five and five.
    seven, half = (1 - 0.94) * 7 + 0.99 * 7, abs(0.5 - 0.965)
    assert found["ece_equal_mass"] == pytest.approx((seven + half) / 15)


def test_who_is_as_right_as_said_has_next_to_no_error() -> None:
    draw = np.random.default_rng(1)
    probabilities = draw.random(50_000)
    labels = (draw.random(50_000) < probabilities).astype(np.int64)
    found = calibration.errors(labels, probabilities)
    assert max(found.values()) < 0.01


def test_the_table_of_a_constructed_set() -> None:
    frame = pd.DataFrame({"label": LABELS, "probability": PROBABILITIES})
    found = calibration.reliability({"valid": frame, "test": frame.head(10)})
    assert list(found) == calibration.COLUMNS
    assert found["split"].tolist() == ["valid", "valid", "test"]
    sixty, ninety = found.iloc[0], found.iloc[1]
    # An edge belongs to the bin below it: 0.6 to (8/15, 9/15], as the numbers are stored.
    assert sixty[["confidence", "accuracy", "count"]].tolist() == pytest.approx([0.6, 0.7, 10])
    assert ninety[["confidence", "accuracy", "count"]].tolist() == pytest.approx([0.9, 0.8, 10])
    assert (ninety["bin_low"], ninety["bin_high"]) == pytest.approx((13 / 15, 14 / 15))


@settings(max_examples=30)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 100)), min_size=1, max_size=60))
def test_the_bins_are_scikit_learn_s(rows: list[tuple[bool, int]]) -> None:
    labels = np.array([label for label, _ in rows], np.int64)
    probabilities = np.array([percent / 100 for _, percent in rows])
    frame = pd.DataFrame({"label": labels, "probability": probabilities})
    found = calibration.reliability({"test": frame})
    right = (probabilities > 0.5) == labels
    confidence = np.maximum(probabilities, 1 - probabilities)
    # Labels that all are the same are refused there: one more text at the middle of an empty bin.
    more = np.array([True, False]), np.array([0.01, 0.01])
    accuracy, mean = calibration_curve(
        np.concatenate([right, more[0]]), np.concatenate([confidence, more[1]]), n_bins=15
    )
    np.testing.assert_allclose(found["accuracy"], accuracy[1:])
    np.testing.assert_allclose(found["confidence"], mean[1:])
    assert found["count"].sum() == len(rows)
    assert ((confidence.min() <= found["bin_high"]) & (found["bin_low"] < 1)).all()
