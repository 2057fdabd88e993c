"""What a task gives the training loop: its batches by epoch, and what one batch costs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from textrnn.backend import keras, tf

Carry = Sequence[tf.Tensor]
Values = dict[str, tf.Tensor]
Epochs = Callable[[int], tf.data.Dataset]  # the batches of an epoch, by its number from 0


@dataclass(frozen=True)
class Lanes:
    """Epochs of which each batch is put together from lanes, so that a worker may read but its own.

    Args:
        count: how many lanes there are.
        steps: batches of an epoch, the same in every one.
        rows: gives, for an epoch and some lanes, the rows [B] that these have of every batch; none,
            of some last batches, where their texts have come to an end.
    """

    count: int
    steps: int
    rows: Callable[[int, range], tf.data.Dataset]

    def __call__(self, number: int) -> tf.data.Dataset:
        """Return an epoch's whole batches."""
        return self.rows(number, range(self.count))


class Step(Protocol):
    """A task, as the training loop sees it."""

    def __hash__(self) -> int:
        """Functions are compiled once for each task."""

    def start(self) -> Carry:
        """Return the carried state that a replica's first batch of an epoch is given."""

    def __call__(
        self, model: keras.Model, batch: Any, carry: Carry, training: bool
    ) -> tuple[Values, Carry]:
        """Return each example's `loss` (and other measures), all [B] float32, and the new state."""


def epoch_seed(seed: int, epoch: int) -> int:
    """Return a seed that is an epoch's own, so that a resumed run draws what a whole one draws."""
    return int(np.random.SeedSequence([seed, epoch]).generate_state(1)[0])


def untuned(batches: tf.data.Dataset) -> tf.data.Dataset:
    """Return batches whose pipeline is as it was written: TensorFlow does not tune it as it runs.

    Here is nothing to tune, and the thread that would do it sleeps for longer each time, up to a
    minute; an iterator that ends waits until it wakes (at 10.23 s, 20.47 s, 40.95 s, ...).
    """
    options = tf.data.Options()
    options.autotune.enabled = False
    # Several workers each read all batches, and take their rows.
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
    return batches.with_options(options)
