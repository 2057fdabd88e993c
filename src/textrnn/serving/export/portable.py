"""Recurrent layers as any TensorFlow runs them: by Keras's own loops, which need no compiler.

The loops of `layers.loops` are compiled by XLA, which a server may lack; an exported graph has none
of them, and results that differ by rounding.
"""

from collections.abc import Iterator
from typing import Any

from textrnn.backend import keras, tf
from textrnn.layers.recurrent import Embedded, is_compiled


def without_compiler(network: keras.Model) -> keras.Model:
    """Have a network's recurrent layers run the loops of their Keras classes from now on.

    An activation that is not Keras's object leaves a layer to its Keras class (see `is_compiled`),
    and Keras then leaves cuDNN aside too.
    """
    for layer in recurrent_layers(network):
        layer.cell.activation = tf.tanh
        assert not is_compiled(layer)  # noqa: S101 - or the file would need a compiler
    return network


def recurrent_layers(network: keras.Model) -> Iterator[Any]:
    """Yield the recurrent layers of a model, those that others wrap too."""
    for layer in network.layers:
        if isinstance(layer, keras.layers.Bidirectional):
            yield from (layer.forward_layer, layer.backward_layer)
        elif isinstance(layer, Embedded):
            yield layer.recurrent
        elif isinstance(layer, keras.layers.RNN):
            yield layer
