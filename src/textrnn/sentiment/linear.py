"""What linear baselines share: the fit, and candidates among which validation chooses."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from textrnn.errors import UserError
from textrnn.sentiment import classes, measures
from textrnn.sentiment.classes import Labels, Probabilities

Counts = Sequence[sparse.csr_matrix]  # of n-grams, a matrix an order
Predict = Callable[[Counts], Probabilities]

ITERATIONS = 5000  # at most; a fit of 20,000 reviews takes about 30, short texts some hundreds


class Linear(NamedTuple):
    """A weight for each feature."""

    weights: npt.NDArray[np.float64]
    intercept: float


class Candidate(NamedTuple):
    """A fitted baseline and the settings that it was fitted with."""

    settings: Mapping[str, float]
    predict: Predict


def fit(features: sparse.csr_matrix, labels: Labels, penalty: float) -> Linear:
    """Fit logistic regression by LIBLINEAR's dual coordinate descent: made for wide sparse data.

    Raises:
        UserError: all labels are the same.
    """
    if len(np.unique(labels)) < 2:
        raise UserError("the training rows have one label only: there is nothing to tell apart.")
    fitted = LogisticRegression(
        C=penalty, solver="liblinear", dual=True, max_iter=ITERATIONS, random_state=1
    ).fit(features, labels)
    return Linear(fitted.coef_[0], float(fitted.intercept_[0]))


def questions(labels: Labels) -> list[Labels]:
    """Return, of each class that is measured against all others, whether a row is of it: 1 or 0."""
    return [(labels == k).astype(np.int64) for k in classes.measured(int(labels.max()) + 1)]


def together(answers: Sequence[Predict]) -> Predict:
    """Make one model of the answers to each question.

    Of two classes there is one answer, and it says all. Of more, the answers are brought to add up
    to one: a multinomial model would hold the weights of all classes, and their history, at once,
    which for n-grams of long texts no memory does.
    """
    if len(answers) == 1:
        return answers[0]

    def predict(counts: Counts) -> Probabilities:
        found = np.stack([answer(counts) for answer in answers], axis=1)
        normalised: Probabilities = found / found.sum(axis=1, keepdims=True)
        return normalised

    return predict


def choose(candidates: Iterable[Candidate], counts: Counts, labels: Labels) -> Candidate:
    """Return the candidate with the least cross-entropy on validation; the first of equals.

    Accuracy on some thousand rows tells such neighbours apart less well.
    """
    return min(candidates, key=lambda c: measures.of(labels, c.predict(counts))["loss"])
