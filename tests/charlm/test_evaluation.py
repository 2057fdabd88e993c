"""Bits a character: each character is coded once, as a plain numpy loop over the text has it."""

from collections.abc import Callable

import numpy as np
import pytest

from textrnn import cells
from textrnn.backend import keras
from textrnn.charlm import evaluation
from textrnn.charlm.model import build
from textrnn.params.character_model import Architecture

V = 7
ONE_LSTM = Architecture(
    embedding=3, cell="LSTM", units=4, layers=1, dropout=0.0, locked=False, weight_drop=0.0
)

Ids, Nats = evaluation.Ids, evaluation.Nats
random = np.random.default_rng(1)
BEFORE = random.integers(0, V, 23).astype(np.int32)
TEXT = random.integers(0, V, 37).astype(np.int32)


def opinionated(architecture: Architecture, vocabulary: int = V, seed: int = 1) -> keras.Model:
    """A model whose predictions differ from character to character."""
    model = build(architecture, vocabulary)
    draw = np.random.default_rng(seed)
    model.set_weights([draw.normal(size=w.shape).astype(np.float32) for w in model.weights])
    return model


@pytest.fixture(scope="module")
def model() -> keras.Model:
    return opinionated(ONE_LSTM)


def nats_after(model: keras.Model, context: Ids, character: int) -> float:
    """-ln p of a character, its whole context read from a zero state, one character at a time."""
    embeddings, kernel, recurrent, bias, to_logits, logits_bias = (
        w.astype(np.float64) for w in model.get_weights()
    )
    cell = cells.LSTM(kernel, recurrent, bias)
    states: cells.States = (np.zeros((1, cell.units)), np.zeros((1, cell.units)))
    for c in context:
        states = cell.step(embeddings[[c]], states)
    logits = (states[0] @ to_logits + logits_bias)[0]
    return float(np.log(np.exp(logits - logits.max()).sum()) + logits.max() - logits[character])


def brute_force(model: keras.Model, before: Ids, text: Ids, first: Callable[[int], int]) -> Nats:
    """-ln p of each character; `first` says where in `before + text` its context begins."""
    whole = np.concatenate([before, text])
    return np.array(
        [
            nats_after(model, whole[first(len(before) + i) : len(before) + i], c)
            for i, c in enumerate(text)
        ]
    )


# ---------------------------------------------------------------- carried


@pytest.mark.parametrize(
    ("streams", "context", "steps"),
    [(1, 23, 100), (1, 5, 7), (2, 10, 100), (5, 4, 3), (32, 1000, 100), (40, 6, 4), (37, 1, 1)],
)
def test_carried_is_what_one_character_at_a_time_gives(
    model: keras.Model, monkeypatch: pytest.MonkeyPatch, streams: int, context: int, steps: int
) -> None:
    monkeypatch.setattr(evaluation, "STREAMS", streams)
    monkeypatch.setattr(evaluation, "CONTEXT", context)
    monkeypatch.setattr(evaluation, "STEPS", steps)
    part = -(-len(TEXT) // streams)  # characters that a stream codes
    reach = min(context, len(BEFORE))

    def first(place: int) -> int:
        """A stream's state has read `reach` characters before the first that the stream codes."""
        return (place - len(BEFORE)) // part * part + len(BEFORE) - reach

    found = evaluation.nats_carried(model, ONE_LSTM, BEFORE, TEXT)
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, brute_force(model, BEFORE, TEXT, first), rtol=2e-5)


def test_the_last_character_does_not_change_the_ones_before_it(model: keras.Model) -> None:
    """A prediction sees neither its own character nor later ones."""
    other = TEXT.copy()
    other[-1] = (other[-1] + 1) % V
    left = evaluation.nats_carried(model, ONE_LSTM, BEFORE, TEXT)
    right = evaluation.nats_carried(model, ONE_LSTM, BEFORE, other)
    np.testing.assert_array_equal(left[:-1], right[:-1])
    assert left[-1] != right[-1]


