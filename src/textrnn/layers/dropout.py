"""Dropout whose random numbers belong to the rows of a batch, not to the process that reads it.

Nothing is kept from step to step: what is dropped hangs on a layer's seed and the step's number (by
counters, Salmon et al. 2011, as `tf.random.stateless_uniform` has them). So a training that goes on
from a checkpoint draws what it would have drawn.
"""

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

    Each step draws for the whole global batch, and takes its own rows.

    Args:
        rate: the share of the inputs that is set to 0; the others are divided by 1 - rate.
        seed: of the layer's own draws; None takes one from Python's random numbers.
        locked: whether a sequence [B, T, H] drops the same features at all its steps (Gal &
            Ghahramani 2016; "locked" as Merity et al. 2018 name it).
    """

    def __init__(
        self, rate: float, seed: int | None = None, locked: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.rate = rate
        self.seed = new_seed() if seed is None else seed
        self.locked = locked
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
        features = tf.concat([[1], shape[2:]], 0) if self.locked else shape[1:]
        drawn = uniform(tf.concat([[rows.total], features], 0), self.seed)
        kept = drawn[rows.first : rows.first + shape[0]] >= self.rate
        return tf.where(kept, inputs / (1 - self.rate), 0.0)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the inputs' shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of the constructor."""
        return {**super().get_config(), "rate": self.rate, "seed": self.seed, "locked": self.locked}


@keras.saving.register_keras_serializable(package="textrnn")
class WordDropout(keras.layers.Layer):  # type: ignore[misc]
    """Puts the unknown token in the place of some tokens (Iyyer et al. 2015), in training.

    Args:
        rate: the share of the tokens that becomes unknown; padding stays.
        unknown: the id of the unknown token; padding's is 0.
        seed: of the layer's own draws; None takes one from Python's random numbers.
    """

    def __init__(self, rate: float, unknown: int, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rate = rate
        self.unknown = unknown
        self.seed = new_seed() if seed is None else seed
        self.built = True

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Return ids [B, T], in training with some of them unknown.

        Raises:
            LookupError: in training, outside a block of `rows_of`.
        """
        if not training:
            return inputs
        rows = _rows.get()
        shape = tf.shape(inputs)
        drawn = uniform([rows.total, shape[1]], self.seed)
        kept = drawn[rows.first : rows.first + shape[0]] >= self.rate
        return tf.where(kept | (inputs == 0), inputs, tf.cast(self.unknown, inputs.dtype))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the ids' shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of the constructor."""
        own = {"rate": self.rate, "unknown": self.unknown, "seed": self.seed}
        return {**super().get_config(), **own}


def of_weights(weights: Any, rate: float, seed: int) -> Any:
    """Return weights, some of them set to 0 for a training step (DropConnect, Wan et al. 2013).

    All rows of a batch, and so all replicas, see the same weights.

    Args:
        weights: float32, a matrix of any shape.
        rate: the share that is set to 0; the others are divided by 1 - rate.
        seed: of this matrix's own draws.

    Raises:
        LookupError: outside a block of `rows_of`.
    """
    kept = uniform(tf.shape(weights), seed) >= rate
    return tf.where(kept, weights / (1 - rate), 0.0)


def new_seed() -> int:
    """Return a seed, from Python's random numbers."""
    return random.randrange(2**31)  # noqa: S311 - no secret


def uniform(shape: Any, seed: int) -> Any:
    """Return the training step's random numbers in [0, 1) for a seed."""
    key = tf.stack([tf.constant(seed, tf.int64), _rows.get().step])
    return tf.random.stateless_uniform(shape, key)
