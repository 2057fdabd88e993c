"""A text coded while it is learnt: all four ways of it, on a page of real English."""

import json
from collections.abc import Mapping
from pydoc_data.topics import topics

import numpy as np
import numpy.typing as npt
import pytest

from textrnn.backend import keras, tf
from textrnn.charlm import adaptation, alphabet, blocks, dynamic
from textrnn.charlm.model import build, zero_states
from textrnn.params.adaptation import Adaptation, Dynamic, GrowingNGrams, Mixing
from textrnn.params.character_model import Architecture

LSTM = Architecture(
    embedding=16, cell="LSTM", units=64, layers=1, dropout=0.1, locked=True, weight_drop=0.0
)
OPTIONS = Adaptation(
    dataset="page",
    dynamic=Dynamic(segment=20, learning_rate=0.003, decay=0.0, floor=0.5, samples=20),
    ngrams=GrowingNGrams(context=6),
    mixing=Mixing(learning_rate=0.005),
)
WAYS = ("static", "dynamic", "ngrams", "mixed")

Ids = npt.NDArray[np.int32]


@pytest.fixture(scope="module")
def page() -> Ids:
    """What Python says of its data model: English that every machine has."""
    text = topics["specialnames"][:6000]
    return alphabet.of(text).encode(text)


@pytest.fixture(scope="module")
def model(page: Ids) -> keras.Model:
    """A small model, trained for some seconds on the characters before."""
    keras.utils.set_random_seed(1)
    model = build(dynamic.whole(LSTM), int(page.max()) + 1)
    optimizer = keras.optimizers.Adam(0.01)

    @tf.function  # type: ignore[untyped-decorator]
    def step(windows: tf.Tensor) -> None:
        with tf.GradientTape() as tape:
            logits, *_ = model([windows[:, :-1], *zero_states(LSTM, 32)], training=True)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(windows[:, 1:], logits)
            loss = tf.reduce_mean(losses)
        found = tape.gradient(loss, model.trainable_variables)
        optimizer.apply([tf.convert_to_tensor(g) for g in found], model.trainable_variables)

    draw = np.random.default_rng(1)
    for _ in range(300):
        starts = draw.integers(0, 4000 - 41, 32)
        step(tf.constant(page[starts[:, np.newaxis] + np.arange(41)]))
    return model


@pytest.fixture(scope="module")
def costs(model: keras.Model, page: Ids) -> Mapping[str, adaptation.Bits]:
    return adaptation.code(model, LSTM, page[:4000], page[4000:], OPTIONS)


def test_each_way_that_learns_is_better_than_what_it_has_learnt_from(
    costs: Mapping[str, adaptation.Bits],
) -> None:
    assert tuple(costs) == WAYS
    mean = {name: float(cost.mean()) for name, cost in costs.items()}
    assert mean["dynamic"] < mean["static"] - 0.1
    assert mean["mixed"] < min(mean["dynamic"], mean["ngrams"])


def test_a_later_character_changes_no_earlier_cost(
    model: keras.Model, page: Ids, costs: Mapping[str, adaptation.Bits]
) -> None:
    """Characters that never came before stand in for the end: nothing before it knows."""
    place = 4000 + 333  # within a segment
    other = page.copy()
    other[place:] = np.random.default_rng(2).permutation(page[place:])
    other[place] = (page[place] + 1) % (page.max() + 1)
    changed = adaptation.code(model, LSTM, page[:4000], other[4000:], OPTIONS)
    for name in WAYS:
        np.testing.assert_array_equal(changed[name][:333], costs[name][:333])
        assert changed[name][333] != costs[name][333]


def test_a_rerun_gives_the_same_bits(
    model: keras.Model, page: Ids, costs: Mapping[str, adaptation.Bits]
) -> None:
    again = adaptation.code(model, LSTM, page[:4000], page[4000:], OPTIONS)
    for name in WAYS:
        np.testing.assert_array_equal(again[name], costs[name])


def test_the_summary_is_of_means() -> None:
    found = adaptation.summary({"static": np.array([1.0, 4.0]), "mixed": np.array([0.5, 0.5])})
    test = {"static_bits_per_char": 2.5, "mixed_bits_per_char": 0.5}
    assert json.loads(json.dumps(found)) == {"test": test, "characters": 2}


def test_a_longer_text_has_intervals_and_blocks() -> None:
    text = "a" * blocks.FEWEST * blocks.BLOCK
    costs = {"static": np.random.default_rng(1).exponential(size=len(text))}
    means = blocks.means(costs["static"])
    found = adaptation.summary(costs)["test"]
    assert found == {
        "static_bits_per_char": float(costs["static"].mean()),
        **blocks.interval("static_bits_per_char", means),
    }
    assert len(found) == 3
    table = adaptation.by_block(costs, text)
    assert list(table["bits_per_char"]) == list(means)
    assert set(table["coder"]) == {"static"}


def test_the_curve_is_of_parts_in_order() -> None:
    found = adaptation.curve({"a": np.arange(5.0), "b": np.ones(5)}, parts=2)
    assert found.to_dict("list") == {
        "coder": ["a", "a", "b", "b"],
        "character": [3, 5, 3, 5],
        "bits_per_char": [1.0, 3.5, 1.0, 1.0],
    }
    assert list(adaptation.curve({"a": np.ones(3)})["character"]) == [1, 2, 3]
