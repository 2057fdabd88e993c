"""More than two classes: every measure by hand, and two classes as a case of it."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from textrnn.errors import UserError
from textrnn.params.audit import Audit
from textrnn.params.sentiment_baselines import NbSvm, SentimentBaselines, TfIdf
from textrnn.sentiment import (
    audit,
    baselines,
    calibration,
    classes,
    evaluation,
    intervals,
    lengths,
    linear,
    measures,
    nb_svm,
)
from textrnn.sentiment.rows import Row
from textrnn.sentiment.tokenised import Texts

LABELS = np.array([0, 1, 2, 1, 0, 2])
SAID = np.array(
    [
        [0.7, 0.2, 0.1],
        [0.1, 0.8, 0.1],
        [0.3, 0.4, 0.3],
        [0.4, 0.3, 0.3],
        [0.5, 0.1, 0.4],
        [0.1, 0.3, 0.6],
    ]
)
PREDICTED = [0, 1, 1, 0, 0, 2]


def table(
    labels: Sequence[int] | npt.NDArray[np.int64], said: classes.Probabilities
) -> pd.DataFrame:
    frame = pd.DataFrame({"label": labels, **classes.columns(np.float32(said))})
    return frame.rename_axis("place")


SIX = table(LABELS, SAID)


def area(ones: npt.NDArray[np.float64], zeros: npt.NDArray[np.float64]) -> float:
    """The share of pairs in the right order, ties half."""
    return float(np.mean([(a > b) + (a == b) / 2 for a in ones for b in zeros]))


def areas(labels: npt.NDArray[np.int64], said: npt.NDArray[np.float64]) -> float:
    each = [area(said[labels == k, k], said[labels != k, k]) for k in range(said.shape[1])]
    return float(np.mean(each))


# ---------------------------------------------------------------- what is said of classes


def test_two_classes_are_told_by_one_probability() -> None:
    one = np.array([0.9, 0.5, 0.2])
    np.testing.assert_array_equal(classes.of_each(one), np.stack([1 - one, one], axis=1))
    assert classes.predicted(one).tolist() == [1, 0, 0]
    assert list(classes.columns(one)) == ["probability"]
    assert classes.measured(2) == [1]


def test_more_have_one_each() -> None:
    assert classes.of_each(SAID) is SAID
    assert classes.predicted(SAID).tolist() == PREDICTED
    assert list(classes.columns(SAID)) == ["probability_0", "probability_1", "probability_2"]
    assert classes.measured(3) == [0, 1, 2]


@given(st.floats(0, 1, width=32))
def test_a_class_is_predicted_from_above_a_half(probability: float) -> None:
    assert classes.predicted(np.array([probability])) == [int(probability > 0.5)]


@given(st.integers(2, 20), st.integers(1, 5), st.integers(0, 9))
def test_a_table_holds_what_is_put_into_it(count: int, rows: int, seed: int) -> None:
    said = np.random.default_rng(seed).dirichlet(np.ones(count), rows)
    given = said[:, 1] if count == 2 else said
    frame = pd.DataFrame({"label": 0, **classes.columns(np.float32(given))})
    found = classes.probabilities(frame)
    np.testing.assert_allclose(classes.of_each(found), said, atol=1e-6)


# ---------------------------------------------------------------- measures


def test_measures() -> None:
    """F1: 2 of 3 said and 2 of 2 there; 1 of 2 and 1 of 2; 1 of 1 and 1 of 2."""
    found = measures.of(LABELS, SAID)
    nats = -np.log([0.7, 0.8, 0.3, 0.3, 0.5, 0.6])
    assert found == {
        "accuracy": pytest.approx(4 / 6),
        "loss": pytest.approx(nats.mean()),
        "auc": pytest.approx(areas(LABELS, SAID)),
        "f1": pytest.approx(np.mean([2 * (2 / 3) / (1 + 2 / 3), 1 / 2, 2 * (1 / 2) / (1 + 1 / 2)])),
    }
    # By class all of 8 pairs; six and a half, with one of 0.3 and 0.3; and the same again.
    assert found["auc"] == pytest.approx(np.mean([8, 6.5, 6.5]) / 8)


def test_a_class_without_texts_has_no_area() -> None:
    found = measures.of(np.array([0, 1]), SAID[:2])
    assert set(found) == {"accuracy", "loss", "f1"}
    assert found["f1"] == pytest.approx(2 / 3)  # of a class that is neither there nor said, 0


def test_confusion() -> None:
    found = evaluation.confusion({"test": SIX})
    counts = np.zeros((3, 3), int)
    for actual, predicted in zip(LABELS, PREDICTED, strict=True):
        counts[actual, predicted] += 1
    assert found["texts"].to_numpy().reshape(3, 3).tolist() == counts.tolist()
    assert found["actual"].tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert found["predicted"].tolist() == [0, 1, 2] * 3


def test_a_curve_for_each_class_against_the_others() -> None:
    found = evaluation.roc(SIX)
    assert list(found) == ["class", "false_positive_rate", "true_positive_rate"]
    for k, curve in found.groupby("class"):
        under = np.trapezoid(curve["true_positive_rate"], curve["false_positive_rate"])
        ones, zeros = SAID[int(k) == LABELS, int(k)], SAID[int(k) != LABELS, int(k)]
        assert under == pytest.approx(area(ones, zeros))
    only = evaluation.roc(table([0, 1], SAID[:2]))
    assert set(only["class"]) == {0, 1}


def test_the_worst_are_those_whose_class_is_least_likely() -> None:
    found = evaluation.worst(SIX, "abcdef", 3)
    assert found["text"].tolist() == ["c", "d"]  # it is right about the others
    assert list(found) == ["place", "label", *classes.columns(SAID), "text"]


def test_calibration_is_of_the_class_that_is_predicted() -> None:
    """Of ten texts at 0.8 nine are right, of ten at 0.45, three."""
    said = np.array([[0.1, 0.8, 0.1]] * 10 + [[0.45, 0.35, 0.2]] * 10)
    labels = np.array([1] * 9 + [2] + [0] * 3 + [1] * 7)
    errors = calibration.errors(labels, said)
    assert errors["ece"] == pytest.approx((0.1 + 0.15) / 2)
    found = calibration.reliability({"test": table(labels, said)})
    assert found["confidence"].tolist() == pytest.approx([0.45, 0.8])
    assert found["accuracy"].tolist() == pytest.approx([0.3, 0.9])


def test_accuracy_by_length() -> None:
    texts = pd.DataFrame({"row": range(6), "tokens": [1, 1, 9, 9, 9, 9]}).rename_axis("place")
    found = lengths.accuracy({"train": SIX}, {"train": texts})
    assert found[["accuracy", "count"]].to_numpy().tolist() == [[1, 2], [0.5, 4]]


def test_all_predictions_in_one_table() -> None:
    texts = pd.DataFrame({"row": range(6), "tokens": 3}).rename_axis("place")
    found = evaluation.predictions_table({1: {"test": SIX}}, {"test": texts})
    head = ["seed", "split", "place", "row", "tokens", "label"]
    assert list(found) == [*head, *classes.columns(SAID), "predicted"]
    assert found["predicted"].tolist() == PREDICTED


# ---------------------------------------------------------------- intervals


DRAW = np.random.default_rng(1)
MANY = DRAW.integers(0, 3, 900)
SCORES = DRAW.normal(np.eye(3)[MANY], 1)
SURE = np.exp(SCORES) / np.exp(SCORES).sum(axis=1, keepdims=True)


def test_intervals_are_around_the_figures() -> None:
    found = intervals.of_test(MANY, SURE[None])
    figures = measures.of(MANY, SURE)
    for name in ("accuracy", "auc"):
        assert found[f"{name}_low"] < figures[name] < found[f"{name}_high"]
    half = 1.96 * np.sqrt(figures["accuracy"] * (1 - figures["accuracy"]) / 900)
    assert found["accuracy_high"] == pytest.approx(figures["accuracy"] + half, abs=0.005)


def test_two_classes_as_a_matrix_have_the_intervals_of_a_vector() -> None:
    """But for the other class's area, which is the same."""
    labels, one = (MANY > 0).astype(np.int64), 1 - SURE[:, 0]
    found = intervals.of_test(labels, one[None])
    assert intervals.of_test(labels, np.stack([1 - one, one], axis=1)[None]) == found


