"""Batches of running text: the book's shuffled windows, and streams that go on where they ended."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textrnn import sharding
from textrnn.backend import tf
from textrnn.charlm import batching, chunking
from textrnn.errors import UserError
from textrnn.params.character_model import Chunks, Streams
from textrnn.params.chunk import Chunk

Batch = tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]

SEEDS = st.integers(0, 2**32 - 1)
CHUNKS = Chunks(method="chunks", batch_size=4, shuffle=100)


def write(folder: Path, characters: int, steps: int, stride: int, count: int = 2) -> Path:
    """The text 0, 1, 2 … in windows."""
    options = Chunk(valid=0.0, test=0.0, steps=steps, stride=stride, shards=count)
    ids = np.arange(characters, dtype=np.int32)
    total = chunking.count(characters, options)
    sharding.write(folder, "train", chunking.windows(ids, options), total, count)
    return folder


def batches(source: tf.data.Dataset) -> list[Batch]:
    return list(source.as_numpy_iterator())


def firsts(source: tf.data.Dataset) -> list[int]:
    """The place in the text of each window."""
    return [int(row[0]) for inputs, _ in batches(source) for row in inputs]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Ten windows of the book's kind, 5 + 1 characters side by side, and a remainder."""
    return write(tmp_path, 63, steps=5, stride=6)


# ---------------------------------------------------------------- chunks


def test_windows_are_read_in_order(book: Path) -> None:
    found = batching.windows(book)
    assert found.dtype == np.int32
    np.testing.assert_array_equal(found, np.arange(60).reshape(10, 6))


def test_chunks_are_the_book_s_batches(book: Path) -> None:
    """Input and target are shifted by one; the last batch is smaller; nothing is lost."""
    found = batches(batching.characters(book, CHUNKS, 1)(0))
    assert [inputs.shape for inputs, _ in found] == [(4, 5), (4, 5), (2, 5)]
    for inputs, targets in found:
        assert inputs.dtype == targets.dtype == np.int32
        np.testing.assert_array_equal(targets, inputs + 1)
        np.testing.assert_array_equal(np.diff(inputs), 1)
    assert sorted(int(row[0]) for inputs, _ in found for row in inputs) == list(range(0, 60, 6))


def test_chunks_are_shuffled_anew_in_every_epoch_and_by_every_seed(book: Path) -> None:
    epochs, other = batching.characters(book, CHUNKS, 1), batching.characters(book, CHUNKS, 2)
    orders = [firsts(epochs(0)), firsts(epochs(1)), firsts(other(0)), list(range(0, 60, 6))]
    assert len({tuple(order) for order in orders}) == 4


def test_an_epoch_is_the_same_whatever_came_before(book: Path) -> None:
    """A run that is resumed in epoch 2 sees what a whole one sees there."""
    tf.random.set_seed(1)  # as a run begins
    epochs = batching.characters(book, CHUNKS, 1)
    whole = [firsts(epochs(number)) for number in (0, 1, 2)]
    tf.random.set_seed(1)
    tf.random.normal([3])
    resumed = batching.characters(book, CHUNKS, 1)
    assert firsts(resumed(2)) == whole[2]
    assert firsts(epochs(0)) == whole[0]


def test_the_shuffle_buffer_is_as_large_as_asked(book: Path) -> None:
    """Through a buffer of one, nothing changes its place; of two, no window comes a step early."""
    one = Chunks(method="chunks", batch_size=4, shuffle=1)
    assert firsts(batching.characters(book, one, 1)(0)) == list(range(0, 60, 6))
    two = Chunks(method="chunks", batch_size=4, shuffle=2)
    order = np.array(firsts(batching.characters(book, two, 1)(0))) // 6
    assert list(order) != list(range(10))
    assert (order <= np.arange(10) + 1).all()


# ---------------------------------------------------------------- streams


@settings(max_examples=15)
@given(streams=st.integers(1, 5), steps=st.integers(1, 4), windows=st.integers(6, 23), seed=SEEDS)
def test_streams_go_on_where_they_ended(
    tmp_path_factory: pytest.TempPathFactory, streams: int, steps: int, windows: int, seed: int
) -> None:
    folder = write(tmp_path_factory.mktemp("text"), windows * steps + 1, steps, steps)
    options = Streams(method="streams", batch_size=streams)
    found = batches(batching.characters(folder, options, seed)(0))
    assert (windows - 1) // streams <= len(found) <= windows // streams
    for inputs, targets in found:
        assert inputs.shape == (streams, steps)
        assert inputs.dtype == targets.dtype == np.int32
        np.testing.assert_array_equal(targets, inputs + 1)
    for (_, before), (after, _) in pairwise(found):
        np.testing.assert_array_equal(after[:, 0], before[:, -1])
    # Side by side the streams are the text, but for less than a window at its start, and what is
    # left over at its end.
    whole = np.concatenate([inputs for inputs, _ in found], axis=1).reshape(-1)
    assert 0 <= whole[0] < steps
    np.testing.assert_array_equal(np.diff(whole), 1)


def test_streams_begin_elsewhere_in_every_epoch_and_by_every_seed(tmp_path: Path) -> None:
    folder = write(tmp_path, 41, steps=4, stride=4)
    options = Streams(method="streams", batch_size=3)
    shifts = [
        [firsts(batching.characters(folder, options, seed)(epoch))[0] for epoch in range(8)]
        for seed in (1, 2)
    ]
    assert set(shifts[0]) == set(range(4))
    assert shifts[0] != shifts[1]


def test_an_epoch_of_streams_is_the_same_whatever_came_before(tmp_path: Path) -> None:
    folder = write(tmp_path, 41, steps=4, stride=4)
    options = Streams(method="streams", batch_size=3)
    epochs = batching.characters(folder, options, 1)
    whole = [firsts(epochs(number)) for number in range(3)]
    assert firsts(batching.characters(folder, options, 1)(2)) == whole[2]
    assert whole[0] == [whole[0][0] + place for place in (0, 12, 24, 4, 16, 28, 8, 20, 32)]


def test_fewer_windows_than_streams_are_refused(tmp_path: Path) -> None:
    folder = write(tmp_path, 9, steps=4, stride=4)
    with pytest.raises(UserError, match="the text has 2 windows, no more than its 3 streams"):
        batching.characters(folder, Streams(method="streams", batch_size=3), 1)


@pytest.mark.parametrize("options", [CHUNKS, Streams(method="streams", batch_size=3)])
def test_no_thread_tunes_a_pipeline_since_its_end_would_wait_for_it(
    book: Path, options: Chunks | Streams
) -> None:
    assert batching.characters(book, options, 1)(0).options().autotune.enabled is False
