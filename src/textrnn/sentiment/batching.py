"""Shards → batches: padded as the book does, or in buckets of like length."""

from pathlib import Path
from typing import NamedTuple

from textrnn import shards
from textrnn.backend import tf
from textrnn.params.classifier import Buckets, Files, Padded
from textrnn.sentiment import lanes
from textrnn.sentiment.starts import Start
from textrnn.steps import Epochs, epoch_seed, untuned

PARSED_TOGETHER = 1024  # records


class Texts(NamedTuple):
    """A split in memory, in order: of N texts."""

    tokens: tf.RaggedTensor  # int64 [N, (T)]
    labels: tf.Tensor  # [N], int64; if a teacher gave some, float32, probabilities of class 1


def read(folder: Path) -> Texts:
    """Read the shards of a split."""
    files = [str(path) for path in shards.files(folder)]
    records = tf.data.TFRecordDataset(files).batch(PARSED_TOGETHER)
    parts = list(untuned(records.map(lambda some: tf.io.parse_example(some, lanes.FEATURES))))
    return Texts(
        tf.concat([part["tokens"] for part in parts], 0),
        tf.concat([part["label"] for part in parts], 0),
    )


def read_taught(folder: Path, start: Start) -> Texts:
    """Read the shards of a split, and behind them the texts that a teacher labelled, if any."""
    labelled = read(folder)
    if not start.has_taught:
        return labelled
    tokens = tf.concat([labelled.tokens, read(start.taught).tokens], 0)
    labels = tf.concat([tf.cast(labelled.labels, tf.float32), start.probabilities()], 0)
    return Texts(tokens, labels)


def texts(
    folder: Path, options: Padded | Buckets | Files, seed: int, start: Start | None = None
) -> Epochs:
    """Return what gives an epoch's batches: (places [B], tokens [B, T], labels [B, 1]).

    Padding is 0, to the longest text of the batch. `padded` keeps the order of the split in every
    epoch, as the book does; `buckets` shuffles anew in each, by a seed of its own, and so does
    `files`, which holds no more than some pools of texts. With what a model starts from come the
    texts that a teacher labelled, among those of the split, but for `files`.
    """
    if isinstance(options, Files):
        return lanes.epochs(folder, options, seed)
    split = read_taught(folder, start) if start else read(folder)
    return lambda number: _batches(split, options, epoch_seed(seed, number))


def in_order(folder: Path, options: Padded | Buckets | Files) -> tf.data.Dataset:
    """Return a split's batches for evaluation: the book's as in training, others by length.

    A model whose padding is not masked gives other results when padded otherwise, so it is judged
    on batches like those that it was trained on.
    """
    return _batches(read(folder), options, None)


def _batches(split: Texts, options: Padded | Buckets | Files, seed: int | None) -> tf.data.Dataset:
    """Return batches of the texts at places that are put together first: no text moves for it."""
    places = tf.data.Dataset.range(split.labels.shape[0])
    if isinstance(options, Padded):
        together = places.batch(options.batch_size)
    else:
        together = _buckets(places, split.tokens.row_lengths(), options, seed)

    def batch(places: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        tokens = tf.gather(split.tokens, places).to_tensor()
        return places, tokens, tf.gather(split.labels, places)[:, tf.newaxis]

    return untuned(together.map(batch).prefetch(4))


def _buckets(
    places: tf.data.Dataset, lengths: tf.Tensor, options: Buckets | Files, seed: int | None
) -> tf.data.Dataset:
    """Return the places [B] of texts next to each other in length, from pools of shuffled texts.

    Large pools leave less padding, small ones more chance as to which texts meet. Only a pool's
    last batch is smaller: every size of batch is compiled for, and there are few. Without a seed
    nothing is shuffled.
    """

    def by_length(pool: tf.Tensor) -> tf.data.Dataset:
        order = tf.argsort(tf.gather(lengths, pool), stable=True)  # equal ones stay in order
        return tf.data.Dataset.from_tensor_slices(tf.gather(pool, order)).batch(options.batch_size)

    if seed is not None:
        places = places.shuffle(options.shuffle, seed=seed, reshuffle_each_iteration=False)
    batches = places.batch(options.pool).flat_map(by_length)
    if seed is not None:
        size = -(-options.pool // options.batch_size)
        batches = batches.shuffle(size, seed=seed, reshuffle_each_iteration=False)
    return batches
