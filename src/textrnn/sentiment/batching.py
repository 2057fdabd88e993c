"""Shards → batches: padded as the book does, or in buckets of like length."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from textrnn import shards
from textrnn.backend import tf
from textrnn.params.classifier import Buckets, Files, Padded
from textrnn.sentiment import lanes
from textrnn.steps import Epochs, epoch_seed, untuned

PARSED_TOGETHER = 1024  # records


class Texts(NamedTuple):
    """A split in memory, in order: of N texts."""

    tokens: tf.RaggedTensor  # int64 [N, (T)]
    labels: tf.Tensor  # int64 [N]


def read(folder: Path) -> Texts:
    """Read the shards of a split."""
    return Texts(*_features(folder, "tokens", "label"))


def tokens(folder: Path) -> tf.RaggedTensor:
    """Read the tokens of shards, int64 [N, (T)], whether there are labels or not."""
    return _features(folder, "tokens")[0]


def _features(folder: Path, *names: str) -> list[Any]:
    files = [str(path) for path in shards.files(folder)]
    records = tf.data.TFRecordDataset(files).batch(PARSED_TOGETHER)
    wanted = {name: lanes.FEATURES[name] for name in names}
    parts = list(untuned(records.map(lambda some: tf.io.parse_example(some, wanted))))
    return [tf.concat([part[name] for part in parts], 0) for name in names]


def texts(folder: Path, options: Padded | Buckets | Files, seed: int) -> Epochs:
    """Return what gives an epoch's batches: (places [B], tokens [B, T], labels [B, 1]).

    Padding is 0, to the longest text of the batch. `padded` keeps the order of the split in every
    epoch, as the book does; `buckets` shuffles anew in each, by a seed of its own, and so does
    `files`, which holds no more than some pools of texts.
    """
    if isinstance(options, Files):
        return lanes.epochs(folder, options, seed)
    split = read(folder)
    return lambda number: _labelled(split, options, epoch_seed(seed, number))


def in_order(folder: Path, options: Padded | Buckets | Files) -> tf.data.Dataset:
    """Return a split's batches for evaluation: the book's as in training, others by length.

    A model whose padding is not masked gives other results when padded otherwise, so it is judged
    on batches like those that it was trained on.
    """
    return _labelled(read(folder), options, None)


def _labelled(split: Texts, options: Padded | Buckets | Files, seed: int | None) -> tf.data.Dataset:
    def batch(places: tf.Tensor, tokens: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        return places, tokens, tf.gather(split.labels, places)[:, tf.newaxis]

    return batches(split.tokens, options, seed, batch)


def batches(
    tokens: tf.RaggedTensor,
    options: Padded | Buckets | Files,
    seed: int | None,
    batch: Callable[[tf.Tensor, tf.Tensor], tuple[tf.Tensor, ...]],
) -> tf.data.Dataset:
    """Return batches of the texts at places that are put together first: no text moves for it.

    Args:
        tokens: the texts, int64 [N, (T)].
        options: how they are put together.
        seed: of an epoch; None leaves the order as it is.
        batch: makes a batch of places [B] and their tokens [B, T].
    """
    places = tf.data.Dataset.range(int(tokens.nrows()))
    if isinstance(options, Padded):
        together = places.batch(options.batch_size)
    else:
        together = _buckets(places, tokens.row_lengths(), options, seed)
    padded = together.map(lambda places: batch(places, tf.gather(tokens, places).to_tensor()))
    return untuned(padded.prefetch(4))


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