@pytest.mark.parametrize("length", [1, 31, 32, 33, 65])
def test_every_character_is_coded_exactly_once(length: int) -> None:
    """A model that knows frequencies alone: the nats say which character was coded where."""
    model = build(ONE_LSTM, V)
    logits = np.log(np.arange(1, V + 1) / (V * (V + 1) / 2)).astype(np.float32)
    model.set_weights([*(np.zeros_like(w) for w in model.get_weights()[:-1]), logits])
    text = random.integers(0, V, length).astype(np.int32)
    for found in (
        evaluation.nats_carried(model, ONE_LSTM, BEFORE, text),
        evaluation.nats_windowed(model, ONE_LSTM, BEFORE, text, 4),
    ):
        np.testing.assert_allclose(found, -logits[text], rtol=1e-5)


def test_the_first_character_needs_one_before_it(model: keras.Model) -> None:
    with pytest.raises(ValueError, match="nothing stands before"):
        evaluation.nats_carried(model, ONE_LSTM, BEFORE[:0], TEXT)


@pytest.mark.parametrize(("cell", "layers"), [("GRU", 1), ("SimpleRNN", 2), ("LSTM", 2)])
def test_other_cells_carry_their_states_too(
    monkeypatch: pytest.MonkeyPatch, cell: str, layers: int
) -> None:
    """Cut into calls of three characters, a text costs what it does in one call."""
    architecture = ONE_LSTM.model_copy(update={"cell": cell, "layers": layers, "dropout": 0.5})
    model = opinionated(architecture)
    whole = evaluation.nats_carried(model, architecture, BEFORE, TEXT)
    monkeypatch.setattr(evaluation, "STEPS", 3)
    found = evaluation.nats_carried(model, architecture, BEFORE, TEXT)
    np.testing.assert_allclose(found, whole, rtol=1e-5)
    assert np.ptp(whole) > 0.1


# ---------------------------------------------------------------- windowed


@pytest.mark.parametrize("steps", [1, 4, 37, 50])
def test_windowed_starts_each_window_from_nothing(model: keras.Model, steps: int) -> None:
    """As the book trains: a window's first character is predicted from one character."""
    found = evaluation.nats_windowed(model, ONE_LSTM, BEFORE, TEXT, steps)

    def first(place: int) -> int:
        return (place - len(BEFORE)) // steps * steps + len(BEFORE) - 1

    np.testing.assert_allclose(found, brute_force(model, BEFORE, TEXT, first), rtol=2e-5)


# ---------------------------------------------------------------- means


def test_nats_of_a_uniform_model_are_the_logarithm_of_its_alphabet() -> None:
    model = build(ONE_LSTM, V)
    model.set_weights([np.zeros_like(w) for w in model.get_weights()])
    found = evaluation.nats_carried(model, ONE_LSTM, BEFORE, TEXT)
    np.testing.assert_allclose(found, np.log(V), rtol=1e-6)


def test_validation_is_the_mean_of_the_nats(model: keras.Model) -> None:
    validate = evaluation.validation(ONE_LSTM, BEFORE, TEXT)
    assert validate is not None
    nats = evaluation.nats_carried(model, ONE_LSTM, BEFORE, TEXT)
    assert validate(model) == {"loss": pytest.approx(nats.mean())}


def test_nothing_held_out_is_not_validated() -> None:
    assert evaluation.validation(ONE_LSTM, BEFORE, TEXT[:0]) is None


def test_windows_are_coded_some_at_a_time(
    model: keras.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = evaluation.nats_windowed(model, ONE_LSTM, BEFORE, TEXT, 4)
    monkeypatch.setattr(evaluation, "WINDOWS", 3)
    parts = evaluation.nats_windowed(model, ONE_LSTM, BEFORE, TEXT, 4)
    np.testing.assert_allclose(parts, whole, rtol=1e-6)
