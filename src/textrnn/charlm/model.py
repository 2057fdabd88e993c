"""The chapter's character model."""

from typing import Any

from textrnn.backend import keras, tf
from textrnn.layers.dropout import Dropout
from textrnn.layers.recurrent import LAYERS, Embedded
from textrnn.params.character_model import Architecture


def build(options: Architecture, vocabulary: int) -> keras.Model:
    """Build embedding → recurrent layers → logits, the state an input and an output.

    Inputs: ids [B, T] int32, then each layer's states [B, H] float32 (an LSTM has two).
    Outputs: logits [B, T, V] float32 of each next character, then the states after the last step.
    """
    ids = keras.Input((None,), dtype="int32", name="characters")
    x: Any = ids
    before, after = [], []
    for i, layer in enumerate(_recurrent(options, vocabulary)):
        states = [
            keras.Input((options.units,), name=f"state-{i}-{j}") for j in range(_states(options))
        ]
        x, *new = layer(x, initial_state=states)
        if options.dropout:
            x = Dropout(options.dropout, locked=options.locked, name=f"dropout-{i}")(x)
        before += states
        after += new
    logits = keras.layers.Dense(vocabulary, dtype="float32", name="logits")(x)
    return keras.Model([ids, *before], [logits, *after], name="characters")


def zero_states(architecture: Architecture, batch: tf.Tensor | int) -> list[tf.Tensor]:
    """Return the states [B, H] float32 of a character model that has read nothing."""
    count = architecture.layers * _states(architecture)
    return [tf.zeros((batch, architecture.units)) for _ in range(count)]


def _states(options: Architecture) -> int:
    """Return how many states a layer carries: an LSTM its output and its cell."""
    return 2 if options.cell == "LSTM" else 1


def _recurrent(options: Architecture, vocabulary: int) -> list[Any]:
    """Return the layers, the first of which reads ids, the others sequences."""
    first, *rest = (
        LAYERS[options.cell](
            options.units,
            return_sequences=True,
            return_state=True,
            weight_drop=options.weight_drop,
            name=f"recurrent-{i}",
        )
        for i in range(options.layers)
    )
    return [Embedded(vocabulary, options.embedding, first, name="embedded"), *rest]
