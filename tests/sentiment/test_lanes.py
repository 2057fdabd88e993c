"""Batches in lanes: each text once an epoch, and no lane reads what is another's."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textrnn import shards
from textrnn.backend import tf
from textrnn.errors import UserError
from textrnn.params.classifier import Files
from textrnn.sentiment import lanes
from textrnn.steps import Lanes

from .test_batching import LENGTHS, assert_padded, batches, places, write

FILES = Files(method="files", batch_size=4, shuffle=20, pool=12, lanes=2)


@pytest.fixture
def split(tmp_path: Path) -> Path:
    return write(tmp_path, LENGTHS, 6)


def of(lane: int) -> range:
    return range(lane, lane + 1)


@settings(max_examples=12)
@given(
    lengths=st.lists(st.integers(0, 20), min_size=8, max_size=40),
    rows=st.integers(1, 3),
    count=st.integers(1, 4),
    in_pool=st.integers(1, 3),
    each=st.integers(1, 2),
)
def test_every_text_is_there_once_an_epoch(
    tmp_path_factory: pytest.TempPathFactory,
    lengths: list[int],
    rows: int,
    count: int,
    in_pool: int,
    each: int,
) -> None:
    folder = write(tmp_path_factory.mktemp("split"), lengths, count * each)
    size = rows * count
    options = Files(method="files", batch_size=size, shuffle=9, pool=in_pool * size, lanes=count)
    epochs = lanes.epochs(folder, options, 1)
    found = batches(epochs(0))
    assert sorted(i for place, _, _ in found for i in place) == list(range(len(lengths)))
    assert len(found) == epochs.steps
    for batch in found:
        assert 0 < len(batch[0]) <= size
        assert_padded(batch, lengths)


def test_a_batch_is_the_rows_of_its_lanes_one_below_the_other(split: Path) -> None:
    epochs = lanes.epochs(split, FILES, 1)
    whole = batches(epochs(3))
    parts = [batches(epochs.rows(3, of(lane))) for lane in range(2)]
    assert [len(part) for part in parts] == [len(whole)] * 2
    for batch, *rows in zip(whole, *parts, strict=True):
        np.testing.assert_array_equal(batch[0], np.concatenate([row[0] for row in rows]))
        np.testing.assert_array_equal(batch[2], np.concatenate([row[2] for row in rows]))
        for row in rows:
            if len(row[0]):
                assert_padded(row, LENGTHS)


def test_a_lane_that_ends_before_the_others_gives_no_rows(tmp_path: Path) -> None:
    """Of 9 texts in 2 shards one lane has 4, the other 5: by 2 rows, two steps and three."""
    epochs = lanes.epochs(write(tmp_path, [3] * 9, 2), FILES, 1)
    assert epochs.steps == 3
    sizes = [[len(p) for p, _, _ in batches(epochs.rows(0, of(lane)))] for lane in range(2)]
    assert sorted(sizes[0]) == [0, 2, 2]
    assert sizes[0][-1] == 0
    assert sorted(sizes[1]) == [1, 2, 2]
    [empty] = [b for b in batches(epochs.rows(0, of(0))) if not len(b[0])]
    assert [part.shape for part in empty] == [(0,), (0, 0), (0, 1)]


def test_a_lane_reads_its_own_shards_alone(split: Path) -> None:
    """The records of the other lane's shards are damaged: who reads one is told."""
    for file in shards.files(split)[1::2]:
        content = bytearray(file.read_bytes())
        content[12] ^= 1
        file.write_bytes(content)
    epochs = lanes.epochs(split, FILES, 1)
    mine = {i for i in range(30) if i // 5 % 2 == 0}
    assert set(places(epochs.rows(0, of(0)))) == mine
    with pytest.raises(tf.errors.DataLossError):
        places(epochs.rows(0, of(1)))


def test_a_missing_shard_is_told(split: Path) -> None:
    shards.files(split)[2].unlink()
    with pytest.raises(UserError, match="is missing or too many"):
        lanes.epochs(split, FILES, 1)


def test_epochs_and_seeds_have_orders_of_their_own_which_stay(split: Path) -> None:
    one, other = lanes.epochs(split, FILES, 1), lanes.epochs(split, FILES, 2)
    orders = [tuple(places(e(n))) for e in (one, other) for n in (0, 1)]
    assert len(set(orders)) == 4
    assert tuple(places(lanes.epochs(split, FILES, 1)(1))) == orders[1]  # as one that is resumed


def padding(epochs: Lanes, lengths: Any) -> float:
    return float(sum(t.size for _, t, _ in batches(epochs(0))) / lengths.sum())


def test_texts_of_like_length_meet_from_all_lanes(tmp_path: Path) -> None:
    lengths = np.random.default_rng(2).lognormal(5, 0.7, 2000).astype(int) + 1
    folder = write(tmp_path, lengths, 8)
    options = {"method": "files", "batch_size": 16, "shuffle": 2000, "pool": 1600}
    assert padding(lanes.epochs(folder, Files(lanes=1, **options), 1), lengths) < 1.08
    assert padding(lanes.epochs(folder, Files(lanes=4, **options), 1), lengths) < 1.2
