"""Generated text: what a plain loop over the model writes with the same draws."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from textrnn.backend import keras, tf
from textrnn.charlm import sampling
from textrnn.charlm.alphabet import Alphabet
from textrnn.charlm.model import build, zero_states
from textrnn.errors import UserError
from textrnn.params.character_model import Architecture
from textrnn.params.sampling import Sampling

KNOWN = Alphabet("\n abcdef")
SCALES = [1.0, 2.0, 0.5, None]
START = KNOWN.encode("abc d")
LENGTH = 25


def architecture(cell: str = "LSTM", layers: int = 1) -> Architecture:
    values: dict[str, Any] = {"cell": cell, "layers": layers}
    return Architecture(embedding=3, units=5, dropout=0.0, locked=False, weight_drop=0.0, **values)


def opinionated(options: Architecture) -> keras.Model:
    """A model that is neither sure nor indifferent."""
    model = build(options, KNOWN.size)
    draw = np.random.default_rng(4)
    model.set_weights([draw.normal(size=w.shape).astype(np.float32) for w in model.weights])
    return model


LSTM = architecture()


@pytest.fixture(scope="module")
def model() -> keras.Model:
    return opinionated(LSTM)


def reader(model: keras.Model, options: Architecture) -> Callable[[list[int]], Any]:
    """The function from what was read, from a zero state, to the logits [V] of what comes next."""

    @tf.function(input_signature=[tf.TensorSpec([1, None], tf.int32)])  # type: ignore[untyped-decorator]
    def read(seen: tf.Tensor) -> tf.Tensor:
        logits, *_ = model([seen, *zero_states(options, 1)])
        return logits[0, -1]

    return lambda seen: read(tf.constant([seen], tf.int32)).numpy()


def drawn(logits: Any, scale: float | None, seed: int, step: int, row: int) -> int:
    """The character that text `row` draws at a step, by itself: numbers of its own for each."""
    uniform = tf.random.stateless_uniform(
        (len(SCALES), len(logits)), tf.constant([seed, step], tf.int64), alg="philox"
    )
    noise = 0 if scale is None else -np.log(-np.log(np.asarray(uniform)[row]))
    return int(np.argmax(logits * np.float32(scale or 1) + noise))


def plain_loop(
    model: keras.Model, options: Architecture, seed: int, window: int | None
) -> list[list[int]]:
    """The book's `sample()`: read all (or the last `window`) anew for each character."""
    read, written = reader(model, options), []
    for row, scale in enumerate(SCALES):
        seen = list(START)
        for step in range(LENGTH):
            logits = read(seen if window is None else seen[-window:])
            seen.append(drawn(logits, scale, seed, step, row))
        written.append(seen[len(START) :])
    return written


@pytest.mark.parametrize(("cell", "layers"), [("LSTM", 1), ("LSTM", 2), ("GRU", 1)])
def test_carried_is_what_reading_everything_anew_gives(cell: str, layers: int) -> None:
    options = architecture(cell, layers)
    model = opinionated(options)
    found = sampling.carried(model, options, START, LENGTH, SCALES, 3)
    assert found.shape == (len(SCALES), LENGTH)
    assert found.tolist() == plain_loop(model, options, 3, None)


@pytest.mark.parametrize("window", [1, 3, 5, 12])
def test_windowed_reads_the_last_characters_alone(model: keras.Model, window: int) -> None:
    """Also where the start is longer than the window (1, 3), or fills it later (12)."""
    found = sampling.windowed(model, LSTM, START, LENGTH, SCALES, 3, window)
    assert found.shape == (len(SCALES), LENGTH)
    assert found.tolist() == plain_loop(model, LSTM, 3, window)


def test_a_window_as_long_as_the_text_is_the_carried_state(model: keras.Model) -> None:
    everything = sampling.windowed(model, LSTM, START, LENGTH, SCALES, 3, len(START) + LENGTH)
    carried = sampling.carried(model, LSTM, START, LENGTH, SCALES, 3)
    np.testing.assert_array_equal(everything, carried)


def test_greedy_takes_the_likeliest(model: keras.Model) -> None:
    """Whatever the seed: it draws nothing."""
    one, other = (sampling.carried(model, LSTM, START, LENGTH, [None], seed) for seed in (1, 2))
    np.testing.assert_array_equal(one, other)
    read, seen = reader(model, LSTM), list(START)
    for character in one[0]:
        assert character == np.argmax(read(seen))
        seen.append(character)


def test_the_seed_decides(model: keras.Model) -> None:
    for write in (
        lambda seed: sampling.carried(model, LSTM, START, LENGTH, [0.5], seed),
        lambda seed: sampling.windowed(model, LSTM, START, LENGTH, [0.5], seed, 4),
    ):
        first = write(1)
        tf.random.set_seed(7)
        np.testing.assert_array_equal(write(1), first)
        assert (write(2) != first).any()


def test_texts_side_by_side_have_random_numbers_of_their_own(model: keras.Model) -> None:
    found = sampling.carried(model, LSTM, START, LENGTH, [0.5, 0.5], 1)
    assert (found[0] != found[1]).any()


def test_scale_factors_sharpen_and_flatten() -> None:
    """Drawn often from one distribution, frequencies are the softmax of the scaled logits."""
    model = build(LSTM, KNOWN.size)
    logits = np.linspace(-1, 1, KNOWN.size).astype(np.float32)
    model.set_weights([*(np.zeros_like(w) for w in model.get_weights()[:-1]), logits])
    found = sampling.carried(model, LSTM, START, 4000, [1.0, 2.0, 0.5], 1)
    for scale, row in zip([1.0, 2.0, 0.5], found, strict=True):
        expected = np.exp(scale * logits) / np.exp(scale * logits).sum()
        frequencies = np.bincount(row, minlength=KNOWN.size) / len(row)
        np.testing.assert_allclose(frequencies, expected, atol=0.03)


# ---------------------------------------------------------------- texts


OPTIONS = Sampling(start="abc d", length=12, window=4, scale_factors=[1.0, 0.5], seed=1)
NAMES = ["scale-1.0", "scale-0.5", "greedy"]


def test_texts_are_named_and_begin_with_the_start(model: keras.Model) -> None:
    found = sampling.texts(model, LSTM, KNOWN, OPTIONS)
    assert list(found) == [f"{way}-{name}" for way in ("carried", "window") for name in NAMES]
    rows = {
        "carried": sampling.carried(model, LSTM, START, 12, [1.0, 0.5, None], 1),
        "window": sampling.windowed(model, LSTM, START, 12, [1.0, 0.5, None], 1, 4),
    }
    for way, ids in rows.items():
        for name, row in zip(NAMES, ids, strict=True):
            assert found[f"{way}-{name}"] == "abc d" + KNOWN.decode(row)


def test_a_start_that_the_model_does_not_know_is_named(model: keras.Model) -> None:
    with pytest.raises(UserError, match=r"does not know the character 'Z' \(U\+005A\)"):
        sampling.texts(model, LSTM, KNOWN, OPTIONS.model_copy(update={"start": "abZ"}))


def test_texts_are_files(tmp_path: Path) -> None:
    sampling.write({"greedy": "a\r\nb", "scale-1.0": "é"}, tmp_path / "samples")
    found = {file.name: file.read_bytes() for file in (tmp_path / "samples").iterdir()}
    assert found == {"greedy.txt": b"a\r\nb\n", "scale-1.0.txt": "é\n".encode()}
