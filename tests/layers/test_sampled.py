"""A language model's loss against drawn tokens: by hand, and near to that against all of them."""

from typing import Any

import numpy as np
import pytest

from textrnn.backend import keras, tf
from textrnn.layers.dropout import Rows, rows_of
from textrnn.layers.sampled import Neighbours

VOCABULARY, WIDTH, UNITS = 9, 4, 3
COUNTS = np.array([0, 50, 30, 20, 10, 5, 3, 2, 1])
IDS = np.array([[3, 1, 4, 2, 0], [5, 2, 1, 1, 8], [7, 0, 0, 0, 0]])


def layer(samples: int) -> Neighbours:
    keras.utils.set_random_seed(1)
    embedding = keras.layers.Embedding(VOCABULARY, WIDTH)
    embedding.build(None)
    embedding.embeddings.assign(tf.random.normal((VOCABULARY, WIDTH)))
    found = Neighbours(embedding, COUNTS, samples, seed=3)
    found.build((None, None, 2 * UNITS))
    for kernel in (found.ahead, found.behind):
        kernel.assign(tf.random.normal(kernel.shape))
    return found


def states() -> Any:
    return tf.random.stateless_normal((*IDS.shape, 2 * UNITS), [1, 2])


def in_step(number: int) -> Rows:
    return Rows(tf.constant(number, tf.int64), tf.constant(0), tf.constant(len(IDS)))


def pairs(found: Neighbours, row: int) -> list[tuple[Any, int]]:
    """Return a row's guesses at embeddings, and the ids that they should have hit."""
    given, ids = states().numpy()[row], [i for i in IDS[row] if i]
    ahead, behind = found.ahead.numpy(), found.behind.numpy()
    return [
        *((given[t, :UNITS] @ ahead, ids[t + 1]) for t in range(len(ids) - 1)),
        *((given[t, UNITS:] @ behind, ids[t - 1]) for t in range(1, len(ids))),
    ]


def test_against_drawn_tokens_it_is_what_numpy_says() -> None:
    found = layer(samples=6)
    with rows_of(in_step(5)):
        drawn = found._drawn(training=True).numpy()
        losses = found(states(), tf.constant(IDS), training=True).numpy()
    weights = np.where(COUNTS > 0, COUNTS, 1e-9) ** 0.75
    shares = weights / weights.sum()
    likely = 1 - (1 - shares) ** 6
    table, bias = found._table[0].numpy(), found.bias.numpy()
    assert len(set(drawn)) < len(drawn)
    for row in (0, 1):
        costs = []
        for guess, target in pairs(found, row):
            logits = table @ guess + bias - np.log(likely)
            rivals = [logits[i] for i in set(drawn) if i != target]
            costs.append(np.log(np.exp([logits[target], *rivals]).sum()) - logits[target])
        assert losses[row] == pytest.approx(np.mean(costs), rel=1e-4)
    assert losses[2] == 0  # a single token has no neighbour


def test_against_very_many_it_is_the_cross_entropy_of_all() -> None:
    found = layer(samples=200_000)
    losses = found(states(), tf.constant(IDS)).numpy()
    table, bias = found._table[0].numpy(), found.bias.numpy()
    for row in (0, 1):
        costs = []
        for guess, target in pairs(found, row):
            logits = (table @ guess + bias)[1:]  # padding has a share of nothing
            costs.append(np.log(np.exp(logits).sum()) - logits[target - 1])
        assert losses[row] == pytest.approx(np.mean(costs), rel=0.02)


def test_padding_and_states_beyond_the_text_count_for_nothing() -> None:
    found = layer(samples=5)
    wider = np.pad(IDS, [[0, 0], [0, 3]])
    more = tf.concat([states(), tf.ones((len(IDS), 3, 2 * UNITS))], 1)
    np.testing.assert_allclose(
        found(more, tf.constant(wider)), found(states(), tf.constant(IDS)), rtol=1e-5
    )


def test_tokens_are_drawn_by_their_shares_anew_in_each_step() -> None:
    found = layer(samples=50_000)
    with rows_of(in_step(1)):
        first, again = (found._drawn(training=True).numpy() for _ in range(2))
    with rows_of(in_step(2)):
        other = found._drawn(training=True).numpy()
    np.testing.assert_array_equal(first, again)
    assert np.any(first != other)
    weights = COUNTS**0.75
    np.testing.assert_allclose(
        np.bincount(first, minlength=VOCABULARY) / len(first), weights / weights.sum(), atol=0.01
    )
    measured = found._drawn(training=False).numpy()
    np.testing.assert_array_equal(measured, found._drawn(training=False).numpy())


def test_the_table_of_the_embeddings_learns_as_the_output_too() -> None:
    found = layer(samples=5)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(found(states(), tf.constant(IDS)))
    assert tape.gradient(loss, found._table[0]) is not None
