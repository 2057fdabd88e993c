"""NB-SVM (Wang & Manning 2012): a linear model of n-grams weighed by naive Bayes.

Each n-gram counts once a text, times the logarithm of how much more often it stands in one class
than in the other; of more than two classes, in each than in all others together. The linear model
is logistic regression, as in Mesnil et al. 2015, since it gives probabilities.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.special import expit

from textrnn.params.sentiment_baselines import NbSvm
from textrnn.sentiment import linear
from textrnn.sentiment.classes import Labels, Probabilities
from textrnn.sentiment.linear import Candidate, Counts

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Fitted:
    """A weight for each n-gram of the first orders."""

    orders: int
    weights: Vector
    intercept: float

    def __call__(self, counts: Counts) -> Probabilities:
        """Return each text's probability of being of the class that is asked for."""
        log_odds = _presence(counts[: self.orders]) @ self.weights + self.intercept
        found: Probabilities = expit(log_odds)
        return found


def candidates(options: NbSvm, counts: Counts, labels: Labels) -> Iterator[Candidate]:
    """Fit every combination of the settings; yield each with its settings."""
    for orders in options.orders:
        presence = _presence(counts[:orders])
        for smoothing in options.smoothing:
            questions = [
                (is_of_class, log_count_ratios(presence, is_of_class, smoothing))
                for is_of_class in linear.questions(labels)
            ]
            for penalty in options.penalty:
                fitted = [
                    (ratios, linear.fit(presence @ sparse.diags(ratios), is_of_class, penalty))
                    for is_of_class, ratios in questions
                ]
                for share in options.interpolation:
                    settings = {
                        "orders": orders,
                        "smoothing": smoothing,
                        "penalty": penalty,
                        "interpolation": share,
                    }
                    answers = [
                        Fitted(orders, interpolated(f.weights, share) * ratios, f.intercept)
                        for ratios, f in fitted
                    ]
                    yield Candidate(settings, linear.together(answers))


def log_count_ratios(presence: sparse.csr_matrix, labels: Labels, smoothing: float) -> Vector:
    """Return ln (p / |p|) - ln (q / |q|), p and q being an n-gram's smoothed counts by class."""
    positive = smoothing + np.asarray(presence[labels == 1].sum(axis=0)).ravel()
    negative = smoothing + np.asarray(presence[labels == 0].sum(axis=0)).ravel()
    ratios: Vector = np.log(positive / positive.sum()) - np.log(negative / negative.sum())
    return ratios


def interpolated(weights: Vector, share: float) -> Vector:
    """Mix weights with their mean magnitude: by naive Bayes' signs alone, all weigh the same."""
    mixed: Vector = (1 - share) * np.abs(weights).mean() + share * weights
    return mixed


def _presence(counts: Counts) -> sparse.csr_matrix:
    """Return whether each text holds each n-gram, as 0 and 1."""
    stacked = sparse.hstack(counts, format="csr")
    stacked.data[:] = 1
    return stacked
