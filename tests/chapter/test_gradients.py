"""How far back gradients reach: known answers, and the picture that is drawn of them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from textrnn.backend import keras, tf
from textrnn.cells import Cell, SimpleRNN
from textrnn.chapter import gradients, picture


def nearly_linear(factor: float) -> SimpleRNN:
    """A cell whose outputs are so small that tanh is the identity: each step back is a factor."""
    return SimpleRNN(1e-8 * np.ones((3, 4)), factor * np.eye(4), np.zeros(4))


@pytest.mark.parametrize("factor", [0.5, 1.0, 1.2])
def test_each_step_back_is_a_factor(factor: float) -> None:
    found = gradients.by_distance(nearly_linear(factor), 30)
    np.testing.assert_allclose(found, factor ** np.arange(30), rtol=1e-6)


def test_a_window_goes_back_no_further() -> None:
    whole = gradients.by_distance(gradients.lstm(), 30)
    found = gradients.by_distance(gradients.lstm(), 30, window=12)
    np.testing.assert_allclose(found[:12], whole[:12], rtol=1e-12)
    assert not found[12:].any()


@pytest.mark.parametrize(
    ("layer", "make"),
    [
        (keras.layers.SimpleRNN, gradients.simple_rnn),
        (keras.layers.LSTM, gradients.lstm),
        (keras.layers.GRU, gradients.gru),
    ],
)
def test_it_is_what_keras_differentiates(
    layer: type[keras.layers.Layer], make: Callable[[], Cell]
) -> None:
    """On the same inputs and direction, drawn here in the same order."""
    cell, draw = make(), np.random.default_rng(1)
    inputs = tf.constant(draw.normal(size=(gradients.BATCH, 9, gradients.FEATURES)))
    direction = tf.constant(draw.normal(size=(gradients.BATCH, gradients.UNITS)))
    theirs = layer(gradients.UNITS, dtype="float64")
    theirs.build(inputs.shape)
    theirs.set_weights(cell.weights)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        along = tf.reduce_sum(theirs(inputs) * direction)
    norms = np.linalg.norm(tape.gradient(along, inputs), axis=2).mean(axis=0)[::-1]
    np.testing.assert_allclose(gradients.by_distance(cell, 9), norms / norms[0], rtol=1e-6)


@pytest.mark.parametrize(
    ("layer", "make"),
    [
        (keras.layers.SimpleRNN, gradients.simple_rnn),
        (keras.layers.LSTM, gradients.lstm),
        (keras.layers.GRU, gradients.gru),
    ],
)
def test_the_weights_are_drawn_as_keras_draws_them(
    layer: type[keras.layers.Layer], make: Callable[[], Cell]
) -> None:
    keras.utils.set_random_seed(1)
    theirs = layer(gradients.UNITS)
    theirs.build((None, None, gradients.FEATURES))
    kernel, recurrent, bias = theirs.get_weights()
    cell = make()
    assert np.abs(cell.kernel).max() == pytest.approx(np.abs(kernel).max(), rel=0.01)
    for weights in (recurrent, cell.recurrent_kernel):
        np.testing.assert_allclose(weights @ weights.T, np.eye(gradients.UNITS), atol=1e-5)
    np.testing.assert_array_equal(cell.bias, bias)


def test_the_picture_is_of_these_numbers(root: Path) -> None:
    drawn = (root / picture.FILE).read_text(encoding="utf-8")
    assert drawn == picture.svg(picture.curves())
    assert len(drawn) < 60_000