def test_a_class_of_one_row_has_no_interval_of_its_area() -> None:
    labels = np.array([0, 0, 1, 1, 2, 1])
    assert set(intervals.of_test(labels, SAID[None])) == {"accuracy_low", "accuracy_high"}


def test_summary() -> None:
    found = evaluation.summary({1: {"test": SIX}, 2: {"test": SIX}})
    assert found["test"]["f1"] == pytest.approx(measures.of(LABELS, SAID)["f1"])
    assert {"auc_low", "accuracy_high", "ece"} <= set(found["test"])
    assert found["seeds"] == {"n": 2, "std": 0.0}


# ---------------------------------------------------------------- baselines and audit


OPTIONS = SentimentBaselines(
    lower=True,
    punctuation=False,
    nb_svm=NbSvm(orders=[1], smoothing=[1.0], penalty=[10.0], interpolation=[0.5, 1.0]),
    tf_idf=TfIdf(orders=[1], penalty=[100.0]),
)
WORDS = ("bad", "fair", "good")


def texts(count: int, seed: int) -> Texts:
    """Texts whose label is told by one word."""
    draw = np.random.default_rng(seed)
    labels = np.arange(count) % 3
    filler = [list(draw.choice(["film", "the", "plot"], size=3)) for _ in range(count)]
    tokens = [[WORDS[k], *rest] for k, rest in zip(labels, filler, strict=True)]
    return Texts(tokens, labels)


