"""How far a figure of the test rows might lie elsewhere had other rows been drawn: 95 % intervals.

Rows are drawn again, trained models are not: what other seeds would give is `seeds.std`'s to say.
"""

import numpy as np
from scipy import stats

from textrnn import bootstrap
from textrnn.bootstrap import Interval
from textrnn.sentiment import classes
from textrnn.sentiment.classes import Labels, Probabilities


def of_test(labels: Labels, probabilities: Probabilities) -> dict[str, float]:
    """Return `accuracy_low`, `accuracy_high`, `auc_low` and `auc_high` of the mean over seeds.

    Args:
        labels: [N].
        probabilities: [seeds, N], or [seeds, N, K].

    Where there are too few rows to draw from (two, and of each class two for the area), an interval
    is left out.
    """
    right = np.mean([classes.predicted(p) == labels for p in probabilities], axis=0)
    return {
        **bootstrap.sides("accuracy", bootstrap.of_mean(right)),
        **bootstrap.sides("auc", of_area(labels, probabilities)),
    }


def of_area(labels: Labels, probabilities: Probabilities) -> Interval | None:
    """Return the same of the area under the ROC curve, averaged over seeds (and classes).

    The rows of each class are drawn apart, as is usual for this area, so that all are there.

    Args:
        labels: [N].
        probabilities: [seeds, N], or [seeds, N, K].
    """
    each = [classes.of_each(p) for p in probabilities]
    last_first = range(each[0].shape[1])[::-1]
    rows = [np.flatnonzero(labels == k) for k in last_first]
    if min(map(len, rows)) < 2:
        return None
    measured = classes.measured(len(rows))
    ranks = [(k, np.unique(p[:, k], return_inverse=True)[1]) for p in each for k in measured]

    def area(*drawn: Labels) -> float:
        of = dict(zip(last_first, drawn, strict=True))
        rest = {k: np.concatenate([of[other] for other in of if other != k]) for k in measured}
        return float(np.mean([_area(rank[of[k]], rank[rest[k]]) for k, rank in ranks]))

    found = stats.bootstrap(
        rows,
        area,
        vectorized=False,
        confidence_level=bootstrap.LEVEL,
        n_resamples=bootstrap.RESAMPLES,
        batch=bootstrap.BATCH,
        method="percentile",
        rng=np.random.default_rng(bootstrap.SEED),
    ).confidence_interval
    return Interval(float(found.low), float(found.high))


def _area(ones: Labels, zeros: Labels) -> float:
    """Return the share of pairs of a 1 and a 0 in which the 1 has the higher rank, ties half.

    This is the area under the ROC curve; counting ranks takes no sorting, as drawing 2,000 times
    would otherwise.
    """
    size = max(ones.max(), zeros.max()) + 1
    of_ones, of_zeros = np.bincount(ones, minlength=size), np.bincount(zeros, minlength=size)
    below = np.cumsum(of_zeros) - of_zeros / 2
    return float(of_ones @ below / (len(ones) * len(zeros)))


def wilson(right: int, count: int) -> Interval:
    """Return Wilson's interval of a share, which holds for few rows and for shares of 0 and 1."""
    found = stats.binomtest(right, count).proportion_ci(bootstrap.LEVEL, method="wilson")
    return Interval(float(found.low), float(found.high))
