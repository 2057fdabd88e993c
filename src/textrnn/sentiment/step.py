"""What a batch of labelled texts costs."""

from typing import Any

from textrnn.backend import keras
from textrnn.steps import Carry, Values


class Classification:
    """Binary cross-entropy of labels, given as probabilities as in the book."""

    def start(self) -> Carry:
        return ()

    def __call__(
        self, model: keras.Model, batch: Any, carry: Carry, training: bool
    ) -> tuple[Values, Carry]:
        _places, tokens, labels = batch
        probability = model(tokens, training=training)
        values = {
            "loss": keras.losses.binary_crossentropy(labels, probability),
            "accuracy": keras.metrics.binary_accuracy(labels, probability),
        }
        return values, carry
