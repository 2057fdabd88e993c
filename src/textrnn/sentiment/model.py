"""The chapter's classifier."""

from typing import Any

from textrnn.backend import keras
from textrnn.params.classifier import Architecture

_CELLS = {
    "SimpleRNN": keras.layers.SimpleRNN,
    "LSTM": keras.layers.LSTM,
    "GRU": keras.layers.GRU,
}


def build(options: Architecture, vocabulary: int) -> keras.Model:
    """Build the chapter's `build_rnn_model`: ids [B, T] int64 → probability of 1, [B, 1] float32.

    Embedding → recurrent layers (all but the last return sequences) → Dense relu → Dense sigmoid.
    """
    ids = keras.Input((None,), dtype="int64", name="tokens")
    x = keras.layers.Embedding(
        vocabulary, options.embedding, mask_zero=options.mask, name="embedding"
    )(ids)
    x = _dropout(x, options.dropout, "embedding-dropout")
    for i in range(options.layers):
        cell = _CELLS[options.cell](
            options.units, return_sequences=i < options.layers - 1, name=f"recurrent-{i}"
        )
        if options.bidirectional:
            cell = keras.layers.Bidirectional(cell, name=f"bidirectional-{i}")
        x = cell(x)
    x = _dropout(x, options.dropout, "recurrent-dropout")
    x = keras.layers.Dense(options.dense, activation="relu", name="dense")(x)
    x = keras.layers.Dense(1, activation="sigmoid", name="probability")(x)
    return keras.Model(ids, x, name="sentiment")


def _dropout(x: Any, rate: float, name: str) -> Any:
    return keras.layers.Dropout(rate, name=name)(x) if rate else x
