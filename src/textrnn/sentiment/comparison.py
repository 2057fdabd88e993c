"""Two classifiers on the same test rows: which of them each got right, and whether that is chance.

McNemar's test looks at the rows that one classifier got right and the other wrong: were they
equally good, either would have half of these.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from textrnn import bootstrap
from textrnn.errors import UserError

Ids = npt.NDArray[np.int64]
Right = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Answers:
    """Which test rows a classifier got right."""

    rows: pd.DataFrame  # `place` and `label` of each, and `row` where it is known
    right: Right  # [seeds, N]


def of_model(folder: Path) -> Answers:
    """Return a classifier's answers, the first seed's first, from what its evaluation left."""
    table = _test(folder)
    by_seed = [rows for _, rows in table.groupby("seed", sort=False)]
    return _answers(by_seed, ["place", "row", "label"])


def of_baselines(folder: Path) -> dict[str, Answers]:
    """Return the answers of a dataset's baselines, by name."""
    table = _test(folder)
    groups = table.groupby("baseline", sort=False)
    return {str(name): _answers([rows], ["place", "label"]) for name, rows in groups}


def twins_in_train(folder: Path) -> Ids:
    """Return the places of the test rows that have a twin in train, exact or near, by the audit."""
    table = pd.read_csv(folder / "twins.csv")
    found = table[(table["split"] == "test") & (table["near_in_train"] > 0)]
    return found["place"].to_numpy(np.int64)


def without(answers: Answers, places: Ids) -> dict[str, float]:
    """Return the accuracy without the rows at some places, and its 95 % interval."""
    kept = answers.right[:, ~answers.rows["place"].isin(places).to_numpy()].mean(axis=0)
    if not len(kept):
        return {}
    return {
        "accuracy_without_twins": float(kept.mean()),
        **bootstrap.sides("accuracy_without_twins", bootstrap.of_mean(kept)),
    }


def pair(model: Answers, other: Answers) -> dict[str, Any]:
    """Return by how much a model is better than another, and the paired test of the two.

    Returns:
        `difference` of the accuracies (means over each one's seeds), `difference_low` and
        `difference_high` (95 %, by drawing test rows again); and of the first seeds `only_model`
        and `only_other`, the rows that one alone got right, and `p`, McNemar's exact test.

    Raises:
        UserError: the two were not tested on the same rows.
    """
    shared = [name for name in ("place", "row", "label") if name in other.rows]
    if not model.rows[shared].equals(other.rows[shared]):
        raise UserError(
            "the two were not tested on the same rows. Run `dvc repro` for both; "
            "if that changes nothing, their datasets are split otherwise."
        )
    gain = model.right.mean(axis=0) - other.right.mean(axis=0)
    return {
        "difference": float(gain.mean()),
        **bootstrap.sides("difference", bootstrap.of_mean(gain)),
        **mcnemar(model.right[0], other.right[0]),
    }


def mcnemar(model: Right, other: Right) -> dict[str, float]:
    """Return how many rows one alone got right, and the exact two-sided p (1 where there is none).

    Args:
        model, other: [N].
    """
    only_model = int((model & ~other).sum())
    only_other = int((other & ~model).sum())
    discordant = only_model + only_other
    p = float(stats.binomtest(only_model, discordant, 0.5).pvalue) if discordant else 1.0
    return {"only_model": only_model, "only_other": only_other, "p": p}


def summary(model: Answers, baselines: Mapping[str, Answers], twins: Ids) -> dict[str, Any]:
    """Return what is known of a model beside its dataset's baselines.

    `test.accuracy_without_twins` is over the test rows that have no twin in train, and
    `test.rows_with_twin` counts the others; `against.<baseline>` is what `pair` says.
    """
    found = {"rows_with_twin": len(twins), **without(model, twins)}
    against = {name: {**pair(model, b), **without(b, twins)} for name, b in baselines.items()}
    return {"test": found, "against": against}


def _test(folder: Path) -> pd.DataFrame:
    table = pd.read_csv(folder / "predictions.csv")
    return table[table["split"] == "test"]


def _answers(parts: list[pd.DataFrame], columns: list[str]) -> Answers:
    parts = [part.sort_values("place") for part in parts]
    right = np.stack([(part["predicted"] == part["label"]).to_numpy() for part in parts])
    return Answers(parts[0][columns].reset_index(drop=True), right)
