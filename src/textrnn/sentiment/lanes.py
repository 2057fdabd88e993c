"""Shards → batches for a corpus that no memory holds, in lanes, so that workers share its files."""

from pathlib import Path

import numpy as np

from textrnn import shards
from textrnn.backend import tf
from textrnn.params.classifier import Files
from textrnn.steps import Lanes, epoch_seed, untuned

LENGTH, AROUND = 8, 16  # bytes of a record: what its length takes, and all but the record itself
FEATURES = {
    "tokens": tf.io.RaggedFeature(tf.int64),
    "label": tf.io.FixedLenFeature([], tf.int64),
}


def epochs(folder: Path, options: Files, seed: int) -> Lanes:
    """Return epochs of batches (places [B], tokens [B, T], labels [B, 1]), every text once in each.

    Lane i reads shards i, i + lanes, i + 2·lanes and so on, in another order in each epoch. Its
    texts are shuffled, and those of a pool cut into rows of like length. The rows of a batch come
    from the same place of all lanes' pools, so they are of like length too.

    Raises:
        UserError: a shard is missing.
    """
    files = shards.files(folder)
    counts = [_count(file) for file in files]
    first = np.cumsum([0, *counts[:-1]])
    rows = options.batch_size // options.lanes
    per_lane = [sum(counts[lane :: options.lanes]) for lane in range(options.lanes)]
    steps = max(-(-count // rows) for count in per_lane)

    def some(number: int, wanted: range) -> tf.data.Dataset:
        drawn = epoch_seed(seed, number)
        parts = []
        for lane in wanted:
            mine = np.arange(lane, len(files), options.lanes)
            order = np.random.default_rng([drawn, lane]).permutation(mine)
            texts = _texts([files[i] for i in order], [int(first[i]) for i in order])
            empty = -(-per_lane[lane] // rows)
            parts.append(_rows(texts, options, drawn, lane, steps - empty))
        return untuned(tf.data.Dataset.zip(tuple(parts)).map(_batch).prefetch(4))

    return Lanes(options.lanes, steps, some)


def _count(file: Path) -> int:
    """Return how many records a shard has, from their lengths alone."""
    size, at, count = file.stat().st_size, 0, 0
    with file.open("rb") as records:
        while at < size:
            records.seek(at)
            at += int.from_bytes(records.read(LENGTH), "little") + AROUND
            count += 1
    return count


def _texts(files: list[Path], first: list[int]) -> tf.data.Dataset:
    """Return the records of shards, one after the other, each with its place in the split."""

    def of_file(file: tf.Tensor, first: tf.Tensor) -> tf.data.Dataset:
        return tf.data.TFRecordDataset(file).enumerate(first)

    paths = [str(file) for file in files]
    return tf.data.Dataset.from_tensor_slices((paths, np.asarray(first, np.int64))).flat_map(
        of_file
    )


def _rows(
    texts: tf.data.Dataset, options: Files, seed: int, lane: int, empty: int
) -> tf.data.Dataset:
    """Return a lane's rows of each batch: (places [B], tokens [B, (T)], labels [B]).

    All lanes shuffle the rows of a pool alike, so that long texts of one meet long ones of the
    others; texts are shuffled in each as its own seed has it. At the end come empty rows.
    """
    rows = options.batch_size // options.lanes

    def by_length(places: tf.Tensor, records: tf.Tensor) -> tf.data.Dataset:
        found = tf.io.parse_example(records, FEATURES)
        order = tf.argsort(found["tokens"].row_lengths(), stable=True)
        pool = (places, found["tokens"], found["label"])
        sorted_by_length = tuple(tf.gather(each, order) for each in pool)
        return tf.data.Dataset.from_tensor_slices(sorted_by_length).ragged_batch(rows)

    def of_none() -> tf.data.Dataset:
        none = tf.RaggedTensor.from_row_lengths(tf.zeros([0], tf.int64), tf.zeros([0], tf.int32))
        one = (tf.zeros([0], tf.int64), none, tf.zeros([0], tf.int64))
        return tf.data.Dataset.from_tensors(one).repeat(empty)

    shuffled = texts.shuffle(
        max(1, options.shuffle // options.lanes),
        seed=epoch_seed(seed, lane),
        reshuffle_each_iteration=False,
    )
    batches = shuffled.batch(options.pool // options.lanes).flat_map(by_length)
    size = options.pool // options.batch_size
    return batches.shuffle(size, seed=seed, reshuffle_each_iteration=False).concatenate(of_none())


def _batch(*lanes: tuple[tf.Tensor, tf.RaggedTensor, tf.Tensor]) -> tuple[tf.Tensor, ...]:
    """Return lanes' rows one below the other, the texts padded to the longest."""
    places, tokens, labels = (tf.concat(each, 0) for each in zip(*lanes, strict=True))
    return places, tokens.to_tensor(), labels[:, tf.newaxis]
