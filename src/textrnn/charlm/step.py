"""What a batch of running text costs."""

from typing import Any

from textrnn.backend import keras, tf
from textrnn.charlm.model import zero_states
from textrnn.errors import UserError
from textrnn.params.character_model import Architecture, Chunks, Streams
from textrnn.steps import Carry, Values


class NextCharacter:
    """Cross-entropy of each next character, in nats, averaged over a window's steps.

    Args:
        architecture: of the model, for the shape of its states.
        batches: `streams` carry their state from batch to batch (truncated BPTT); windows that
            are shuffled start from zero states each.

    Raises:
        UserError: streams cannot be dealt out in equal numbers to the replicas.
    """

    def __init__(self, architecture: Architecture, batches: Chunks | Streams) -> None:
        self._architecture = architecture
        self._streams = batches.batch_size if isinstance(batches, Streams) else None
        replicas = tf.distribute.get_strategy().num_replicas_in_sync
        if self._streams and self._streams % replicas:
            raise UserError(
                f"training.batches.batch_size: {self._streams} streams cannot be dealt out to "
                f"{replicas} workers or GPUs in equal numbers."
            )

    def start(self) -> Carry:
        """Return zero states for the rows of a batch that this replica reads."""
        if not self._streams:
            return ()
        replicas = tf.distribute.get_replica_context().num_replicas_in_sync
        return zero_states(self._architecture, self._streams // replicas)

    def __call__(
        self, model: keras.Model, batch: Any, carry: Carry, training: bool
    ) -> tuple[Values, Carry]:
        inputs, targets = batch
        states = carry if self._streams else zero_states(self._architecture, tf.shape(inputs)[0])
        logits, *states = model([inputs, *states], training=training)
        states = [tf.cast(state, tf.float32) for state in states]  # of a model of mixed precision
        losses = keras.losses.sparse_categorical_crossentropy(targets, logits, from_logits=True)
        return {"loss": tf.reduce_mean(losses, axis=1)}, (states if self._streams else ())