def test_baselines_tell_three_classes_apart() -> None:
    found = baselines.choose(OPTIONS, texts(90, seed=1), texts(30, seed=2), 3)
    predictions = found.predict(texts(30, seed=3)).assign(split="test")
    columns = ["baseline", "place", "label", *classes.columns(SAID), "predicted", "split"]
    assert list(predictions) == columns
    assert (predictions["predicted"] == predictions["label"]).all()
    np.testing.assert_allclose(predictions[list(classes.columns(SAID))].sum(axis=1), 1)
    values = baselines.summary(found, predictions)
    for name in ("nb-svm", "tf-idf"):
        assert values[name]["test"]["auc"] == values[name]["test"]["f1"] == 1.0


def test_one_against_the_rest_by_hand() -> None:
    answers = [lambda _, p=p: np.array(p) for p in ([0.2, 0.5], [0.2, 0.5], [0.4, 1.0])]
    found = linear.together(answers)([])
    np.testing.assert_allclose(found, [[0.25, 0.25, 0.5], [0.25, 0.25, 0.5]])
    assert linear.together(answers[:1]) is answers[0]
    assert [q.tolist() for q in linear.questions(np.array([0, 2, 1]))] == [
        [1, 0, 0],
        [0, 0, 1],
        [0, 1, 0],
    ]
    assert [q.tolist() for q in linear.questions(np.array([0, 1, 1]))] == [[0, 1, 1]]


def test_each_class_has_its_own_log_count_ratios() -> None:
    presence = sparse.csr_matrix([[1, 0], [1, 1], [0, 1]])
    of_last = linear.questions(np.array([0, 1, 2]))[2]
    found = nb_svm.log_count_ratios(presence, of_last, smoothing=1.0)
    np.testing.assert_allclose(found, np.log(np.array([1, 2]) / 3) - np.log(np.array([3, 2]) / 5))


def test_a_class_without_training_rows_is_named() -> None:
    train = texts(30, seed=1)
    with pytest.raises(UserError, match="no training row is of class 3"):
        baselines.choose(OPTIONS, train, train, 4)


def test_a_twin_of_any_other_class_is_a_conflict() -> None:
    """Four rows of one text, two of them of class 0: a conflict for each."""
    rows = [Row(i, label, "the same") for i, label in enumerate((0, 0, 1, 2))]
    rows.append(Row(4, 2, "another film"))
    found = audit.examine({"train": rows, "valid": [], "test": []}, Audit(shingle=1, similarity=1))
    assert found["exact_other_label"].tolist() == [2, 2, 3, 3, 0]
