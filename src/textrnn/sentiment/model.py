"""The chapter's classifier."""

from typing import Any

from textrnn.backend import keras
from textrnn.layers.dropout import Dropout
from textrnn.layers.recurrent import LAYERS
from textrnn.params.classifier import Architecture
from textrnn.sentiment import output


def build(options: Architecture, vocabulary: int) -> keras.Model:
    """Build the chapter's `build_rnn_model`: ids [B, T] int64 → probability of 1, [B, 1] float32.

    Embedding → recurrent layers (all but the last return sequences) → Dense relu → Dense sigmoid;
    of more than two classes a softmax, and the probability of each, [B, classes].
    """
    ids = keras.Input((None,), dtype="int64", name="tokens")
    x = keras.layers.Embedding(
        vocabulary, options.embedding, mask_zero=options.mask, name="embedding"
    )(ids)
    x = _dropout(x, options.dropout, "embedding-dropout")
    for i in range(options.layers):
        layer = LAYERS[options.cell](
            options.units,
            return_sequences=i < options.layers - 1,
            halves=1 if options.bidirectional else 2,
            name=f"recurrent-{i}",
        )
        if options.bidirectional:
            layer = keras.layers.Bidirectional(layer, name=f"bidirectional-{i}")
        x = layer(x)
    x = _dropout(x, options.dropout, "recurrent-dropout")
    x = keras.layers.Dense(options.dense, activation="relu", name="dense")(x)
    x = output.layer(options.classes)(x)
    return keras.Model(ids, x, name="sentiment")


def _dropout(x: Any, rate: float, name: str) -> Any:
    return Dropout(rate, name=name)(x) if rate else x
