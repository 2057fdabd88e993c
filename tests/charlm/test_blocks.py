"""Blocks of a text: nothing is left out, and what hangs together has a wide enough interval."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textrnn.charlm import blocks


@given(st.integers(0, 4 * blocks.BLOCK))
def test_blocks_are_the_whole_text_and_about_equally_long(length: int) -> None:
    text = "abcdefg" * (length // 7) + "h" * (length % 7)
    parts = blocks.cut(text)
    assert "".join(parts) == text
    assert len(parts) == max(1, length // blocks.BLOCK)
    lengths = [len(part) for part in parts]
    assert max(lengths) - min(lengths) <= 1
    assert length < blocks.BLOCK or min(lengths) >= blocks.BLOCK


def test_a_block_costs_what_its_characters_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 1000)
    random = np.random.default_rng(1)
    text = "".join(random.choice([*"ab é\n"], 3500))
    costs = random.random(len(text))
    table = blocks.table(text, blocks.means(costs))
    assert list(table["characters"]) == [1167, 1167, 1166]
    assert list(table["character"]) == [1167, 2334, 3500]
    expected = [costs[:1167].mean(), costs[1167:2334].mean(), costs[2334:].mean()]
    np.testing.assert_allclose(table["bits_per_char"], expected)
    assert np.average(table["bits_per_char"], weights=table["characters"]) == pytest.approx(
        costs.mean()
    )


def test_another_text_is_told_by_its_checksums() -> None:
    text = "abc" * blocks.BLOCK
    place = 2 * blocks.BLOCK + 1
    other = text[:place] + "é" + text[place + 1 :]
    costs = np.ones(3)
    left, right = blocks.table(text, costs)["text"], blocks.table(other, costs)["text"]
    assert list(left == right) == [True, True, False]


def test_splits_stand_one_after_another() -> None:
    texts = {"train": "x", "valid": "ab" * 500, "test": "c" * 2 * blocks.BLOCK}
    costs = {"valid": np.array([1.5]), "test": np.array([2.0, 3.0])}
    table = blocks.of_splits(texts, costs)
    assert list(table["split"]) == ["valid", "test", "test"]
    assert list(table["bits_per_char"]) == [1.5, 2.0, 3.0]
    nothing = blocks.of_splits(texts, {})
    pd.testing.assert_index_equal(nothing.columns, table.columns)


def test_what_hangs_together_is_less_sure_than_its_single_characters_say() -> None:
    """Of costs that stay alike for 800 characters, the interval is as wide as means do spread."""
    random = np.random.default_rng(1)

    def drawn() -> blocks.Bits:
        return np.repeat(random.exponential(size=1000), 800)

    low, high = np.percentile([drawn().mean() for _ in range(2000)], [2.5, 97.5])
    costs = drawn()
    found = blocks.interval("cost", blocks.means(costs))
    wide = found["cost_high"] - found["cost_low"]
    assert wide == pytest.approx(high - low, rel=0.25)
    alone = 2 * 1.96 * costs.std() / np.sqrt(len(costs))  # as if each were drawn apart
    assert alone < 0.1 * wide


def test_few_blocks_have_no_interval() -> None:
    costs = np.random.default_rng(1).random(blocks.FEWEST)
    assert set(blocks.interval("cost", costs)) == {"cost_low", "cost_high"}
    assert blocks.interval("cost", costs[1:]) == {}
