"""Predictions of a classifier, and the curves and errors that follow from them."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn import metrics

from textrnn import weights
from textrnn.backend import keras, tf
from textrnn.progress import bar
from textrnn.sentiment import calibration, classes, intervals, measures, output

WORST = 20  # texts to show
CURVE_POINTS = 200  # of a ROC curve: as many as a picture shows


def predict(
    model: keras.Model, batches: tf.data.Dataset, title: str = "predicting"
) -> pd.DataFrame:
    """Return each example's `label` and probabilities (see `classes`), in the order of the split.

    Args:
        batches: (places [B], tokens [B, T], labels [B, 1]), in any order.
        title: of the progress bar.
    """
    places, labels, probabilities = [], [], []
    forward = tf.function(
        lambda tokens: model(tokens, training=False),
        input_signature=[tf.TensorSpec((None, None), tf.int64)],
    )
    for place, tokens, label in bar(batches, title):
        places.append(place.numpy())
        labels.append(label.numpy()[:, 0])
        probabilities.append(output.probabilities(forward(tokens).numpy()))
    frame = pd.DataFrame(
        {"label": np.concatenate(labels), **classes.columns(np.concatenate(probabilities))},
        index=pd.Index(np.concatenate(places), name="place"),
    )
    return frame.sort_index()


def predict_all(
    model: keras.Model, batches: Mapping[str, tf.data.Dataset], files: Mapping[int, Path]
) -> dict[int, dict[str, pd.DataFrame]]:
    """Return, for each seed's weights, the predictions of each split."""
    found = {}
    for seed, file in files.items():
        weights.load(model, file)
        found[seed] = {s: predict(model, b, f"seed {seed}, {s}") for s, b in batches.items()}
    return found


def confusion(splits: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return how many texts of each split and actual class were predicted as each class."""
    cells = [
        (split, actual, predicted, int(counts[actual, predicted]))
        for split, counts in ((s, _counts(predictions)) for s, predictions in splits.items())
        for actual in range(len(counts))
        for predicted in range(len(counts))
    ]
    return pd.DataFrame(cells, columns=["split", "actual", "predicted", "texts"])


def _counts(predictions: pd.DataFrame) -> Any:
    each = classes.of_each(classes.probabilities(predictions))
    return metrics.confusion_matrix(
        predictions["label"], each.argmax(axis=1), labels=range(each.shape[1])
    )


def roc(predictions: pd.DataFrame) -> pd.DataFrame:
    """Return the ROC curve, thinned to what a picture shows; no point, where there is one class.

    Of more than two classes, a curve for each against all others, named by the column `class`.
    """
    labels = predictions["label"].to_numpy()
    each = classes.of_each(classes.probabilities(predictions))
    measured = classes.measured(each.shape[1])
    curves = {k: _curve(labels == k, each[:, k]) for k in measured}
    if len(curves) == 1:
        return curves[1]
    return pd.concat(curves, names=["class"]).reset_index("class")


def _curve(is_of_class: Any, probabilities: Any) -> pd.DataFrame:
    if is_of_class.all() or not is_of_class.any():
        return pd.DataFrame(columns=["false_positive_rate", "true_positive_rate"], dtype=float)
    false, true, _ = metrics.roc_curve(is_of_class, probabilities)
    kept = np.unique(np.linspace(0, len(false) - 1, CURVE_POINTS).round().astype(int))
    return pd.DataFrame({"false_positive_rate": false[kept], "true_positive_rate": true[kept]})


def worst(predictions: pd.DataFrame, texts: Iterable[str], count: int = WORST) -> pd.DataFrame:
    """Return the texts that the model was most surely wrong about, the worst first."""
    probabilities = classes.probabilities(predictions)
    labels = predictions["label"].to_numpy()
    each = classes.of_each(probabilities)
    is_true = labels[:, None] == np.arange(each.shape[1])
    error = pd.Series(np.where(is_true, 0, each).sum(axis=1), predictions.index)
    is_wrong = pd.Series(classes.predicted(probabilities) != labels, predictions.index)
    order = error[is_wrong].sort_values(ascending=False, kind="stable").index[:count]
    wanted = {int(place) for place in order}
    found = {i: text for i, text in enumerate(texts) if i in wanted}
    table = predictions.loc[order].reset_index()
    return table.assign(text=[found[int(i)] for i in order])


def summary(found: Mapping[int, Mapping[str, pd.DataFrame]]) -> dict[str, Any]:
    """Return each split's measures averaged over seeds, and how many seeds there were.

    With several, `seeds.std` is the sample standard deviation of the test accuracy. The test rows'
    intervals are those of the mean, the seeds as they are.
    """
    each = [{s: _measures(p) for s, p in splits.items()} for splits in found.values()]
    means: dict[str, Any] = {
        split: {k: float(np.mean([values[split][k] for values in each])) for k in each[0][split]}
        for split in each[0]
    }
    tested = [splits["test"] for splits in found.values()]
    probabilities = np.stack([classes.probabilities(p) for p in tested])
    means["test"] |= intervals.of_test(tested[0]["label"].to_numpy(), probabilities)
    seeds: dict[str, float] = {"n": len(each)}
    if len(each) > 1:
        seeds["std"] = float(np.std([values["test"]["accuracy"] for values in each], ddof=1))
    return {**means, "seeds": seeds}


def _measures(predictions: pd.DataFrame) -> dict[str, float]:
    labels = predictions["label"].to_numpy()
    probabilities = classes.probabilities(predictions)
    return measures.of(labels, probabilities) | calibration.errors(labels, probabilities)


def predictions_table(
    found: Mapping[int, Mapping[str, pd.DataFrame]], texts: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """Return all predictions in one table.

    Args:
        texts: each split's `row` (in the corpus) and `tokens`.

    Returns:
        seed, split, place (in the split), row, tokens, label, probability (or one for each class),
        predicted. What is predicted is said, because a probability next to a half is no longer so
        once it is rounded.
    """
    parts = {
        (seed, split): texts[split]
        .join(p)
        .assign(predicted=classes.predicted(classes.probabilities(p)))
        for seed, splits in found.items()
        for split, p in splits.items()
    }
    return pd.concat(parts, names=["seed", "split"]).reset_index()
