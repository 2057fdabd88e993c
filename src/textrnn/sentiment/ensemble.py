"""A recurrent model and a baseline that answer together: the geometric mean of what both say.

Mesnil et al. 2015, "Ensemble of Generative and Discriminative Techniques for Sentiment Analysis of
Movie Reviews", mix so, and choose the shares on validation from a grid of tenths.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from textrnn.sentiment import calibration, classes, comparison, intervals, measures
from textrnn.sentiment.classes import Labels, Probabilities
from textrnn.sentiment.comparison import Answers, Ids

SHARES = [tenth / 10 for tenth in range(11)]  # of the model; the baseline has the rest
LEAST = 1e-6  # a probability that was rounded to 0 says no less


class Split(NamedTuple):
    """What the two say of a split's N texts."""

    rows: pd.DataFrame  # place, row and label of each
    model: Probabilities  # the mean over seeds
    baseline: Probabilities

    @property
    def labels(self) -> Labels:
        return self.rows["label"].to_numpy()


def splits(model: pd.DataFrame, baseline: pd.DataFrame) -> dict[str, Split]:
    """Return what the two say, by split.

    Args:
        model: the predictions of all its seeds, as evaluation writes them.
        baseline: those of one baseline.
    """
    found = {}
    for split, said in baseline.groupby("split", sort=False):
        seeds = [s.sort_values("place") for _, s in model[model["split"] == split].groupby("seed")]
        found[str(split)] = Split(
            seeds[0][["place", "row", "label"]].reset_index(drop=True),
            np.mean([classes.probabilities(seed) for seed in seeds], axis=0),
            classes.probabilities(said.sort_values("place")),
        )
    return found


def mixed(split: Split, share: float) -> Probabilities:
    """Return the normalised geometric mean, the model's logarithms having this share."""
    one, other = (
        np.log(np.maximum(classes.of_each(said), LEAST)) for said in (split.model, split.baseline)
    )
    weighed = np.exp(share * one + (1 - share) * other)
    each: Probabilities = weighed / weighed.sum(axis=1, keepdims=True)
    return each if split.model.ndim > 1 else each[:, 1]


def choose(valid: Split) -> float:
    """Return the share of least cross-entropy on validation."""
    return min(SHARES, key=lambda share: measures.of(valid.labels, mixed(valid, share))["loss"])


def summary(found: Mapping[str, Split], parts: Mapping[str, Answers], twins: Ids) -> dict[str, Any]:
    """Return the share, each split's measures, and the paired test against either part.

    Args:
        found: what the two say, by split.
        parts: the test answers of the model and of the baseline, by name.
        twins: the places of the test rows that have a twin in train.
    """
    share = choose(found["valid"])
    values: dict[str, Any] = {"model_share": share}
    for name, split in found.items():
        said = mixed(split, share)
        values[name] = measures.of(split.labels, said) | calibration.errors(split.labels, said)
        if name == "test":
            right = (classes.predicted(said) == split.labels)[None]
            answers = Answers(split.rows, right)
            values[name] |= intervals.of_test(split.labels, said[None])
            values[name] |= comparison.without(answers, twins)
    values["against"] = {name: comparison.pair(answers, part) for name, part in parts.items()}
    return values
