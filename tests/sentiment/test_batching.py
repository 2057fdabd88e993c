"""Batches of texts: the book's padded ones in order; buckets that lose and repeat nothing."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textrnn import sharding
from textrnn.backend import tf
from textrnn.params.classifier import Buckets, Padded
from textrnn.sentiment import batching

Batch = tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any]]

PADDED = Padded(method="padded", batch_size=4)
BUCKETS = Buckets(method="buckets", batch_size=4, shuffle=100, pool=12)
LENGTHS = np.random.default_rng(1).integers(1, 13, 30)


def write(folder: Path, lengths: Any, count: int = 3) -> Path:
    """A split whose text i is `[i + 1] * its length`, and whose labels alternate."""
    rows = [{"tokens": [i + 1] * int(n), "label": [i % 2]} for i, n in enumerate(lengths)]
    sharding.write(folder, "train", rows, len(rows), count)
    return folder


@pytest.fixture
def split(tmp_path: Path) -> Path:
    return write(tmp_path, LENGTHS)


def batches(source: tf.data.Dataset) -> list[Batch]:
    return list(source.as_numpy_iterator())


def places(source: tf.data.Dataset) -> list[int]:
    return [int(place) for place, _, _ in batches(source) for place in place]


def assert_padded(batch: Batch, lengths: Any) -> None:
    """Each row is its text and then zeros, to the longest of the batch and no further."""
    place, tokens, labels = batch
    longest = max(lengths[i] for i in place)
    expected = [[i + 1] * lengths[i] + [0] * (longest - lengths[i]) for i in place]
    np.testing.assert_array_equal(tokens, expected)
    np.testing.assert_array_equal(labels, [[i % 2] for i in place])


# ---------------------------------------------------------------- padded


def test_padded_batches_are_those_of_padded_batch(split: Path) -> None:
    def each() -> Any:
        for i, n in enumerate(LENGTHS):
            yield [i + 1] * n, i % 2

    spec = (tf.TensorSpec([None], tf.int64), tf.TensorSpec([], tf.int64))
    book = tf.data.Dataset.from_generator(each, output_signature=spec).padded_batch(
        4, padded_shapes=([-1], [])
    )
    for source in (batching.texts(split, PADDED, 1)(0), batching.in_order(split, PADDED)):
        found = batches(source)
        assert len(found) == 8  # the last is smaller
        for (place, tokens, labels), (text, label) in zip(found, batches(book), strict=True):
            np.testing.assert_array_equal(tokens, text)
            np.testing.assert_array_equal(labels[:, 0], label)
            assert_padded((place, tokens, labels), LENGTHS)


def test_padded_batches_are_the_same_in_every_epoch(split: Path) -> None:
    epochs = batching.texts(split, PADDED, 1)
    assert places(epochs(0)) == places(epochs(5)) == list(range(len(LENGTHS)))


@pytest.mark.parametrize("options", [PADDED, BUCKETS], ids=lambda options: options.method)
def test_no_thread_tunes_a_pipeline_since_its_end_would_wait_for_it(
    split: Path, options: Padded | Buckets
) -> None:
    for source in (batching.texts(split, options, 1)(0), batching.in_order(split, options)):
        assert source.options().autotune.enabled is False


# ---------------------------------------------------------------- buckets


@settings(max_examples=12)
@given(
    lengths=st.lists(st.integers(0, 20), min_size=1, max_size=30),
    size=st.integers(1, 5),
    shuffle=st.integers(1, 40),
    in_pool=st.integers(1, 4),
)
def test_buckets_hold_every_text_once_among_texts_of_like_length(
    tmp_path_factory: pytest.TempPathFactory,
    lengths: list[int],
    size: int,
    shuffle: int,
    in_pool: int,
) -> None:
    folder = write(tmp_path_factory.mktemp("split"), lengths)
    pool = in_pool * size
    options = Buckets(method="buckets", batch_size=size, shuffle=shuffle, pool=pool)
    for source in (batching.texts(folder, options, 1)(0), batching.in_order(folder, options)):
        found = batches(source)
        assert sorted(i for place, _, _ in found for i in place) == list(range(len(lengths)))
        for batch in found:
            assert_padded(batch, lengths)
        sizes = [len(place) for place, _, _ in found]
        assert len(found) == -(-len(lengths) // size)  # only the last pool's last is smaller
        assert sorted(sizes)[1:] == [size] * (len(sizes) - 1)


def test_a_pool_is_cut_by_length(split: Path) -> None:
    found = places(batching.in_order(split, BUCKETS))
    for first in range(0, len(LENGTHS), BUCKETS.pool):
        pool = range(first, min(first + BUCKETS.pool, len(LENGTHS)))
        assert found[first : first + len(pool)] == sorted(pool, key=lambda i: LENGTHS[i])


def test_one_pool_leaves_little_padding(tmp_path: Path) -> None:
    lengths = np.random.default_rng(2).lognormal(5, 0.7, 2000).astype(int) + 1
    options = Buckets(method="buckets", batch_size=16, shuffle=2000, pool=2000)
    padded = sum(
        t.size for _, t, _ in batches(batching.texts(write(tmp_path, lengths), options, 1)(0))
    )
    assert padded / lengths.sum() < 1.06


def test_buckets_are_shuffled_anew_in_every_epoch_and_by_every_seed(split: Path) -> None:
    epochs, other = batching.texts(split, BUCKETS, 1), batching.texts(split, BUCKETS, 2)
    orders = [places(epochs(0)), places(epochs(1)), places(other(0)), places(other(1))]
    assert len({tuple(order) for order in orders}) == 4
    assert all(sorted(order) == list(range(len(LENGTHS))) for order in orders)


def test_an_epoch_is_the_same_whatever_came_before(split: Path) -> None:
    """A run that is resumed in epoch 2 sees what a whole one sees there."""
    tf.random.set_seed(1)  # as a run begins
    epochs = batching.texts(split, BUCKETS, 1)
    whole = [places(epochs(number)) for number in (0, 1, 2)]
    tf.random.set_seed(1)
    tf.random.normal([3])
    resumed = batching.texts(split, BUCKETS, 1)
    assert places(resumed(2)) == whole[2]
    assert places(resumed(2)) == whole[2]
    assert places(epochs(0)) == whole[0]


def test_buckets_are_not_shuffled_for_evaluation(split: Path) -> None:
    first = places(batching.in_order(split, BUCKETS))
    assert first == places(batching.in_order(split, BUCKETS))


def test_places_restore_the_order_of_the_split(split: Path) -> None:
    place, tokens, labels = zip(*batches(batching.texts(split, BUCKETS, 3)(0)), strict=True)
    order = np.argsort(np.concatenate(place))
    first = np.concatenate([t[:, 0] for t in tokens])[order]
    np.testing.assert_array_equal(first, np.arange(len(LENGTHS)) + 1)
    label = np.concatenate(labels)[order, 0]
    np.testing.assert_array_equal(label, np.arange(len(LENGTHS)) % 2)
