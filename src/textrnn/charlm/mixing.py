"""Several predictions of a character mixed into one, by weights that are learnt on the way.

p is proportional to the product of the predictions, each to the power of its weight. That is the
logistic mixing of PAQ (Mahoney 2005) for any number of characters (Mattern 2013), and so a softmax
regression on the logarithms.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from textrnn.progress import bar

Ids = npt.NDArray[np.integer[Any]]
Reals = npt.NDArray[np.float64]
LogProbabilities = npt.NDArray[np.float32]


def mix(
    predictions: Sequence[LogProbabilities],
    contexts: Sequence[Ids],
    text: Ids,
    learning_rate: float,
) -> LogProbabilities:
    """Return the mixture of predictions, its weights fitted to the characters before each.

    A prediction's weight is the sum of its weights in the sets, one for each value of a context;
    together they begin as the geometric mean. After each character those that had a part take a
    step down the gradient of its cost, in nats.

    Args:
        predictions: ln p [N, V] of every character there could be, one array a predictor.
        contexts: [N] whole numbers from 0, known before the character is; each chooses in a set.
        text: ids [N] of the characters.
        learning_rate: of the weights.

    Returns:
        ln p [N, V] float32.
    """
    stacked = np.stack(predictions, axis=1).astype(np.float64)
    start = 1 / (len(predictions) * len(contexts))
    weights = [np.full((c.max() + 1, len(predictions)), start) for c in contexts]
    found = np.empty_like(predictions[0])
    for i in bar(range(len(text)), "mixing", len(text)):
        chosen = [w[c[i]] for w, c in zip(weights, contexts, strict=True)]  # views: rows to change
        found[i] = _normalised(np.sum(chosen, axis=0) @ stacked[i])
        step = learning_rate * _gradient(stacked[i], found[i], text[i])
        for row in chosen:
            row -= step
    return found


def _normalised(logits: Reals) -> Reals:
    """Return the logarithm of the softmax [V]."""
    shifted: Reals = logits - logits.max()
    return shifted - float(np.log(np.exp(shifted).sum()))


def _gradient(log_p: Reals, mixed: npt.NDArray[np.float32], character: int) -> Reals:
    """Return the gradient of -ln p of a character with respect to each prediction's weight."""
    gradient: Reals = log_p @ np.exp(mixed) - log_p[:, character]
    return gradient
