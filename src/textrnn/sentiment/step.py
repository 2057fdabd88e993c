"""What a batch of labelled texts costs."""

from typing import Any

from textrnn.backend import keras
from textrnn.sentiment import output
from textrnn.steps import Carry, Values


class Classification:
    """Cross-entropy of labels: of two classes the book's binary one, of more that of all."""

    def start(self) -> Carry:
        return ()

    def __call__(
        self, model: keras.Model, batch: Any, carry: Carry, training: bool
    ) -> tuple[Values, Carry]:
        _places, tokens, labels = batch
        return output.values(labels, model(tokens, training=training)), carry
