"""A classifier as a SavedModel takes it: texts in, verdicts out."""

from collections.abc import Sequence
from functools import partial

from textrnn.backend import keras, tf
from textrnn.serving.export.tokens import Encoder

TEXTS = tf.TensorSpec((None,), tf.string, "text")


class Classifier(tf.Module):  # type: ignore[misc]
    """The network with its tokenizer and vocabulary.

    The network masks padding: so a text's verdict is its own, whatever stands beside it.
    """

    def __init__(self, network: keras.Model, encoder: Encoder, names: Sequence[str]) -> None:
        super().__init__()
        self._network = partial(network, training=False)  # so that Keras's objects stay outside
        self._encoder = encoder
        self._names = names
        self.weights = [weight.value for weight in network.weights]

    @property
    def offered(self) -> dict[str, tf.types.experimental.GenericFunction]:
        """What a server offers, by name."""
        return {"serving_default": self.judge, "encode": self.encode}

    @tf.function(input_signature=[TEXTS])  # type: ignore[untyped-decorator]
    def judge(self, text: tf.Tensor) -> dict[str, tf.Tensor]:
        """Return what `textrnn predict` says of each text; running it fails where that refuses."""
        ids = self._encoder(text)
        empty = ids.row_lengths() == 0
        message = ["a text has no word in it; this is its number, from 0:", tf.where(empty)[:1]]
        with tf.control_dependencies([tf.debugging.Assert(~tf.reduce_any(empty), message)]):
            said = self._network(ids.to_tensor())
        unknown = tf.reduce_sum(tf.cast(ids == self._encoder.unknown, tf.int64), axis=1)
        return {
            **self._verdicts(said),
            "tokens": ids.row_lengths(),
            "unknown": unknown,
        }

    def _verdicts(self, said: tf.Tensor) -> dict[str, tf.Tensor]:
        """Return the labels of what the network said, and the probabilities that they are of."""
        if len(self._names) == 2:
            probability = said[:, 0]
            return {"probability": probability, "label": tf.cast(probability > 0.5, tf.int64)}
        label = tf.argmax(said, axis=1)
        return {
            "probabilities": said,
            "label": label,
            "verdict": tf.gather(tf.constant(list(self._names)), label),
        }

    @tf.function(input_signature=[TEXTS])  # type: ignore[untyped-decorator]
    def encode(self, text: tf.Tensor) -> dict[str, tf.Tensor]:
        """Return each text's ids, padded with 0, and how many there are."""
        ids = self._encoder(text)
        return {"ids": ids.to_tensor(), "tokens": ids.row_lengths()}
