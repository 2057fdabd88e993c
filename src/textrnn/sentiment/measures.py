"""How good probabilities are, whatever gave them; without TensorFlow."""

import numpy as np
from sklearn import metrics

from textrnn.sentiment import classes
from textrnn.sentiment.classes import Labels, Probabilities


def of(labels: Labels, probabilities: Probabilities) -> dict[str, float]:
    """Return accuracy, cross-entropy in nats and the area under the ROC curve.

    Of more than two classes, `auc` is the mean of each class's area against all others, and `f1`
    the mean of each one's F1 (macro averages: a rare class counts as much as a frequent one).
    Where a class has no text it has no such area, and there is no `auc`.
    """
    each = classes.of_each(probabilities)
    every = list(range(each.shape[1]))
    predicted = classes.predicted(probabilities)
    adding_up = each / each.sum(axis=1, keepdims=True)  # to one, which 32 bits do not quite do
    found = {
        "accuracy": float(metrics.accuracy_score(labels, predicted)),
        "loss": float(metrics.log_loss(labels, adding_up, labels=every)),
    }
    if len(np.unique(labels)) == len(every):
        measured = classes.measured(len(every))
        areas = [metrics.roc_auc_score(labels == k, each[:, k]) for k in measured]
        found["auc"] = float(np.mean(areas))
    if len(every) > 2:
        f1 = metrics.f1_score(labels, predicted, labels=every, average=None, zero_division=0)
        found["f1"] = float(np.mean(f1))
    return found
