"""N-grams that grow with the text: the definition written out, and what they may not know."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textrnn.charlm import growing_ngrams, kneser_ney

V = 5  # one character more than texts are made of
characters = st.lists(st.integers(0, 3), min_size=1, max_size=25)
contexts = st.integers(0, 4)


def grams(text: list[int], n: int, longest: int) -> Counter[tuple[int, ...]]:
    """Count n-grams: the longest each time, others once for each character they were met after."""
    every = [tuple(text[i : i + n]) for i in range(len(text) - n + 1)]
    longer = {tuple(text[i : i + n + 1]) for i in range(len(text) - n)}
    return Counter(every) if n == longest else Counter(gram[1:] for gram in longer)


def discounts(counts: Counter[tuple[int, ...]]) -> list[float]:
    of = Counter(counts.values())
    once, twice, thrice, four = (of[k] + 0.5 for k in (1, 2, 3, 4))
    share = once / (once + 2 * twice)
    return [
        np.clip(1 - 2 * share * twice / once, 0.05, 0.95),
        np.clip(2 - 3 * share * thrice / twice, 0.05, 1.95),
        np.clip(3 - 4 * share * four / thrice, 0.05, 2.95),
    ]


def expected(before: list[int], read: list[int], longest: int) -> tuple[list[float], int]:
    """Return p of each character after what was read, and the length of the known context."""
    p, known = [1 / V] * V, 0
    for n in range(1, longest + 1):
        if len(read) < n - 1:
            break
        found = grams(read, n, longest)
        after = {g[-1]: c for g, c in found.items() if g[:-1] == tuple(read[len(read) - n + 1 :])}
        if not after:
            break
        taken = {c: discounts(grams(before, n, longest))[min(k, 3) - 1] for c, k in after.items()}
        total, rest = sum(after.values()), sum(taken.values())
        p = [(after.get(c, 0) - taken.get(c, 0) + rest * p[c]) / total for c in range(V)]
        known = n - 1
    return p, known


@given(characters, characters, contexts)
def test_each_prediction_is_the_definition_s(
    before: list[int], text: list[int], context: int
) -> None:
    found, matched = growing_ngrams.log_probabilities(np.array(before), np.array(text), V, context)
    for i in range(len(text)):
        p, known = expected(before, before + text[:i], context + 1)
        np.testing.assert_allclose(np.exp(found[i]), p, rtol=1e-5)
        assert matched[i] == known


@given(characters, characters, contexts)
def test_every_prediction_sums_to_one_and_excludes_nothing(
    before: list[int], text: list[int], context: int
) -> None:
    found, _ = growing_ngrams.log_probabilities(np.array(before), np.array(text), V, context)
    assert found.dtype == np.float32
    assert np.isfinite(found).all()
    np.testing.assert_allclose(np.exp(found.astype(np.float64)).sum(axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize("context", [0, 1, 3, 8])
def test_before_it_grows_it_is_the_static_model(context: int) -> None:
    draw = np.random.default_rng(1)
    before = draw.integers(0, 4, 300)
    found, _ = growing_ngrams.log_probabilities(before, np.array([0]), V, context)
    bits = [
        kneser_ney.bits(before, np.array([c]), V, context + 1)[context + 1][0] for c in range(V)
    ]
    np.testing.assert_allclose(-found[0] / np.log(2), bits, rtol=1e-5)


def test_a_later_character_changes_no_earlier_prediction() -> None:
    draw = np.random.default_rng(2)
    before, text = draw.integers(0, 4, 50), draw.integers(0, 4, 40)
    whole, known = growing_ngrams.log_probabilities(before, text, V, 4)
    for place in (0, 17, 39):
        other = text.copy()
        other[place] = V - 1  # one that stands nowhere else
        changed, also = growing_ngrams.log_probabilities(before, other, V, 4)
        np.testing.assert_array_equal(changed[: place + 1], whole[: place + 1])
        np.testing.assert_array_equal(also[: place + 1], known[: place + 1])
        if place < 39:
            assert (changed[place + 1] != whole[place + 1]).any()


def test_what_was_coded_is_cheap_when_it_comes_again() -> None:
    draw = np.random.default_rng(3)
    passage = draw.integers(0, 4, 60)
    text = np.tile(passage, 2)
    found, matched = growing_ngrams.log_probabilities(draw.integers(0, 4, 500), text, V, 8)
    costs = -found[np.arange(120), text] / np.log(2)
    assert costs[60:].mean() < 0.6 * costs[:60].mean()
    assert (matched[70:] == 8).all()
