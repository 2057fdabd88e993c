"""Mixing: by hand where it is short, and what it may not know of the characters to come."""

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

from textrnn.charlm import mixing

Array = npt.NDArray[np.float32]

N, V = 30, 4
draw = np.random.default_rng(1)
TEXT = draw.integers(0, V, N)
ONE_SET = np.zeros(N, np.int64)


def opinions(seed: int, count: int = N) -> Array:
    """Predictions that differ from place to place."""
    logits = np.random.default_rng(seed).normal(size=(count, V)) * 2
    found: Array = (logits - np.log(np.exp(logits).sum(1, keepdims=True))).astype(np.float32)
    return found


def costs(log_p: Array, text: npt.NDArray[np.int64]) -> Array:
    found: Array = -log_p[np.arange(len(text)), text]
    return found


@given(st.lists(st.integers(0, 99), min_size=1, max_size=4), st.floats(0, 2), st.integers(1, 5))
def test_a_mixture_is_a_distribution(seeds: list[int], rate: float, sets: int) -> None:
    contexts = [np.arange(N) % (k + 1) for k in range(sets)]
    found = mixing.mix([opinions(s) for s in seeds], contexts, TEXT, rate)
    assert found.dtype == np.float32
    np.testing.assert_allclose(np.exp(found.astype(np.float64)).sum(axis=1), 1, rtol=1e-5)


def test_without_a_rate_it_is_the_geometric_mean() -> None:
    parts = [opinions(s) for s in (1, 2, 3)]
    product = np.exp(np.mean(parts, axis=0, dtype=np.float64))
    expected = product / product.sum(axis=1, keepdims=True)
    found = mixing.mix(parts, [ONE_SET, TEXT], TEXT, 0.0)
    np.testing.assert_allclose(np.exp(found), expected, rtol=1e-5)


def test_one_prediction_with_no_rate_is_left_as_it_is() -> None:
    np.testing.assert_allclose(mixing.mix([opinions(1)], [ONE_SET], TEXT, 0.0), opinions(1), 1e-5)


def test_a_step_by_hand() -> None:
    """Predictions 0.8 and 0.5 of character 0, twice; it comes, so the first one's weight grows.

    The geometric mean of (0.8, 0.2) and (0.5, 0.5) is (2, 1) / 3. The gradient of -ln p for the
    first weight is E[ln p] - ln 0.8 = 2/3 ln 0.8 + 1/3 ln 0.2 - ln 0.8 = 1/3 ln 0.25; for the
    second it is 0. A rate of 0.3 makes the first weight 1/2 + 0.1 ln 4, and the odds 4 to it.
    """
    parts = [np.log(np.array([[0.8, 0.2]] * 2, np.float32)), np.log(np.full((2, 2), 0.5, "f"))]
    found = mixing.mix(parts, [np.zeros(2, np.int64)], np.zeros(2, np.int64), 0.3)
    np.testing.assert_allclose(np.exp(found[0]), [2 / 3, 1 / 3], rtol=1e-5)
    odds = 4 ** (0.5 + 0.1 * np.log(4))
    np.testing.assert_allclose(np.exp(found[1]), [odds / (1 + odds), 1 / (1 + odds)], rtol=1e-5)


def test_sets_add_up_and_only_chosen_weights_move() -> None:
    """Two sets halve the start and double the step; a context that comes first starts anew."""
    parts = [opinions(1), opinions(2)]
    twice = mixing.mix(parts, [ONE_SET, ONE_SET], TEXT, 0.1)
    np.testing.assert_allclose(twice, mixing.mix(parts, [ONE_SET], TEXT, 0.2), rtol=1e-4)
    apart = mixing.mix(parts, [np.arange(N)], TEXT, 0.1)  # each place has weights of its own
    np.testing.assert_allclose(apart, mixing.mix(parts, [ONE_SET], TEXT, 0.0), rtol=1e-4)


def test_a_later_character_changes_no_earlier_mixture() -> None:
    parts, contexts = [opinions(1), opinions(2)], [ONE_SET, np.arange(N) % 3]
    whole = mixing.mix(parts, contexts, TEXT, 0.1)
    for place in (0, 11, N - 1):
        other = TEXT.copy()
        other[place] = (other[place] + 1) % V
        changed = mixing.mix(parts, contexts, other, 0.1)
        np.testing.assert_array_equal(changed[: place + 1], whole[: place + 1])
        assert (changed[place + 1 :] != whole[place + 1 :]).any() == (place < N - 1)


def test_a_context_says_whom_to_trust() -> None:
    """Each of two predictors knows the text in one context, and knows nothing in the other."""
    count = 600
    text, context = draw.integers(0, V, count), np.arange(count) % 2
    knows = np.log(np.where(np.arange(V) == text[:, None], 0.7, 0.1))
    nothing = np.full((count, V), -np.log(V))
    odd = context[:, None] == 1
    parts = [np.where(odd, knows, nothing), np.where(odd, nothing, knows)]
    found = mixing.mix([p.astype(np.float32) for p in parts], [context], text, 0.1)
    least = -np.log(0.7)
    assert costs(found, text)[-100:].mean() < least + 0.05
    without = mixing.mix([p.astype(np.float32) for p in parts], [np.zeros_like(text)], text, 0.0)
    assert costs(without, text)[-100:].mean() > least + 0.2
