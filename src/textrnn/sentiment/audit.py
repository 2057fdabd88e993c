"""What is wrong with a dataset: twins, conflicts, empty texts."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from textrnn.params.audit import Audit
from textrnn.params.tokens import Tokens
from textrnn.paths import SPLITS
from textrnn.sentiment import twins
from textrnn.sentiment.rows import Row
from textrnn.sentiment.tokens import tokenizer

WORDS = Tokens(lower=True, punctuation=False, last=None)
KINDS = ("exact", "near")


def examine(splits: Mapping[str, Sequence[Row]], options: Audit) -> pd.DataFrame:
    """Return a line about each row of train, valid and test; no text is in it.

    Returns:
        split; place (from 0, in the split); row (from 0, in the corpus without the rows that
        `read.drop` leaves out); label; words; and for twins of either kind, `exact` and `near`,
        `<kind>_in_<split>`: how many of them each split holds, and `<kind>_other_label`: how many
        of all of them bear the other label.
    """
    rows = [row for split in SPLITS for row in splits[split]]
    words = list(map(tokenizer(WORDS), (row.text for row in rows)))
    # A text without a word is compared as it stands.
    compared = [found or [row.text] for found, row in zip(words, rows, strict=True)]
    sizes = [len(splits[split]) for split in SPLITS]
    table = pd.DataFrame(
        {
            "split": np.repeat(SPLITS, sizes),
            "place": np.concatenate([np.arange(size) for size in sizes]),
            "row": [row.row for row in rows],
            "label": [row.label for row in rows],
            "words": [len(found) for found in words],
        }
    )
    for kind, found in (
        ("exact", twins.exact([row.text for row in rows])),
        ("near", twins.near(compared, options)),
    ):
        for split in SPLITS:
            table[f"{kind}_in_{split}"] = found.count((table["split"] == split).to_numpy())
        table[f"{kind}_other_label"] = _other_label(found, table["label"].to_numpy())
    return table


def _other_label(found: twins.Twins, labels: twins.Ids) -> twins.Ids:
    """Return how many twins of each row bear another label than it does."""
    others = np.zeros_like(labels)
    for label in np.unique(labels):
        others = np.where(labels == label, found.count(labels != label), others)
    return others


def twins_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return the lines of those rows alone that have a twin."""
    counts = table[[f"{kind}_in_{split}" for kind in KINDS for split in SPLITS]]
    return table[counts.any(axis=1)].drop(columns=["label", "words"])


def summary(table: pd.DataFrame, groups: Sequence[str | None]) -> dict[str, Any]:
    """Return the findings as numbers.

    Args:
        table: what `examine` found.
        groups: of each row of the corpus its group (its film), None where it names none.
    """
    by_split = table.groupby("split", sort=False)
    found: dict[str, Any] = {
        "rows": by_split.size().to_dict(),
        "without_words": (table["words"] == 0).groupby(table["split"], sort=False).sum().to_dict(),
        "of_one_word": (table["words"] == 1).groupby(table["split"], sort=False).sum().to_dict(),
    }
    for kind in KINDS:
        found[kind] = _twins(table, kind)
    found["test_share_with_twin_in_train"] = {
        kind: found[kind]["test"]["in_train"] / max(1, found["rows"]["test"]) for kind in KINDS
    }
    if all(group is not None for group in groups):
        found["groups"] = _groups(table, groups)
    return found


def _twins(table: pd.DataFrame, kind: str) -> dict[str, dict[str, int]]:
    """Return how many rows of each split have a twin in each, and how many one of other label."""
    columns = [*(f"{kind}_in_{split}" for split in SPLITS), f"{kind}_other_label"]
    return {
        split: {c.removeprefix(f"{kind}_"): int((rows[c] > 0).sum()) for c in columns}
        for split in SPLITS
        if len(rows := table[table["split"] == split])
    }


def _groups(table: pd.DataFrame, groups: Sequence[str | None]) -> dict[str, int]:
    """Return how many groups each split has, and what of the test split is of a group in train."""
    of_row = table["row"].map(lambda row: groups[row])
    names = {split: set(of_row[table["split"] == split]) for split in SPLITS}
    shared = names["train"] & names["test"]
    rows = (table["split"] == "test") & of_row.isin(shared)
    return {
        **{split: len(found) for split, found in names.items()},
        "test_in_train": len(shared),
        "test_rows_in_train": int(rows.sum()),
    }
