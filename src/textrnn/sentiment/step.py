"""What a batch of labelled texts costs."""

from typing import Any

from textrnn import distribution
from textrnn.backend import keras, tf
from textrnn.layers.perturbation import of_length, pushed
from textrnn.sentiment import output
from textrnn.steps import Carry, Values


class Classification:
    """Cross-entropy of labels: of two classes the book's binary one, of more that of all.

    Args:
        adversarial: the length of the push of the embeddings that raises a training step's loss
            most, as far as its gradient tells; the loss of the pushed texts is added (Miyato et al.
            2017). 0: none.
        is_divided: whether each replica of a training pads its own rows, and not all together.
    """

    def __init__(self, adversarial: float = 0.0, is_divided: bool = False) -> None:
        self.adversarial, self.is_divided = adversarial, is_divided

    def start(self) -> Carry:
        return ()

    def __call__(
        self, model: keras.Model, batch: Any, carry: Carry, training: bool
    ) -> tuple[Values, Carry]:
        _places, tokens, labels = batch
        if training and self.is_divided:
            tokens = distribution.widen(tokens)
        if training and self.adversarial:
            return self._pushed(model, tokens, labels), carry
        return output.values(labels, model(tokens, training=training)), carry

    def _pushed(self, model: keras.Model, tokens: tf.Tensor, labels: tf.Tensor) -> Values:
        """Return the values of a batch, its loss with that of the pushed texts.

        Both have the same dropout: it hangs on the step's number.
        """
        width = model.get_layer("embedding").output_dim
        still = tf.zeros([*tf.unstack(tf.shape(tokens)), width])
        with tf.GradientTape() as tape, pushed(still):
            tape.watch(still)
            values = output.values(labels, model(tokens, training=True))
        push = of_length(self.adversarial, tape.gradient(values["loss"], still))
        with pushed(push):
            other = output.values(labels, model(tokens, training=True))
        return values | {"loss": values["loss"] + other["loss"]}
