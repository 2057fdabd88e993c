"""Whether a classifier is as often right as it says that it is.

Its confidence is the probability of the class that it predicts: at least a half, of two classes.
"""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from textrnn.sentiment import classes
from textrnn.sentiment.classes import Labels, Probabilities

BINS = 15  # as Guo et al. 2017 have them
COLUMNS = ["split", "bin_low", "bin_high", "confidence", "accuracy", "count"]


def errors(labels: Labels, probabilities: Probabilities) -> dict[str, float]:
    """Return the expected calibration error: the mean distance of accuracy from confidence.

    `ece` is over bins of equal width from 0 to 1 (Guo et al. 2017, "On Calibration of Modern Neural
    Networks"), `ece_equal_mass` over bins of equally many texts (Nguyen & O'Connor 2015; Nixon et
    al. 2019), which a model that is nearly always sure cannot crowd into one bin. Each bin counts
    by its texts.
    """
    texts = _texts(labels, probabilities)
    order = np.argsort(texts["confidence"].to_numpy(), kind="stable")
    places = np.empty(len(order), np.int64)
    for number, part in enumerate(np.array_split(order, BINS)):
        places[part] = number
    return {
        "ece": _error(_bins(texts)),
        "ece_equal_mass": _error(texts.assign(bin=places).groupby("bin").agg(**_COLUMNS)),
    }


def reliability(splits: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the reliability diagram of each split: of each bin of equal width that holds texts.

    Args:
        splits: predictions (`label`, probabilities) by split.

    Returns:
        split, bin_low, bin_high, confidence (the mean), accuracy, count; a bin holds its upper end.
    """
    return pd.DataFrame(
        [row for split, predictions in splits.items() for row in _rows(split, predictions)],
        columns=COLUMNS,
    )


_COLUMNS = {
    "confidence": ("confidence", "mean"),
    "accuracy": ("right", "mean"),
    "count": ("right", "size"),
}


def _texts(labels: Labels, probabilities: Probabilities) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "confidence": classes.of_each(probabilities).max(axis=1),
            "right": classes.predicted(probabilities) == labels,
        }
    )


def _bins(texts: pd.DataFrame) -> pd.DataFrame:
    edges = np.linspace(0, 1, BINS + 1)
    place = np.searchsorted(edges[1:-1], texts["confidence"])  # a bin's upper end is its own
    found = texts.assign(bin=place).groupby("bin").agg(**_COLUMNS)
    return found.assign(bin_low=edges[found.index], bin_high=edges[found.index + 1])


def _rows(split: str, predictions: pd.DataFrame) -> Iterator[dict[str, object]]:
    labels = predictions["label"].to_numpy()
    for row in _bins(_texts(labels, classes.probabilities(predictions))).to_dict("records"):
        yield {"split": split, **{str(k): v for k, v in row.items()}}


def _error(bins: pd.DataFrame) -> float:
    distance = (bins["accuracy"] - bins["confidence"]).abs()
    return float(np.average(distance, weights=bins["count"]))
