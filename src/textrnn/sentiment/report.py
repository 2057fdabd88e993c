"""What the evaluation of a classifier leaves behind."""

from collections.abc import Iterable, Mapping

import pandas as pd

from textrnn import atomic, tables
from textrnn.paths import Model
from textrnn.sentiment import evaluation


def write(
    home: Model,
    predictions: Mapping[int, Mapping[str, pd.DataFrame]],
    test_texts: Iterable[str],
    histories: tables.Histories,
    sizes: Mapping[str, int],
) -> None:
    """Write a classifier's metrics, curves, predictions and worst errors.

    Curves, confusion and errors are those of the first seed; metrics are means over all.
    """
    splits = next(iter(predictions.values()))
    first = splits["test"]
    tables.write_metrics(
        {**evaluation.summary(predictions), **sizes}, home.metrics / "metrics.json"
    )
    tables.write_table(tables.learning_curve(histories), home.metrics / "learning_curve.csv")
    tables.write_table(evaluation.roc(first), home.metrics / "roc.csv")
    tables.write_table(evaluation.confusion(splits), home.metrics / "confusion.csv")
    with atomic.folder(home.evaluation) as part:
        tables.write_table(evaluation.predictions_table(predictions), part / "predictions.csv")
        tables.write_table(evaluation.worst(first, test_texts), part / "worst.csv")
