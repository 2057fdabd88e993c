"""What the units of recurrent layers hold after each step of a text, by the chapter's equations.

The cells of `textrnn.cells` walk through the text with a trained model's weights: Keras's layers
hand out their outputs, and an LSTM's cell only after the last step. Of an LSTM it is the cell that
is shown, squashed as the output gate lets it out, tanh(c), as in Karpathy 2015, *The Unreasonable
Effectiveness of Recurrent Neural Networks*; of a SimpleRNN and a GRU it is the hidden state. All
lie between -1 and 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from textrnn import cells
from textrnn.backend import keras
from textrnn.serving.attribution import Explainer
from textrnn.serving.writing import Writer

Array = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Layer:
    """The units of a layer, all along a text."""

    name: str
    holds: str
    values: Array  # [T, H], each step's after it was read


def of_characters(writer: Writer, text: str) -> list[Layer]:
    """Return what each layer of a character model holds after each of T characters.

    Raises:
        UserError: the model does not know a character.
    """
    embedded = writer.model.get_layer("embedded")
    x = embedded.embedding.get_weights()[0][writer.known.encode(text)][np.newaxis]
    rest = range(1, writer.architecture.layers)
    layers = [embedded.recurrent, *(writer.model.get_layer(f"recurrent-{i}") for i in rest)]
    return _through(layers, x)


def of_tokens(explainer: Explainer, ids: Sequence[int]) -> list[Layer]:
    """Return what each layer of a classifier holds after each of T tokens.

    A layer that reads backwards has, at a token, read it and all that follows.
    """
    network = explainer.model
    x = network.get_layer("embedding").get_weights()[0][list(ids)][np.newaxis]
    kinds = (keras.layers.Bidirectional, keras.layers.RNN)
    layers = [layer for layer in network.layers if isinstance(layer, kinds)]
    return _through(layers, x)


def _through(layers: Sequence[Any], x: Array) -> list[Layer]:
    """Walk through layers, one upon the other, from inputs [1, T, E]."""
    found = []
    for number, layer in enumerate(layers, start=1):
        name = f"layer {number}"
        if isinstance(layer, keras.layers.Bidirectional):
            forward, onward = _walk(f"{name}, forwards", layer.forward_layer, x)
            backward, back = _walk(f"{name}, backwards", layer.backward_layer, x[:, ::-1])
            found += [forward, Layer(backward.name, backward.holds, backward.values[::-1])]
            x = np.concatenate([onward, back[:, ::-1]], axis=2)
        else:
            only, x = _walk(name, layer, x)
            found.append(only)
    return found


def _walk(name: str, layer: Any, x: Array) -> tuple[Layer, Array]:
    """Return what a layer holds, in the order of reading, and its outputs [1, T, H]."""
    kind: type[cells.Cell] = getattr(cells, type(layer).__name__)
    walked = kind(*layer.get_weights()).forward(x)
    values = np.stack([states[-1][0] for states in walked.history[1:]])
    if kind is cells.LSTM:
        return Layer(name, "cell", np.tanh(values)), walked.outputs
    return Layer(name, "hidden state", values), walked.outputs
