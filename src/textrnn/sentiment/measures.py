"""How good probabilities are, whatever gave them; without TensorFlow."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from sklearn import metrics

Labels = npt.NDArray[np.int64]
Probabilities = npt.NDArray[np.float64]


def of(labels: Labels, probabilities: Probabilities) -> Mapping[str, float]:
    """Return accuracy, cross-entropy in nats and the area under the ROC curve, as models' metrics.

    Where only one class is there, there is no such area: `auc` is nan.
    """
    both = len(np.unique(labels)) == 2
    return {
        "accuracy": float(metrics.accuracy_score(labels, probabilities > 0.5)),
        "loss": float(metrics.log_loss(labels, probabilities, labels=[0, 1])),
        "auc": float(metrics.roc_auc_score(labels, probabilities)) if both else float("nan"),
    }
