"""A model and a baseline together: the geometric mean, shares chosen on validation alone."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textrnn.sentiment import classes, comparison, ensemble
from textrnn.sentiment.comparison import Answers
from textrnn.sentiment.ensemble import Split

ROWS = pd.DataFrame({"place": [0, 1, 2, 3], "row": [7, 3, 5, 9], "label": [1, 0, 1, 0]})


def split(model: list[float], baseline: list[float]) -> Split:
    return Split(ROWS, np.array(model), np.array(baseline))


@settings(max_examples=50, deadline=None)
@given(p=st.floats(0.01, 0.99), q=st.floats(0.01, 0.99), share=st.sampled_from(ensemble.SHARES))
def test_log_odds_are_averaged(p: float, q: float, share: float) -> None:
    found = ensemble.mixed(split([p] * 4, [q] * 4), share)
    odds = share * np.log(p / (1 - p)) + (1 - share) * np.log(q / (1 - q))
    assert found == pytest.approx([1 / (1 + np.exp(-odds))] * 4)


def test_of_more_classes_all_are_averaged() -> None:
    draw = np.random.default_rng(1)
    one, other = (draw.dirichlet([1, 1, 1], 4) for _ in range(2))
    found = ensemble.mixed(Split(ROWS, one, other), 0.3)
    wanted = one**0.3 * other**0.7
    np.testing.assert_allclose(found, wanted / wanted.sum(axis=1, keepdims=True))


def test_what_was_rounded_to_nought_still_has_a_probability() -> None:
    found = ensemble.mixed(split([0, 1, 0, 1], [1, 1, 0, 0]), 0.5)
    assert found == pytest.approx([0.5, 1, 0, 0.5], abs=1e-5)


def test_validation_chooses_the_better_of_the_two() -> None:
    right, wrong, unsure = [0.9, 0.1, 0.8, 0.2], [0.1, 0.9, 0.2, 0.8], [0.5] * 4
    assert ensemble.choose(split(right, wrong)) == 1.0
    assert ensemble.choose(split(wrong, right)) == 0.0
    assert ensemble.choose(split(right, unsure)) == 1.0
    halves = split([0.9, 0.1, 0.45, 0.55], [0.45, 0.55, 0.9, 0.1])
    assert ensemble.choose(halves) == 0.5


def predictions(names: dict[str, list[float]], key: str) -> pd.DataFrame:
    parts = [
        ROWS.assign(
            **{key: name.split("/")[0], "split": name.split("/")[1], "probability": said}
        ).assign(predicted=classes.predicted(np.array(said)))
        for name, said in names.items()
    ]
    return pd.concat(parts).sample(frac=1, random_state=1)


def test_seeds_are_averaged_and_places_matched() -> None:
    model = predictions({"1/test": [0.9, 0.1, 0.8, 0.2], "2/test": [0.7, 0.3, 0.6, 0.4]}, "seed")
    baseline = predictions({"nb-svm/test": [0.6, 0.2, 0.3, 0.4]}, "baseline")
    [(name, found)] = ensemble.splits(model, baseline).items()
    assert name == "test"
    pd.testing.assert_frame_equal(found.rows, ROWS)
    assert found.model == pytest.approx([0.8, 0.2, 0.7, 0.3])
    assert found.baseline == pytest.approx([0.6, 0.2, 0.3, 0.4])


def test_test_rows_are_measured_with_the_share_of_validation() -> None:
    valid, test = split([0.1, 0.9, 0.2, 0.8], [0.9, 0.1, 0.8, 0.2]), split([0.9] * 4, [0.2] * 4)
    answers = {
        "a": Answers(ROWS, np.array([[True, False, True, False]])),
        "nb-svm": Answers(ROWS[["place", "label"]], np.array([[False, True, False, True]])),
    }
    found = ensemble.summary({"valid": valid, "test": test}, answers, np.array([1]))
    assert found["model_share"] == 0.0
    assert found["valid"]["accuracy"] == 1.0
    assert found["test"]["accuracy"] == 0.5  # all are taken for negative, as the baseline does
    assert found["test"]["accuracy_without_twins"] == pytest.approx(1 / 3)
    assert found["test"]["accuracy_without_twins_low"] == 0.0
    assert found["against"]["nb-svm"]["difference"] == 0.0
    assert found["against"]["a"] == comparison.pair(
        Answers(ROWS, np.array([[False, True, False, True]])), answers["a"]
    )
