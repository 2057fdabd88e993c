"""Shards → batches: padded as the book does, or in buckets of like length."""

from pathlib import Path

from textrnn import shards
from textrnn.backend import tf
from textrnn.params.classifier import Buckets, Padded
from textrnn.steps import Epochs, epoch_seed


def examples(folder: Path) -> tf.data.Dataset:
    """Return a split's examples in order: (place int64 [], tokens int64 [T], label int64 [])."""
    spec = {
        "tokens": tf.io.VarLenFeature(tf.int64),
        "label": tf.io.FixedLenFeature([], tf.int64),
    }

    def parse(place: tf.Tensor, record: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        example = tf.io.parse_single_example(record, spec)
        return place, example["tokens"].values, example["label"]

    files = [str(path) for path in shards.files(folder)]
    return tf.data.TFRecordDataset(files).enumerate().map(parse).cache()


def texts(folder: Path, options: Padded | Buckets, seed: int) -> Epochs:
    """Return what gives an epoch's batches: (places [B], tokens [B, T], labels [B, 1]).

    Padding is 0, to the longest text of the batch. `padded` keeps the order of the split in every
    epoch, as the book does; `buckets` shuffles anew in each, by a seed of its own.
    """
    source = examples(folder)

    def epoch(number: int) -> tf.data.Dataset:
        if isinstance(options, Padded):
            batches = source.padded_batch(options.batch_size, ([], [None], []))
        else:
            batches = _buckets(source, options, epoch_seed(seed, number))
        return batches.map(_with_column_of_labels).prefetch(4)

    return epoch


def in_order(folder: Path, options: Padded | Buckets) -> tf.data.Dataset:
    """Return a split's batches for evaluation: the book's as in training, others by length.

    A model whose padding is not masked gives other results when padded otherwise, so it is judged
    on batches like those that it was trained on.
    """
    source = examples(folder)
    if isinstance(options, Padded):
        batches = source.padded_batch(options.batch_size, ([], [None], []))
    else:
        batches = _buckets(source, options, None)
    return batches.map(_with_column_of_labels).prefetch(4)


def _buckets(source: tf.data.Dataset, options: Buckets, seed: int | None) -> tf.data.Dataset:
    """Return batches of texts next to each other in length, from pools of shuffled texts.

    Large pools leave less padding, small ones more chance as to which texts meet. Only a pool's
    last batch is smaller: every size of batch is compiled for, and there are few.
    """
    if seed is not None:
        source = source.shuffle(options.shuffle, seed=seed, reshuffle_each_iteration=False)
    batches = source.ragged_batch(options.pool).flat_map(
        lambda places, tokens, labels: _sorted(places, tokens, labels).padded_batch(
            options.batch_size, ([], [None], [])
        )
    )
    if seed is not None:
        size = -(-options.pool // options.batch_size)
        batches = batches.shuffle(size, seed=seed, reshuffle_each_iteration=False)
    return batches


def _sorted(places: tf.Tensor, tokens: tf.RaggedTensor, labels: tf.Tensor) -> tf.data.Dataset:
    """Return texts in order of length, as `examples` gives them; equal ones stay in order."""
    order = tf.argsort(tokens.row_lengths(), stable=True)
    return tf.data.Dataset.from_tensor_slices(order).map(
        lambda i: (places[i], tokens[i], labels[i])
    )


def _with_column_of_labels(
    places: tf.Tensor, tokens: tf.Tensor, labels: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    return places, tokens, labels[:, tf.newaxis]
