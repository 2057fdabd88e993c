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
    if seed is not None:
        source = source.shuffle(options.shuffle, seed=seed, reshuffle_each_iteration=False)
    return source.bucket_by_sequence_length(
        lambda _place, tokens, _label: tf.shape(tokens)[0],
        options.boundaries,
        [options.batch_size] * (len(options.boundaries) + 1),
        padded_shapes=([], [None], []),
    )


def _with_column_of_labels(
    places: tf.Tensor, tokens: tf.Tensor, labels: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    return places, tokens, labels[:, tf.newaxis]
