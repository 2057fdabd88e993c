"""A classifier's last layer and what its answers cost: of two classes the book's, or of more."""

from typing import Any

import numpy as np
import numpy.typing as npt

from textrnn.backend import keras
from textrnn.steps import Values


def layer(classes: int) -> keras.layers.Layer:
    """Return the layer that gives [B, 1], the probability of class 1 of two, or [B, classes]."""
    if classes == 2:
        return keras.layers.Dense(1, activation="sigmoid", dtype="float32", name="probability")
    return keras.layers.Dense(classes, activation="softmax", dtype="float32", name="probabilities")


def values(labels: Any, said: Any) -> Values:
    """Return each example's cross-entropy and accuracy.

    Args:
        labels: int64 [B, 1].
        said: what the layer gave.
    """
    if said.shape[-1] == 1:
        return {
            "loss": keras.losses.binary_crossentropy(labels, said),
            "accuracy": keras.metrics.binary_accuracy(labels, said),
        }
    return {
        "loss": keras.losses.sparse_categorical_crossentropy(labels[:, 0], said),
        "accuracy": keras.metrics.sparse_categorical_accuracy(labels[:, 0], said),
    }


def probabilities(said: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return what the layer gave as `classes` has it: [B] of class 1, or [B, classes]."""
    return said[:, 0] if said.shape[-1] == 1 else said
