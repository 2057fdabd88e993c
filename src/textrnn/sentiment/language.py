"""A language model of texts, read from both ends, whose layers a classifier starts from.

Dai & Le 2015, "Semi-supervised Sequence Learning": a recurrent network that has learnt to foretell
tokens is a better start than one that was drawn. Here either direction of the classifier's first
layer learns to, the one that reads on the next token, the other the one before.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from textrnn.backend import keras, tf
from textrnn.layers.dropout import Dropout
from textrnn.layers.recurrent import LAYERS
from textrnn.layers.sampled import Neighbours
from textrnn.params.classifier import Buckets
from textrnn.params.pretraining import LanguageModel
from textrnn.sentiment import batching
from textrnn.steps import Carry, Epochs, Values, epoch_seed


def build(
    options: LanguageModel, vectors: npt.NDArray[np.float32], counts: npt.NDArray[np.int64]
) -> keras.Model:
    """Build the model: ids [B, T] int64 → the mean cross-entropy of each text's tokens, [B].

    Args:
        options: its cell, units, dropout.
        vectors: those that its embedding starts from, float32 [V, E].
        counts: how often each id stands in the texts, [V].
    """
    ids = keras.Input((None,), dtype="int64", name="tokens")
    embedding = keras.layers.Embedding(*vectors.shape, mask_zero=True, name="embedding")
    x = embedding(ids)
    embedding.embeddings.assign(vectors)
    x = Dropout(options.dropout, name="embedding-dropout")(x) if options.dropout else x
    layer = LAYERS[options.cell](options.units, return_sequences=True, halves=1, name="recurrent-0")
    x = keras.layers.Bidirectional(layer, name="bidirectional-0")(x)
    costs = Neighbours(embedding, counts, options.samples, dtype="float32", name="neighbours")(
        x, ids
    )
    return keras.Model(ids, costs, name="language")


class Texts:
    """Texts without their labels, in memory.

    Args:
        folders: of shards.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._tokens = tf.concat([batching.tokens(folder) for folder in folders], 0)

    def counts(self, vocabulary: int) -> npt.NDArray[np.int64]:
        """Return how often each id of a vocabulary stands in the texts, [V]."""
        return np.bincount(self._tokens.flat_values.numpy(), minlength=vocabulary)

    def epochs(self, options: Buckets, seed: int) -> Epochs:
        """Return what gives an epoch's batches: (tokens [B, T],), in buckets shuffled anew."""
        return lambda number: self._batches(options, epoch_seed(seed, number))

    def in_order(self, options: Buckets) -> tf.data.Dataset:
        """Return the batches, by length alone."""
        return self._batches(options, None)

    def _batches(self, options: Buckets, seed: int | None) -> tf.data.Dataset:
        return batching.batches(self._tokens, options, seed, lambda _places, tokens: (tokens,))


class Reading:
    """What foretelling a batch's tokens costs."""

    def start(self) -> Carry:
        return ()

    def __call__(
        self, model: keras.Model, batch: Any, carry: Carry, training: bool
    ) -> tuple[Values, Carry]:
        (tokens,) = batch
        return {"loss": model(tokens, training=training)}, carry
