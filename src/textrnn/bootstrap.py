"""How far a mean might lie elsewhere had other things been drawn: the bootstrap's 95 % interval.

Efron and Tibshirani 1993, chapter 13: percentiles of the means of as many values, drawn again.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import stats

LEVEL = 0.95
RESAMPLES = 2000
BATCH = 100  # resamples that are held in memory at a time
SEED = 1

Values = npt.NDArray[np.float64]


class Interval(NamedTuple):
    """From where to where."""

    low: float
    high: float


def of_mean(values: Values) -> Interval | None:
    """Return the bootstrap's percentile interval of a mean [N]; none of fewer than two values."""
    if len(values) < 2:
        return None
    found = stats.bootstrap(
        (values,),
        np.mean,
        confidence_level=LEVEL,
        n_resamples=RESAMPLES,
        batch=BATCH,
        method="percentile",
        rng=np.random.default_rng(SEED),
    ).confidence_interval
    return Interval(float(found.low), float(found.high))


def sides(name: str, interval: Interval | None) -> dict[str, float]:
    """Return `<name>_low` and `<name>_high`, as metrics have them; nothing of no interval."""
    return {f"{name}_{side}": v for side, v in interval._asdict().items()} if interval else {}
