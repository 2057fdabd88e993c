"""The chapter's classifier."""

from typing import Any

from textrnn import weights
from textrnn.backend import keras
from textrnn.layers.dropout import Dropout, WordDropout
from textrnn.layers.perturbation import Perturbation
from textrnn.layers.pooling import MeanMax
from textrnn.layers.recurrent import LAYERS
from textrnn.params.classifier import Architecture
from textrnn.sentiment import output
from textrnn.sentiment.starts import Start

SHARED = ("embedding", "bidirectional-0")  # the layers that a language model of the texts has too


def build(options: Architecture, vocabulary: int) -> keras.Model:
    """Build the chapter's `build_rnn_model`: ids [B, T] int64 → probability of 1, [B, 1] float32.

    Embedding → recurrent layers (all but the last return sequences) → Dense relu → Dense sigmoid;
    of more than two classes a softmax, and the probability of each, [B, classes]. With
    `pooling: mean-max` all recurrent layers return sequences, and Dense reads what is pooled.
    """
    ids = keras.Input((None,), dtype="int64", name="tokens")
    x = ids
    if options.word_dropout:
        x = WordDropout(options.word_dropout, vocabulary - 1, name="word-dropout")(x)
    x = keras.layers.Embedding(
        vocabulary, options.embedding, mask_zero=options.mask, name="embedding"
    )(x)
    x = _dropout(x, options.dropout, "embedding-dropout")
    if options.adversarial:
        x = Perturbation(dtype="float32", name="perturbation")(x)
    for i in range(options.layers):
        layer = LAYERS[options.cell](
            options.units,
            return_sequences=i < options.layers - 1 or options.pooling == "mean-max",
            halves=1 if options.bidirectional else 2,
            name=f"recurrent-{i}",
        )
        if options.bidirectional:
            layer = keras.layers.Bidirectional(layer, name=f"bidirectional-{i}")
        x = layer(x)
    if options.pooling == "mean-max":
        x = MeanMax(dtype="float32", name="pooling")(x)
    x = _dropout(x, options.dropout, "recurrent-dropout")
    x = keras.layers.Dense(options.dense, activation="relu", name="dense")(x)
    x = output.layer(options.classes)(x)
    return keras.Model(ids, x, name="sentiment")


def build_from(start: Start, options: Architecture, vocabulary: int) -> keras.Model:
    """Build the classifier with the layers that it shares with what it starts from, if any.

    Raises:
        UserError: those are of another vocabulary or architecture, missing, or damaged.
    """
    model = build(options, vocabulary)
    if not start.is_scratch:
        weights.load_layers(model, SHARED, start.weights())
    return model


def _dropout(x: Any, rate: float, name: str) -> Any:
    return Dropout(rate, name=name)(x) if rate else x
