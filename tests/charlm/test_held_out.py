"""What held-out texts cost: means over seeds, by split and by block, and how sure they are."""

import json
from pathlib import Path

import numpy as np
import pytest

from charlm.test_evaluation import BEFORE, ONE_LSTM, TEXT, V, opinionated
from textrnn import weights
from textrnn.charlm import blocks, evaluation, held_out
from textrnn.charlm.model import build

HISTORIES = {3: [{"loss": 9.0}, {"loss": 1.5}], 8: [{"loss": 2.5}]}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """The weights of two seeds."""
    folder = tmp_path_factory.mktemp("seeds")
    found = {seed: folder / f"{seed}.safetensors" for seed in (3, 8)}
    for seed, file in found.items():
        weights.save(opinionated(ONE_LSTM, seed=seed), file)
    return found


def coded(files: dict[int, Path], texts: dict[str, evaluation.Ids]) -> held_out.Costs:
    return held_out.code(build(ONE_LSTM, V), ONE_LSTM, files, texts, 4)


def test_each_seed_codes_each_text_after_all_before_it(files: dict[int, Path]) -> None:
    train, valid, test = BEFORE, TEXT[:17], TEXT[17:]
    found = coded(files, {"train": train, "valid": valid, "test": test})
    assert list(found) == ["valid", "test"]
    for split, before in (("valid", train), ("test", np.concatenate([train, valid]))):
        text = {"valid": valid, "test": test}[split]
        for i, seed in enumerate(files):
            one = opinionated(ONE_LSTM, seed=seed)
            carried = evaluation.nats_carried(one, ONE_LSTM, before, text)
            windowed = evaluation.nats_windowed(one, ONE_LSTM, before, text, 4)
            np.testing.assert_allclose(found[split][held_out.CARRIED][i], carried / np.log(2))
            np.testing.assert_allclose(found[split][held_out.WINDOWED][i], windowed / np.log(2))


def test_a_text_that_is_empty_is_left_out(files: dict[int, Path]) -> None:
    found = coded(files, {"train": BEFORE, "valid": TEXT[:0], "test": TEXT})
    assert list(found) == ["test"]
    assert coded(files, {"train": BEFORE, "valid": TEXT[:0], "test": TEXT[:0]}) == {}


def test_figures_are_means_over_seeds() -> None:
    costs = {
        "valid": {held_out.CARRIED: np.ones((2, 5)), held_out.WINDOWED: np.ones((2, 5))},
        "test": {
            held_out.CARRIED: np.array([[1.0, 2.0], [3.0, 5.0]]),
            held_out.WINDOWED: np.array([[2.0, 2.0], [4.0, 6.0]]),
        },
    }
    found = held_out.summary(costs, HISTORIES)
    assert found["train"] == {"nats_per_char": 2.0}
    assert found["test"] == {"bits_per_char": 2.75, "window_bits_per_char": 3.5}
    assert found["seeds"] == {"n": 2, "std": pytest.approx(2.5 / np.sqrt(2))}
    json.dumps(found)


def test_nothing_held_out_and_one_seed_have_no_spread() -> None:
    found = held_out.summary({}, {8: HISTORIES[8]})
    assert found == {"train": {"nats_per_char": 2.5}, "seeds": {"n": 1}}
    assert len(held_out.by_block({}, {})) == 0


def test_a_longer_text_has_an_interval_that_of_the_mean_over_seeds() -> None:
    random = np.random.default_rng(1)
    seeds = random.exponential(size=(2, blocks.FEWEST * blocks.BLOCK))
    costs = {"test": {held_out.CARRIED: seeds, held_out.WINDOWED: seeds}}
    found = held_out.summary(costs, HISTORIES)["test"]
    assert found["bits_per_char_low"] < found["bits_per_char"] < found["bits_per_char_high"]
    both = blocks.interval("bits_per_char", blocks.means(seeds.mean(axis=0)))
    assert both.items() <= found.items()
    text = "ab" * (seeds.shape[1] // 2)
    by_block = held_out.by_block(costs, {"test": text})
    np.testing.assert_allclose(
        by_block["bits_per_char"], seeds.mean(axis=0).reshape(blocks.FEWEST, -1).mean(axis=1)
    )
