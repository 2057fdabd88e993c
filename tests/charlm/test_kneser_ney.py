"""The n-gram model, against its definition written out, and its probabilities' sum."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textrnn.charlm import kneser_ney

ids = st.lists(st.integers(0, 3), min_size=1, max_size=30)
ALPHABET = 5  # one character more than texts are made of


def probability(train: list[int], before: list[int], character: int, n: int) -> float:
    """Return p of a character after others, by dictionaries and by recursion."""

    def counts(length: int) -> Counter[tuple[int, ...]]:
        grams = [tuple(train[i : i + length]) for i in range(len(train) - length + 1)]
        if length == n:
            return Counter(grams)
        longer = {tuple(train[i : i + length + 1]) for i in range(len(train) - length)}
        return Counter(gram[1:] for gram in longer)

    def p(length: int) -> float:
        if length == 0:
            return 1 / ALPHABET
        context = tuple(before[len(before) - length + 1 :])
        found = counts(length)
        after = {g[-1]: c for g, c in found.items() if g[:-1] == context}
        if len(context) < length - 1 or not after:
            return p(length - 1)
        of = Counter(found.values())
        once, twice, thrice, four = (of[k] + 0.5 for k in (1, 2, 3, 4))
        share = once / (once + 2 * twice)
        discounts = [
            np.clip(1 - 2 * share * twice / once, 0.05, 0.95),
            np.clip(2 - 3 * share * thrice / twice, 0.05, 1.95),
            np.clip(3 - 4 * share * four / thrice, 0.05, 2.95),
        ]
        taken = {c: discounts[min(k, 3) - 1] for c, k in after.items()}
        kept = after.get(character, 0) - taken.get(character, 0)
        return float((kept + sum(taken.values()) * p(length - 1)) / sum(after.values()))

    return p(n)


@given(ids, ids, st.integers(1, 4))
def test_bits_are_those_of_the_definition(train: list[int], text: list[int], orders: int) -> None:
    found = kneser_ney.bits(np.array(train), np.array(text), ALPHABET, orders)
    assert list(found) == list(range(1, orders + 1))
    whole = train + text
    for n, costs in found.items():
        places = range(len(train), len(whole))
        expected = [probability(train, whole[:i], whole[i], n) for i in places]
        np.testing.assert_allclose(2.0**-costs, expected, rtol=1e-9)


@pytest.mark.parametrize("context", [[0, 1], [1, 0], [4, 4], [2, 4]])
def test_probabilities_of_all_characters_sum_to_one(context: list[int]) -> None:
    train = np.random.default_rng(1).integers(0, 4, 200)
    texts = [np.array([*context, c]) for c in range(ALPHABET)]
    for n in (1, 2, 3):
        found = [2.0 ** -kneser_ney.bits(train, text, ALPHABET, 3)[n][-1] for text in texts]
        assert min(found) > 0
        assert sum(found) == pytest.approx(1)


def test_a_longer_memory_learns_a_longer_rhythm() -> None:
    costs = kneser_ney.bits(np.tile([0, 0, 1], 300), np.tile([0, 0, 1], 50), 2, 3)
    assert costs[3].mean() < 0.02 < 0.3 < costs[2].mean() < costs[1].mean()
