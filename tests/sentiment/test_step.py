"""Adversarial training: the push that is added misleads more than any other of its length."""

from typing import Any

import numpy as np
import pytest

from textrnn import training
from textrnn.backend import keras, tf
from textrnn.layers.dropout import Rows, rows_of
from textrnn.layers.perturbation import pushed
from textrnn.params.classifier import Architecture
from textrnn.sentiment import output
from textrnn.sentiment.model import build
from textrnn.sentiment.step import Classification

SHAPE = Architecture(
    embedding=4, cell="GRU", units=5, layers=1, bidirectional=True, dense=4, mask=True, dropout=0.2,
    pooling="mean-max", word_dropout=0.1, adversarial=0.05,
)  # fmt: skip
TOKENS = tf.constant([[2, 3, 4, 5, 6], [4, 2, 0, 0, 0], [7, 7, 2, 0, 0]], tf.int64)
LABELS = tf.constant([[1], [0], [1]], tf.int64)
BATCH = (tf.constant([0, 1, 2]), TOKENS, LABELS)


@pytest.fixture
def model() -> keras.Model:
    keras.utils.set_random_seed(3)
    found = build(SHAPE, 9)
    found.get_layer("embedding").embeddings.assign(tf.random.normal((9, 4)))
    return found


def losses(model: keras.Model, adversarial: float, training: bool = True) -> Any:
    rows = Rows(tf.constant(4, tf.int64), tf.constant(0), tf.constant(3))
    with rows_of(rows):
        step = Classification(adversarial)
        return step(model, BATCH, (), training=training)[0]["loss"].numpy()


def test_no_other_push_of_its_length_costs_more(model: keras.Model) -> None:
    plain, found = losses(model, 0.0), losses(model, 0.05)
    worst = found - plain
    assert np.all(worst > plain)
    draw = np.random.default_rng(1)
    rows = Rows(tf.constant(4, tf.int64), tf.constant(0), tf.constant(3))
    for _ in range(50):
        push = draw.normal(size=(3, 5, 4)) * (TOKENS.numpy() != 0)[..., None]
        push *= 0.05 / np.sqrt((push**2).sum((1, 2), keepdims=True))
        with rows_of(rows), pushed(tf.constant(push, tf.float32)):
            other = output.values(LABELS, model(TOKENS, training=True))["loss"].numpy()
        assert np.all(other <= worst)


def test_a_measurement_is_pushed_by_nobody(model: keras.Model) -> None:
    np.testing.assert_array_equal(losses(model, 0.05, training=False), losses(model, 0.0, False))


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
def test_the_push_is_no_way_for_gradients(model: keras.Model, compiled: bool) -> None:
    """The gradient is that of both losses, the push being what it is."""
    rows = Rows(tf.constant(4, tf.int64), tf.constant(0), tf.constant(3))
    kernel = model.get_layer("dense").kernel

    def gradient(length: float) -> Any:
        with rows_of(rows), tf.GradientTape() as tape:
            loss = tf.reduce_sum(Classification(length)(model, BATCH, (), True)[0]["loss"])
        return tape.gradient(loss, kernel)

    run = tf.function(gradient) if compiled else gradient
    np.testing.assert_allclose(run(1e-6), 2 * run(0.0), rtol=1e-3, atol=1e-5)


def test_a_compiled_step_learns(model: keras.Model) -> None:
    training.prepare(1)
    optimizer = keras.optimizers.Adam(0.01)
    optimizer.build(model.trainable_variables)
    spec = tuple(tf.TensorSpec([None] * x.ndim, x.dtype) for x in BATCH)
    run = training.train_step(model, Classification(0.05), optimizer, spec)
    found = [float(run(BATCH, ())[0]["loss"]) for _ in range(60)]
    assert found[-1] < 0.5 * found[0]
