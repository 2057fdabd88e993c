"""Dropout whose random numbers belong to the rows of a batch, not to the process that reads it."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

from textrnn.backend import keras, tf


class Rows(NamedTuple):
    """The rows of a global batch that a replica reads, and what its random numbers hang on."""

    step: Any  # int64 [], the number of the training step
    first: Any  # int32 [], the replica's first row
    total: Any  # int32 [], rows of the global batch


_rows: ContextVar[Rows] = ContextVar("rows")


@contextmanager
def rows_of(rows: Rows) -> Iterator[None]:
    """Have the layers that are called in the block drop by these rows."""
    token = _rows.set(rows)
    try:
        yield
    finally:
        _rows.reset(token)


@keras.saving.register_keras_serializable(package="textrnn")
class Dropout(keras.layers.Layer):  # type: ignore[misc]
    """`keras.layers.Dropout`, the same however many replicas share a batch.

    Each step draws for the whole global batch, by counters (Salmon et al. 2011, as
    `tf.random.stateless_uniform` has them), and takes its own rows: so nothing is kept from step to
    step, and a training that goes on from a checkpoint draws what it would have drawn.

    Args:
        rate: the share of the inputs that is set to 0; the others are divided by 1 - rate.
        seed: of the layer's own draws; None takes one from Python's random numbers.
    """

    def __init__(self, rate: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rate = rate
        self.seed = random.randrange(2**31) if seed is None else seed  # noqa: S311 - no secret
        self.supports_masking = True
        self.built = True

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Return the inputs, in training with some set to 0.

        Raises:
            LookupError: in training, outside a block of `rows_of`.
        """
        if not training:
            return inputs
        rows = _rows.get()
        shape = tf.shape(inputs)
        drawn = tf.random.stateless_uniform(
            tf.concat([[rows.total], shape[1:]], 0),
            tf.stack([tf.constant(self.seed, tf.int64), rows.step]),
        )
        kept = drawn[rows.first : rows.first + shape[0]] >= self.rate
        return tf.where(kept, inputs / (1 - self.rate), 0.0)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the inputs' shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of the constructor."""
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}
