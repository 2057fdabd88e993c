"""What the evaluation of a classifier leaves behind."""

from collections.abc import Iterable, Mapping

import pandas as pd

from textrnn import atomic, tables
from textrnn.paths import Model
from textrnn.sentiment import calibration, evaluation, lengths


def write(
    home: Model,
    predictions: Mapping[int, Mapping[str, pd.DataFrame]],
    texts: Mapping[str, pd.DataFrame],
    test_texts: Iterable[str],
    histories: tables.Histories,
    sizes: Mapping[str, int],
) -> None:
    """Write a classifier's metrics, curves, predictions and worst errors.

    Curves, confusion, calibration, accuracy by length and errors are those of the first seed;
    metrics are means over all.

    Args:
        texts: each split's `row` (in the corpus) and `tokens`.
    """
    splits = next(iter(predictions.values()))
    first = splits["test"]
    tables.write_metrics(
        {**evaluation.summary(predictions), **sizes}, home.metrics / "metrics.json"
    )
    tables.write_table(tables.learning_curve(histories), home.metrics / "learning_curve.csv")
    tables.write_table(evaluation.roc(first), home.metrics / "roc.csv")
    tables.write_table(evaluation.confusion(splits), home.metrics / "confusion.csv")
    tables.write_table(calibration.reliability(splits), home.metrics / "calibration.csv")
    tables.write_table(lengths.accuracy(splits, texts), home.metrics / "by_length.csv")
    with atomic.folder(home.evaluation) as part:
        table = evaluation.predictions_table(predictions, texts)
        tables.write_table(table, part / "predictions.csv")
        tables.write_table(evaluation.worst(first, test_texts), part / "worst.csv")
