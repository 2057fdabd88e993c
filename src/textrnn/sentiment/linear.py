"""What linear baselines share: the fit, and candidates among which validation chooses."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from textrnn.errors import UserError
from textrnn.sentiment import measures
from textrnn.sentiment.measures import Labels, Probabilities

Counts = Sequence[sparse.csr_matrix]  # of n-grams, a matrix an order

ITERATIONS = 5000  # at most; a fit of 20,000 reviews takes about 30, short texts some hundreds


class Linear(NamedTuple):
    """A weight for each feature."""

    weights: npt.NDArray[np.float64]
    intercept: float


class Candidate(NamedTuple):
    """A fitted baseline and the settings that it was fitted with."""

    settings: Mapping[str, float]
    predict: Callable[[Counts], Probabilities]


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


def choose(candidates: Iterable[Candidate], counts: Counts, labels: Labels) -> Candidate:
    """Return the candidate with the least cross-entropy on validation; the first of equals.

    Accuracy on some thousand rows tells such neighbours apart less well.
    """
    return min(candidates, key=lambda c: measures.of(labels, c.predict(counts))["loss"])
