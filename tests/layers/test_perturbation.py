"""Embeddings are pushed where a step says so, by a length that is measured in the text's own."""

import numpy as np
import pytest

from textrnn.backend import tf
from textrnn.layers.perturbation import Perturbation, of_length, pushed

EMBEDDINGS = np.random.default_rng(1).normal(size=(2, 3, 4)).astype(np.float32)
MASK = np.array([[True, True, True], [True, False, False]])
PUSH = np.random.default_rng(2).normal(size=(2, 3, 4)).astype(np.float32)


def test_nothing_is_added_where_nobody_pushes() -> None:
    assert Perturbation()(EMBEDDINGS).numpy().tolist() == EMBEDDINGS.tolist()


def test_a_push_is_measured_by_the_tokens_that_are_not_masked() -> None:
    with pushed(PUSH):
        found = Perturbation()(EMBEDDINGS, mask=MASK).numpy()
    for row, length in ((0, 3), (1, 1)):
        scale = np.sqrt(np.mean(EMBEDDINGS[row, :length] ** 2))
        np.testing.assert_allclose(found[row], EMBEDDINGS[row] + scale * PUSH[row], rtol=1e-5)
    with pushed(PUSH):
        twice = Perturbation()(2 * EMBEDDINGS, mask=MASK).numpy()
    np.testing.assert_allclose(twice, 2 * found, rtol=1e-5)


def test_no_gradient_goes_by_the_measure() -> None:
    x = tf.constant(EMBEDDINGS)
    with tf.GradientTape() as tape, pushed(PUSH):
        tape.watch(x)
        total = tf.reduce_sum(Perturbation()(x))
    np.testing.assert_allclose(tape.gradient(total, x), np.ones_like(EMBEDDINGS))


def test_a_gradient_has_its_length_over_all_tokens_of_a_text() -> None:
    found = of_length(1.5, tf.constant(PUSH)).numpy()
    for row, given in zip(found, PUSH, strict=True):
        assert np.linalg.norm(row) == pytest.approx(1.5, rel=1e-5)
        np.testing.assert_allclose(row / 1.5, given / np.linalg.norm(given), rtol=1e-5)
    assert of_length(1.5, tf.zeros((1, 2, 2))).numpy().tolist() == np.zeros((1, 2, 2)).tolist()
