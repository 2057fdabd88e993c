"""How good probabilities are, whatever gave them; without TensorFlow."""

import numpy as np
import numpy.typing as npt
from sklearn import metrics

Labels = npt.NDArray[np.int64]
Probabilities = npt.NDArray[np.float64]


def of(labels: Labels, probabilities: Probabilities) -> dict[str, float]:
    """Return accuracy, cross-entropy in nats and the area under the ROC curve.

    Labels of one class only have no such area, and so no `auc`.
    """
    found = {
        "accuracy": float(metrics.accuracy_score(labels, probabilities > 0.5)),
        "loss": float(metrics.log_loss(labels, probabilities, labels=[0, 1])),
    }
    if len(np.unique(labels)) == 2:
        found["auc"] = float(metrics.roc_auc_score(labels, probabilities))
    return found
