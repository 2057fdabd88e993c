"""What a batch of labelled texts costs."""

from typing import Any

from textrnn import distribution
from textrnn.backend import keras
from textrnn.sentiment import output
from textrnn.steps import Carry, Values


class Classification:
    """Cross-entropy of labels: of two classes the book's binary one, of more that of all.

    Args:
        is_divided: whether each replica of a training pads its own rows, and not all together.
    """

    def __init__(self, is_divided: bool = False) -> None:
        self.is_divided = is_divided

    def start(self) -> Carry:
        return ()

    def __call__(
        self, model: keras.Model, batch: Any, carry: Carry, training: bool
    ) -> tuple[Values, Carry]:
        _places, tokens, labels = batch
        if training and self.is_divided:
            tokens = distribution.widen(tokens)
        return output.values(labels, model(tokens, training=training)), carry
