"""A push of the embeddings that a training step chooses: adversarial training of text models.

Miyato et al. 2017, "Adversarial Training Methods for Semi-Supervised Text Classification".
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from textrnn.backend import keras, tf

TINY = 1e-12

_push: ContextVar[Any] = ContextVar("push", default=None)


@contextmanager
def pushed(push: Any) -> Iterator[None]:
    """Have the `Perturbation` that is called in the block add this, float32 [B, T, E]."""
    token = _push.set(push)
    try:
        yield
    finally:
        _push.reset(token)


@keras.saving.register_keras_serializable(package="textrnn")
class Perturbation(keras.layers.Layer):  # type: ignore[misc]
    """Adds to the embeddings of a text what `pushed` says, and nothing elsewhere.

    The push is measured in the text's own embeddings: by the root of the mean of their squares, so
    that its length means the same at any scale of theirs (Miyato et al. normalise the embeddings).
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True
        self.built = True

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """Return embeddings [B, T, E], pushed or as they are."""
        if (push := _push.get()) is None:
            return inputs
        squares = tf.reduce_mean(tf.square(tf.stop_gradient(inputs)), -1)
        kept = tf.ones_like(squares) if mask is None else tf.cast(mask, squares.dtype)
        scale = tf.sqrt(tf.reduce_sum(squares * kept, 1) / tf.maximum(tf.reduce_sum(kept, 1), 1))
        return inputs + scale[:, tf.newaxis, tf.newaxis] * push

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the embeddings' shape."""
        return input_shape


def of_length(length: float, gradient: Any) -> Any:
    """Return each text's gradient [B, T, E] at this length, over all its tokens together."""
    norms = tf.sqrt(tf.reduce_sum(tf.square(gradient), [1, 2], keepdims=True))
    return tf.stop_gradient(length * gradient / (norms + TINY))
