"""Units along a text: what the trained layers themselves hold after each step."""

from typing import Any, Literal

import numpy as np
import pytest

from serving.conftest import KNOWN, WORDS, WRITER, opinionated
from textrnn import cells
from textrnn.backend import keras, tf
from textrnn.charlm import model as characters
from textrnn.charlm.model import zero_states
from textrnn.params import character_model, classifier
from textrnn.params.tokens import Tokens
from textrnn.sentiment import model as sentiment
from textrnn.sentiment.vocabulary import Vocabulary
from textrnn.serving import states
from textrnn.serving.attribution import Explainer
from textrnn.serving.writing import Writer

CELLS: tuple[Any, ...] = ("SimpleRNN", "LSTM", "GRU")
Cell = Literal["SimpleRNN", "LSTM", "GRU"]
TEXT = "He bed a dead"
IDS = [1, 4, 7, 2, 3, 6, 4]


def stepwise(writer: Writer, text: str) -> list[list[Any]]:
    """What a character model hands on after each character, read one by one."""
    carried, found = zero_states(writer.architecture, 1), []
    for i in writer.known.encode(text):
        _, *carried = writer.model([tf.constant([[i]]), *carried], training=False)
        found.append([state.numpy()[0] for state in carried])
    return found


@pytest.mark.parametrize("cell", CELLS)
def test_a_character_model_s_units_hold_what_it_carries(cell: Cell) -> None:
    options = character_model.Architecture(
        embedding=3, cell=cell, units=5, layers=2, dropout=0.5, locked=True, weight_drop=0.3
    )
    writer = Writer(opinionated(characters.build(options, KNOWN.size)), options, KNOWN)
    found = states.of_characters(writer, TEXT)
    carried = stepwise(writer, TEXT)
    assert [layer.name for layer in found] == ["layer 1", "layer 2"]
    for i, layer in enumerate(found):
        if cell == "LSTM":
            assert layer.holds == "cell"
            expected = np.tanh([step[2 * i + 1] for step in carried])
        else:
            assert layer.holds == "hidden state"
            expected = np.array([step[i] for step in carried])
        assert layer.values.shape == (len(TEXT), 5)
        np.testing.assert_allclose(layer.values, expected, atol=1e-5)
        assert np.ptp(layer.values) > 0.3


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("is_bidirectional", [False, True])
def test_a_classifier_s_units_hold_what_its_layers_put_out(
    cell: Cell, is_bidirectional: bool
) -> None:
    """Of an LSTM, whose layers put out h alone, see the character models."""
    options = classifier.Architecture(
        embedding=3,
        cell=cell,
        units=4,
        layers=2,
        bidirectional=is_bidirectional,
        dense=3,
        mask=True,
        dropout=0.3,
    )
    network = opinionated(sentiment.build(options, len(WORDS) + 2))
    explainer = Explainer(
        network, Tokens(lower=True, punctuation=True, last=None), Vocabulary(WORDS)
    )
    found = states.of_tokens(explainer, IDS)
    ways = ["layer {}, forwards", "layer {}, backwards"] if is_bidirectional else ["layer {}"]
    assert [layer.name for layer in found] == [way.format(n) for n in (1, 2) for way in ways]
    if cell == "LSTM":
        assert {layer.holds for layer in found} == {"cell"}
        return
    first = "bidirectional-0" if is_bidirectional else "recurrent-0"
    outputs = keras.Model(network.input, network.get_layer(first).output)(np.array([IDS]))
    values = np.concatenate([layer.values for layer in found[: len(ways)]], axis=1)
    np.testing.assert_allclose(values, outputs[0], atol=1e-5)
    last = network.get_layer(first.replace("0", "1"))
    ends = keras.Model(network.input, last.output)(np.array([IDS]))[0]
    ends_found = [found[-1].values[-1]]
    if is_bidirectional:  # a layer that reads backwards ends with the first token
        ends_found = [found[-2].values[-1], found[-1].values[0]]
    np.testing.assert_allclose(np.concatenate(ends_found), ends, atol=1e-5)


def test_an_lstm_classifier_s_cells_are_the_equations(classifying: keras.Model) -> None:
    """Its own weights through the forward pass by hand, and through its own last step."""
    explainer = Explainer(
        classifying, Tokens(lower=True, punctuation=True, last=None), Vocabulary(WORDS)
    )
    forward, backward = states.of_tokens(explainer, IDS)
    layer = classifying.get_layer("bidirectional-0")
    x = classifying.get_layer("embedding").get_weights()[0][IDS][np.newaxis]
    for found, own, inputs in (
        (forward.values, layer.forward_layer, x),
        (backward.values[::-1], layer.backward_layer, x[:, ::-1]),
    ):
        walked = cells.LSTM(*own.get_weights()).forward(inputs)
        np.testing.assert_allclose(found[-1], np.tanh(walked.history[-1][1][0]), atol=1e-6)
        plain = keras.layers.LSTM(own.units, return_state=True)
        plain.build(x.shape)
        plain.set_weights(own.get_weights())
        for steps in (1, 3, len(IDS)):
            _, _, cell = plain(inputs[:, :steps])
            np.testing.assert_allclose(found[steps - 1], np.tanh(cell[0]), atol=1e-5)


def test_the_tiny_writer_has_cells(writing: keras.Model) -> None:
    found = states.of_characters(Writer(writing, WRITER, KNOWN), "H")
    assert [layer.values.shape for layer in found] == [(1, 5), (1, 5)]
