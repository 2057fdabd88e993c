"""How long the texts are, and how accurate a classifier is on short and on long ones."""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import pandas as pd

from textrnn.sentiment import classes
from textrnn.sentiment.intervals import wilson
from textrnn.sentiment.rows import Row
from textrnn.sentiment.tokens import Tokenizer

GROUPS = 8  # of about equally many training texts
COLUMNS = ["split", "length_low", "length_high", "accuracy", "low", "high", "count"]


def of(rows: Iterable[Row], tokenize: Tokenizer) -> pd.DataFrame:
    """Return each text's `row` in the corpus and its `tokens`, in the order of the split.

    Args:
        tokenize: takes whole texts apart, also where a model reads their last tokens alone.
    """
    found = [(row.row, len(tokenize(row.text))) for row in rows]
    table = pd.DataFrame(found, columns=["row", "tokens"], dtype=np.int64)
    return table.rename_axis("place")


def accuracy(splits: Mapping[str, pd.DataFrame], texts: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the accuracy on the texts of each range of lengths, with Wilson's 95 % interval.

    The ranges are the same for all splits: those that cut the training texts into eight equal
    groups (fewer, where many are of one length).

    Args:
        splits: predictions (`label`, probabilities) by split.
        texts: what `of` found, by split.

    Returns:
        split, length_low and length_high (tokens, both included), accuracy, low, high, count.
    """
    ranges = _ranges(texts)
    found = [
        {"split": split, **group}
        for split, predictions in splits.items()
        for group in _groups(predictions, texts[split]["tokens"], ranges)
    ]
    return pd.DataFrame(found, columns=COLUMNS)


def _ranges(texts: Mapping[str, pd.DataFrame]) -> list[tuple[int, int]]:
    """Return the least and the greatest length of each range."""
    cuts = np.quantile(texts["train"]["tokens"], np.arange(1, GROUPS) / GROUPS, method="lower")
    shortest = min(int(table["tokens"].min()) for table in texts.values())
    longest = max(int(table["tokens"].max()) for table in texts.values())
    highs = sorted({*map(int, cuts), longest})
    return list(zip([shortest, *(high + 1 for high in highs[:-1])], highs, strict=True))


def _groups(
    predictions: pd.DataFrame, lengths: pd.Series, ranges: list[tuple[int, int]]
) -> Iterator[dict[str, float]]:
    right = classes.predicted(classes.probabilities(predictions)) == predictions["label"].to_numpy()
    for low, high in ranges:
        chosen = right[lengths.between(low, high).to_numpy()]
        if len(chosen):
            interval = wilson(int(chosen.sum()), len(chosen))
            yield {
                "length_low": low,
                "length_high": high,
                "accuracy": float(chosen.mean()),
                **interval._asdict(),
                "count": len(chosen),
            }
