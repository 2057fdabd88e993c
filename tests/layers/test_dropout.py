"""What is dropped: features of a row, alike at all steps if locked, and recurrent weights."""

from typing import Any

import numpy as np
import pytest

from textrnn.backend import tf
from textrnn.layers import dropout
from textrnn.layers.dropout import Dropout, Rows, WordDropout, rows_of
from textrnn.layers.recurrent import LAYERS, Embedded

BATCH, STEPS, WIDTH, UNITS = 6, 5, 4, 40


def rows(step: int = 0, first: int = 0, total: int = BATCH) -> Rows:
    return Rows(tf.constant(step, tf.int64), tf.constant(first), tf.constant(total))


def dropped(layer: Dropout | WordDropout, ones: Any, given: Rows) -> Any:
    with rows_of(given):
        return layer(ones, training=True).numpy()


# ---------------------------------------------------------------- features


def test_a_locked_row_drops_the_same_features_at_all_its_steps() -> None:
    ones = tf.ones((BATCH, STEPS, 200))
    found = dropped(Dropout(0.4, seed=1, locked=True), ones, rows())
    np.testing.assert_array_equal(found, np.repeat(found[:, :1], STEPS, axis=1))
    assert len({row.tobytes() for row in found[:, 0]}) == BATCH
    np.testing.assert_allclose(np.unique(found), [0, 1 / 0.6], rtol=1e-6)
    assert np.mean(found == 0) == pytest.approx(0.4, abs=0.05)
    loose = dropped(Dropout(0.4, seed=1), ones, rows())
    assert np.any(loose[:, 0] != loose[:, 1])


@pytest.mark.parametrize("locked", [False, True])
def test_replicas_drop_what_one_process_drops(locked: bool) -> None:
    layer = Dropout(0.5, seed=3, locked=locked)
    whole = dropped(layer, tf.ones((BATCH, STEPS, 20)), rows(step=7))
    parts = [
        dropped(layer, tf.ones((count, STEPS, 20)), rows(step=7, first=first))
        for first, count in ((0, 2), (2, 4))
    ]
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    assert np.any(dropped(layer, tf.ones((BATCH, STEPS, 20)), rows(step=8)) != whole)


def test_locked_is_kept_in_the_configuration() -> None:
    layer = Dropout(0.5, seed=3, locked=True)
    assert Dropout.from_config(layer.get_config()).get_config() == layer.get_config()


# ---------------------------------------------------------------- tokens

UNKNOWN = 9
IDS = tf.constant(np.tile([[1, 2, 3, 4, 0, 0]], (BATCH, 50)), tf.int64)


def test_some_tokens_become_unknown_and_padding_stays() -> None:
    layer = WordDropout(0.3, UNKNOWN, seed=1)
    found = dropped(layer, IDS, rows())
    padding = IDS.numpy() == 0
    np.testing.assert_array_equal(found == 0, padding)
    changed = found != IDS.numpy()
    assert set(found[changed]) == {UNKNOWN}
    assert np.mean(changed[~padding]) == pytest.approx(0.3, abs=0.05)
    np.testing.assert_array_equal(layer(IDS), IDS)
    assert np.any(dropped(layer, IDS, rows(step=1)) != found)


def test_replicas_take_the_same_tokens_for_unknown() -> None:
    layer = WordDropout(0.3, UNKNOWN, seed=1)
    parts = [
        dropped(layer, IDS[first : first + count], rows(step=7, first=first))
        for first, count in ((0, 2), (2, 4))
    ]
    np.testing.assert_array_equal(np.concatenate(parts), dropped(layer, IDS, rows(step=7)))


def test_word_dropout_is_kept_in_the_configuration() -> None:
    layer = WordDropout(0.3, UNKNOWN, seed=1)
    assert WordDropout.from_config(layer.get_config()).get_config() == layer.get_config()


# ---------------------------------------------------------------- weights


def test_weights_are_dropped_by_seed_and_step() -> None:
    ones = tf.ones((50, 60))

    def drawn(seed: int, step: int) -> Any:
        with rows_of(rows(step)):
            return dropout.of_weights(ones, 0.3, seed).numpy()

    found = drawn(1, 0)
    np.testing.assert_allclose(np.unique(found), [0, 1 / 0.7], rtol=1e-6)
    assert np.mean(found == 0) == pytest.approx(0.3, abs=0.03)
    np.testing.assert_array_equal(drawn(1, 0), found)
    assert np.any(drawn(1, 1) != found)
    assert np.any(drawn(2, 0) != found)


def layer_of(cell: str, **options: Any) -> Any:
    layer = LAYERS[cell](UNITS, return_sequences=True, return_state=True, **options)
    layer.build((None, None, WIDTH))
    return layer


@pytest.mark.parametrize("cell", LAYERS)
def test_a_layer_trains_with_its_kernel_in_part(cell: str) -> None:
    """Results and gradients are those of a layer that has the thinned kernel as its own."""
    ours, plain = layer_of(cell, weight_drop=0.3, drop_seed=5), layer_of(cell)
    inputs = tf.constant(np.random.default_rng(1).normal(size=(BATCH, STEPS, WIDTH)), tf.float32)
    kernel = ours.cell.recurrent_kernel
    with rows_of(rows(step=2)):
        thinned = dropout.of_weights(tf.convert_to_tensor(kernel), 0.3, 5).numpy()
        with tf.GradientTape() as tape:
            found = ours(inputs, training=True)[0]
            loss = tf.reduce_sum(found**2)
        gradient = tape.gradient(loss, kernel.value).numpy()
    first, _, *rest = ours.get_weights()
    plain.set_weights([first, thinned, *rest])
    with tf.GradientTape() as tape:
        wanted = plain(inputs, training=True)[0]
        loss = tf.reduce_sum(wanted**2)
    through = tape.gradient(loss, plain.cell.recurrent_kernel.value).numpy()
    np.testing.assert_allclose(found, wanted, atol=1e-6)
    np.testing.assert_allclose(gradient, np.where(thinned, through / 0.7, 0), atol=1e-4)
    assert 0.2 < np.mean(gradient == 0) < 0.4


def test_a_layer_that_does_not_train_has_its_whole_kernel() -> None:
    ours, plain = layer_of("LSTM", weight_drop=0.3), layer_of("LSTM")
    plain.set_weights(ours.get_weights())
    inputs = tf.ones((BATCH, STEPS, WIDTH))
    for found, wanted in zip(ours(inputs), plain(inputs), strict=True):
        np.testing.assert_array_equal(found, wanted)


def test_weight_drop_is_refused_where_the_loops_do_not_know_the_layer() -> None:
    layer = layer_of("LSTM", weight_drop=0.3, activation="relu")
    inputs = tf.ones((BATCH, STEPS, WIDTH))
    layer(inputs)
    with pytest.raises(ValueError, match="weight_drop goes with Keras's other defaults only"):
        layer(inputs, training=True)
    table = Embedded(9, WIDTH, LAYERS["LSTM"](4, activation="relu", weight_drop=0.3))
    with pytest.raises(ValueError, match="weight_drop goes with Keras's other defaults only"):
        table(tf.zeros((2, 3), tf.int32), training=True)


def test_weight_drop_is_kept_in_the_configuration() -> None:
    layer = layer_of("GRU", weight_drop=0.3)
    again = type(layer).from_config(layer.get_config())
    assert (again.weight_drop, again.drop_seed) == (0.3, layer.drop_seed)
    assert layer_of("GRU").drop_seed is None
