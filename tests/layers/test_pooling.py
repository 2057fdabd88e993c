"""The mean and the maximum over steps: masked ones count for neither."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from textrnn.backend import keras, tf
from textrnn.layers.pooling import MeanMax


@settings(max_examples=30, deadline=None)
@given(lengths=st.lists(st.integers(1, 5), min_size=1, max_size=4), seed=st.integers(0, 99))
def test_masked_steps_count_for_neither(lengths: list[int], seed: int) -> None:
    x = np.random.default_rng(seed).normal(-3, 1, (len(lengths), 5, 3)).astype(np.float32)
    mask = np.arange(5) < np.array(lengths)[:, None]
    found = MeanMax()(tf.constant(x), mask=tf.constant(mask)).numpy()
    wanted = [
        np.concatenate([row[:n].mean(0), row[:n].max(0)]) for row, n in zip(x, lengths, strict=True)
    ]
    np.testing.assert_allclose(found, wanted, atol=1e-6)


def test_without_a_mask_all_steps_count() -> None:
    x = np.random.default_rng(1).normal(size=(2, 4, 3)).astype(np.float32)
    wanted = np.concatenate([x.mean(1), x.max(1)], 1)
    np.testing.assert_allclose(MeanMax()(tf.constant(x)), wanted, atol=1e-6)


def test_the_mask_of_an_embedding_reaches_it_and_ends_there() -> None:
    ids = keras.Input((None,), dtype="int64")
    embedding = keras.layers.Embedding(9, 3, mask_zero=True)
    model = keras.Model(ids, MeanMax()(embedding(ids)))
    assert model.output_shape == (None, 6)
    short, padded = model(np.array([[4, 2]])), model(np.array([[4, 2, 0, 0]]))
    np.testing.assert_allclose(short, padded, atol=1e-6)
    assert MeanMax().compute_mask(None, np.ones((1, 2))) is None
