"""Two coders of one text: the difference by block, and what is refused."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from textrnn import tables
from textrnn.charlm import blocks, comparison
from textrnn.errors import UserError

random = np.random.default_rng(1)
TEXT = "".join(random.choice([*"abc \n"], 12_345))
COSTS = random.random(len(TEXT)) + np.repeat(random.random(5), 2469)


@pytest.fixture(autouse=True)
def _short_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 1000)


def of(costs: blocks.Bits, text: str = TEXT) -> pd.DataFrame:
    return blocks.table(text, blocks.means(costs))


def test_the_difference_is_that_of_the_means_with_its_sign() -> None:
    other = COSTS + 0.25 + random.normal(size=len(TEXT))
    found = comparison.pair(of(COSTS), of(other))
    assert found["difference"] == pytest.approx(COSTS.mean() - other.mean())
    assert found["difference_low"] < found["difference"] < found["difference_high"] < 0
    turned = comparison.pair(of(other), of(COSTS))
    assert turned["difference"] == -found["difference"]


def test_what_is_hard_for_both_says_nothing_of_their_difference() -> None:
    """The paired interval is that of the difference, far narrower than either coder's own."""
    found = comparison.pair(of(COSTS), of(COSTS + 0.1))
    assert found["difference_low"] == pytest.approx(-0.1)
    assert found["difference_high"] == pytest.approx(-0.1)
    own = blocks.interval("cost", blocks.means(COSTS))
    assert own["cost_high"] - own["cost_low"] > 0.05


@pytest.mark.parametrize("other", [TEXT[:-1], TEXT[:-1] + "x", TEXT + TEXT[:1000]])
def test_another_text_is_refused(other: str) -> None:
    costs = np.ones(len(other))
    with pytest.raises(UserError, match="the two did not code the same text"):
        comparison.pair(of(COSTS), of(costs, other))


def test_a_short_text_has_a_difference_without_an_interval() -> None:
    costs = COSTS[:500]
    found = comparison.pair(of(costs, TEXT[:500]), of(costs - 0.5, TEXT[:500]))
    assert found == {"difference": pytest.approx(0.5)}


def test_files_are_read_as_they_were_written(tmp_path: Path) -> None:
    texts = {"valid": TEXT[:1500], "test": TEXT[1500:]}
    costs = {"valid": COSTS[:1500], "test": COSTS[1500:]}
    means = {split: blocks.means(c) for split, c in costs.items()}
    model, baselines = tmp_path / "model", tmp_path / "baselines"
    tables.write_table(blocks.of_splits(texts, means), model / blocks.FILE)
    named = {
        name: {split: m + more for split, m in means.items()}
        for name, more in {"ppmd": 0.5, "ngrams": 0.25}.items()
    }
    tables.write_table(blocks.of_coders(texts, named), baselines / blocks.FILE)
    found = {
        name: comparison.pair(comparison.of_model(model), other)["difference"]
        for name, other in comparison.of_coders(baselines).items()
    }
    assert found == {"ppmd": pytest.approx(-0.5), "ngrams": pytest.approx(-0.25)}


def test_where_nothing_is_held_out_nothing_is_compared(tmp_path: Path) -> None:
    empty = blocks.of_splits({}, {}).assign(coder=[])
    tables.write_table(empty, tmp_path / blocks.FILE)
    assert comparison.of_coders(tmp_path) == {}
    nothing = comparison.of_model(tmp_path)
    with pytest.raises(UserError, match="no test text was coded"):
        comparison.pair(nothing, nothing)


def test_ways_are_contrasted_with_baselines_and_with_the_one_that_does_not_learn() -> None:
    """A baseline may bear the name of a way."""
    ways = {"static": of(COSTS), "ngrams": of(COSTS - 0.25)}
    found = comparison.contrast(ways, {"ngrams": of(COSTS + 0.5)})
    differences = {way: pair["difference"] for way, pair in found["against"]["ngrams"].items()}
    assert differences == {"static": pytest.approx(-0.5), "ngrams": pytest.approx(-0.75)}
    assert list(found["static"]) == ["ngrams"]
    assert found["static"]["ngrams"]["difference"] == pytest.approx(-0.25)
