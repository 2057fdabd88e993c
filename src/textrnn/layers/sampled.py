"""What a language model's states say of the tokens beside them, against tokens that are drawn."""

from typing import Any

import numpy as np
import numpy.typing as npt

from textrnn.backend import keras, tf
from textrnn.layers.dropout import new_seed, uniform

FLATTENED = 0.75  # power of a token's count that it is drawn by, as Mikolov et al. 2013 have it
SPREAD = 0.05  # standard deviation of the first weights


@keras.saving.register_keras_serializable(package="textrnn")
class Neighbours(keras.layers.Layer):  # type: ignore[misc]
    """The cross-entropy of each text's tokens: of the next ones, and of the ones before.

    States are projected to the width of the embeddings, whose table is the output's too (Press &
    Wolf 2017). Probabilities are of a token against `samples` drawn ones, the same for all texts of
    a batch, and corrected for how likely each is to be drawn (Jean et al. 2015, and "candidate
    sampling" in TensorFlow's documentation): with ever more of them it is the full softmax.

    Args:
        embedding: the model's embedding layer, which must be built.
        counts: how often each id stands in the texts, [V].
        samples: ids drawn for each batch.
        seed: of the draws; None takes one from Python's random numbers.
    """

    def __init__(
        self,
        embedding: keras.layers.Embedding,
        counts: npt.NDArray[np.int64],
        samples: int,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._table = [embedding.embeddings]
        self._counts, self._samples = counts, samples
        self._seed = new_seed() if seed is None else seed
        weights = np.maximum(counts, 1e-9) ** FLATTENED
        shares = weights / weights.sum()
        self._sums = np.cumsum(shares).astype(np.float32)
        # That an id is among those drawn, which count once however often they are.
        self._likely = -np.expm1(samples * np.log1p(-shares)).astype(np.float32)

    def build(self, states_shape: Any, ids_shape: Any = None) -> None:
        """Create the projections of either direction, and the bias, log of the tokens' shares."""
        units, width = states_shape[-1] // 2, self._table[0].shape[1]
        first = keras.initializers.RandomNormal(stddev=SPREAD)
        self.ahead = self.add_weight((units, width), first, name="ahead")
        self.behind = self.add_weight((units, width), first, name="behind")
        shares = np.log((self._counts + 1) / (self._counts + 1).sum())
        self.bias = self.add_weight(shares.shape, lambda *_, **__: shares, name="bias")

    def call(self, states: Any, ids: Any, training: bool = False) -> Any:
        """Return each text's mean cross-entropy in nats, [B] float32.

        Args:
            states: float32 [B, T, 2 U], of the direction that reads on and of the other.
            ids: int64 [B, T]; 0 is padding, behind the text.
            training: draws anew in every step; else the draws are always the same.
        """
        inner = tf.cast((ids[:, 1:] != 0) & (ids[:, :-1] != 0), tf.float32)
        onward, back = tf.split(states, 2, -1)
        # Sliced after the products: what is copied, and padded again on the way back, is narrower.
        ahead, behind = (onward @ self.ahead)[:, :-1], (back @ self.behind)[:, 1:]
        guesses, targets = tf.concat([ahead, behind], 1), tf.concat([ids[:, 1:], ids[:, :-1]], 1)
        losses = self._costs(guesses, targets, training)
        counted = tf.concat([inner, inner], 1)
        return tf.reduce_sum(losses * counted, 1) / tf.maximum(tf.reduce_sum(counted, 1), 1)

    def _costs(self, guesses: Any, targets: Any, training: bool) -> Any:
        """Return the cross-entropy of each target [B, N], given a guess at its embedding."""
        drawn, _ = tf.unique(self._drawn(training))
        likely = tf.constant(self._likely)
        flat = tf.reshape(targets, [-1, 1])
        losses = tf.nn.sampled_softmax_loss(
            weights=self._table[0].value,
            biases=self.bias.value,
            labels=flat,
            inputs=tf.reshape(guesses, [-1, guesses.shape[-1]]),
            num_sampled=tf.size(drawn),
            num_classes=len(self._likely),
            sampled_values=(
                drawn,
                tf.gather(likely, flat),
                tf.gather(likely, drawn),
            ),
        )
        return tf.reshape(losses, tf.shape(targets))

    def _drawn(self, training: bool) -> Any:
        """Return ids, int64 [samples], each as likely as its share."""
        shape = [self._samples]
        places = (
            uniform(shape, self._seed)
            if training
            else tf.random.stateless_uniform(shape, [self._seed, 0])
        )
        found = tf.searchsorted(self._sums, places, side="right", out_type=tf.int64)
        return tf.minimum(found, len(self._sums) - 1)

    def compute_mask(self, states: Any, mask: Any = None) -> None:
        """What is left of a text has no steps to mask."""

    def compute_output_shape(self, states_shape: Any, ids_shape: Any = None) -> Any:
        """Return the shape of what `call` returns."""
        return (states_shape[0],)
