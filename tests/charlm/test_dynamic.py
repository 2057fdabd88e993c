"""Dynamic evaluation: its rule by hand, what it leaves behind, and what it may not know."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest

from textrnn.backend import keras, tf
from textrnn.charlm import dynamic, evaluation
from textrnn.charlm.model import build, zero_states
from textrnn.errors import UserError
from textrnn.params.adaptation import Dynamic
from textrnn.params.character_model import Architecture

V = 6
LSTM = Architecture(
    embedding=3, cell="LSTM", units=4, layers=1, dropout=0.3, locked=True, weight_drop=0.3
)
OPTIONS = Dynamic(segment=5, learning_rate=0.02, decay=0.1, floor=0.5, samples=7)

Ids = npt.NDArray[np.int32]
draw = np.random.default_rng(1)
BEFORE = draw.integers(0, V, 40).astype(np.int32)
TEXT = draw.integers(0, V, 23).astype(np.int32)


def opinionated(architecture: Architecture) -> keras.Model:
    """A model whose predictions differ from character to character."""
    model = build(dynamic.whole(architecture), V)
    seeded = np.random.default_rng(1)
    model.set_weights([seeded.normal(size=w.shape).astype(np.float32) for w in model.weights])
    return model


@pytest.fixture(scope="module")
def model() -> keras.Model:
    return opinionated(LSTM)


def costs(log_p: npt.NDArray[np.float32], text: Ids) -> npt.NDArray[np.float32]:
    found: npt.NDArray[np.float32] = -log_p[np.arange(len(text)), text]
    return found


def only_learning(**changes: float) -> Dynamic:
    return OPTIONS.model_copy(update=changes)


# ---------------------------------------------------------------- static


@pytest.mark.parametrize("segment", [1, 5, 23, 100])
@pytest.mark.parametrize(
    "architecture", [LSTM, LSTM.model_copy(update={"cell": "GRU", "layers": 2})]
)
def test_static_is_what_evaluation_gives_in_one_stream(
    monkeypatch: pytest.MonkeyPatch, architecture: Architecture, segment: int
) -> None:
    monkeypatch.setattr(evaluation, "STREAMS", 1)
    model = opinionated(architecture)
    found = dynamic.static(model, architecture, BEFORE, TEXT, segment)
    assert (found.shape, found.dtype) == ((len(TEXT), V), np.float32)
    np.testing.assert_allclose(np.exp(found).sum(axis=1), 1, rtol=1e-5)
    # There, the first of the characters before is the first that the state reads; so it is here.
    expected = evaluation.nats_carried(model, architecture, BEFORE, TEXT)
    np.testing.assert_allclose(costs(found, TEXT), expected, rtol=2e-5)


@pytest.mark.parametrize("before", [1, 2])
def test_one_character_before_the_text_is_enough(model: keras.Model, before: int) -> None:
    found = dynamic.static(model, LSTM, BEFORE[-before:], TEXT, 5)
    row = tf.constant(np.concatenate([BEFORE[-before:], TEXT])[np.newaxis])
    logits, *_ = model([row[:, :-1], *zero_states(LSTM, 1)], training=False)
    expected = tf.nn.log_softmax(logits)[0, before - 1 :]
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_the_first_character_needs_one_before_it(model: keras.Model) -> None:
    with pytest.raises(ValueError, match="nothing stands before"):
        dynamic.static(model, LSTM, BEFORE[:0], TEXT, 5)


# ---------------------------------------------------------------- dynamic


def test_without_a_rate_it_is_static(model: keras.Model) -> None:
    found = dynamic.dynamic(model, LSTM, BEFORE, TEXT, only_learning(learning_rate=0.0))
    np.testing.assert_array_equal(found, dynamic.static(model, LSTM, BEFORE, TEXT, 5))


def test_two_steps_by_the_rule(model: keras.Model) -> None:
    """The rule of the docstring in NumPy, with the gradients of a tape."""
    trained = model.get_weights()
    scales = dynamic.gradient_scales(model, LSTM, BEFORE, OPTIONS)
    mean = np.concatenate([s.ravel() for s in scales]).mean()
    row = tf.constant(np.concatenate([BEFORE, TEXT])[np.newaxis])
    _, *states = model([row[:, : len(BEFORE) - 1], *zero_states(LSTM, 1)], training=False)
    expected = []
    for start in range(0, 15, OPTIONS.segment):
        part = row[:, len(BEFORE) - 1 + start :][:, : OPTIONS.segment + 1]
        log_p, states, gradients = graded(model, part, states)
        expected.append(log_p)
        moved = [
            w
            - OPTIONS.learning_rate * g / (s + OPTIONS.floor * mean)
            + np.minimum(OPTIONS.decay * s / mean, 1) * (first - w)
            for w, g, s, first in zip(model.get_weights(), gradients, scales, trained, strict=True)
        ]
        model.set_weights(moved)
    model.set_weights(trained)
    found = dynamic.dynamic(model, LSTM, BEFORE, TEXT, OPTIONS)
    np.testing.assert_allclose(found[:15], np.concatenate(expected), rtol=1e-4, atol=1e-5)
    fixed = dynamic.static(model, LSTM, BEFORE, TEXT, OPTIONS.segment)
    assert np.abs(found[5:15] - fixed[5:15]).max() > 0.01


def graded(
    model: keras.Model, part: tf.Tensor, states: Sequence[tf.Tensor]
) -> tuple[npt.NDArray[np.float32], list[tf.Tensor], list[npt.NDArray[np.float32]]]:
    """Return ln p, the new states, and the gradients of the mean nats of a segment."""
    with tf.GradientTape() as tape:
        logits, *states = model([part[:, :-1], *states], training=False)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(part[:, 1:], logits))
    found = tape.gradient(loss, model.trainable_variables)
    return (
        tf.nn.log_softmax(logits)[0].numpy(),
        states,
        [tf.convert_to_tensor(g).numpy() for g in found],
    )


def test_scales_are_root_mean_squares_over_segments_of_the_text(model: keras.Model) -> None:
    found = dynamic.gradient_scales(model, LSTM, BEFORE, OPTIONS)
    squares = []
    for start in np.linspace(0, 40 - 11, 7).astype(int):
        part = tf.constant(BEFORE[start : start + 11][np.newaxis])
        _, *states = model([part[:, :5], *zero_states(LSTM, 1)], training=False)
        squares.append([np.square(g) for g in graded(model, part[:, 5:], states)[2]])
    for scale, *of_segments in zip(found, *squares, strict=True):
        expected = np.sqrt(np.mean(of_segments, axis=0))
        np.testing.assert_allclose(scale, expected, rtol=1e-3, atol=1e-6)


def test_decay_all_the_way_forgets_all_but_the_last_step(model: keras.Model) -> None:
    """A weight whose scale is at least the mean is back at its trained value before it moves."""
    trained = model.get_weights()
    scales = [np.ones_like(w) for w in trained]
    first = [tf.constant(w) for w in trained]
    learn = dynamic._learning(model, first, scales, only_learning(decay=1.0))
    row = tf.constant(TEXT[np.newaxis])
    zeros = zero_states(LSTM, 1)
    for start in (0, 6, 0):
        part = row[:, start : start + 6]
        gradients = graded(model, part, zeros)[2]
        learn(part[:, :-1], part[:, 1:], zeros)
        for w, g, value in zip(model.get_weights(), gradients, trained, strict=True):
            np.testing.assert_allclose(w, value - 0.02 * g / 1.5, rtol=1e-4, atol=1e-6)
    model.set_weights(trained)


def test_the_trained_weights_are_there_again_at_the_end(model: keras.Model) -> None:
    before = model.get_weights()
    dynamic.dynamic(model, LSTM, BEFORE, TEXT, OPTIONS)
    for now, then in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, then)


def test_a_later_character_changes_no_earlier_prediction(model: keras.Model) -> None:
    whole = dynamic.dynamic(model, LSTM, BEFORE, TEXT, OPTIONS)
    for place in (4, 12, len(TEXT) - 1):
        other = TEXT.copy()
        other[place] = (other[place] + 1) % V
        changed = dynamic.dynamic(model, LSTM, BEFORE, other, OPTIONS)
        np.testing.assert_array_equal(changed[: place + 1], whole[: place + 1])
        assert (changed[place + 1 :] != whole[place + 1 :]).any() == (place < len(TEXT) - 1)


def test_a_segment_learns_only_once_it_is_coded(model: keras.Model) -> None:
    found = dynamic.dynamic(model, LSTM, BEFORE, TEXT, OPTIONS)
    fixed = dynamic.static(model, LSTM, BEFORE, TEXT, OPTIONS.segment)
    np.testing.assert_array_equal(found[:5], fixed[:5])
    assert (found[5] != fixed[5]).any()


def test_what_returns_costs_less_each_time(model: keras.Model) -> None:
    text = np.tile(TEXT[:10], 30)
    options = only_learning(learning_rate=0.1, decay=0.0)
    found = costs(dynamic.dynamic(model, LSTM, BEFORE, text, options), text)
    assert found[-100:].mean() < 0.7 * found[:50].mean()


def test_too_little_text_to_measure_gradients_on_is_said(model: keras.Model) -> None:
    with pytest.raises(UserError, match=r"10 characters stand before .* needs 11"):
        dynamic.dynamic(model, LSTM, BEFORE[:10], TEXT, OPTIONS)
    dynamic.dynamic(model, LSTM, BEFORE[:11], TEXT, OPTIONS)


def test_nothing_is_dropped() -> None:
    assert dynamic.whole(LSTM) == LSTM.model_copy(update={"dropout": 0.0, "weight_drop": 0.0})
    named = [[w.path for w in build(a, V).weights] for a in (LSTM, dynamic.whole(LSTM))]
    assert named[0] == named[1]
