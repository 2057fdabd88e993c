"""Shards → batches: shuffled windows as the book has them, or parallel streams in order."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from textrnn import shards
from textrnn.backend import tf
from textrnn.errors import UserError
from textrnn.params.character_model import Chunks, Streams
from textrnn.steps import Epochs, epoch_seed, untuned


def windows(folder: Path) -> npt.NDArray[np.int32]:
    """Return a text's windows [N, steps + 1] in order."""
    rows = [example["tokens"] for example in shards.read(folder)]
    return np.asarray(rows, np.int32)


def characters(folder: Path, options: Chunks | Streams, seed: int) -> Epochs:
    """Return the function that gives an epoch's batches: (inputs [B, T], targets [B, T]), int32.

    `chunks` shuffles windows through a buffer, the last batch being smaller; `streams` reads
    `batch_size` equal parts of the text side by side, in order.
    """
    text = windows(folder)
    if isinstance(options, Streams):
        found = _streamed(text, options, seed)
    else:
        found = _shuffled(text, options, seed)

    def epoch(number: int) -> tf.data.Dataset:
        pairs = found(number).map(lambda window: (window[:, :-1], window[:, 1:]))
        return untuned(pairs.prefetch(4))

    return epoch


def _shuffled(text: npt.NDArray[np.int32], options: Chunks, seed: int) -> Epochs:
    source = tf.data.Dataset.from_tensor_slices(text)

    def epoch(number: int) -> tf.data.Dataset:
        shuffled = source.shuffle(
            options.shuffle, seed=epoch_seed(seed, number), reshuffle_each_iteration=False
        )
        return shuffled.batch(options.batch_size)

    return epoch


def _streamed(text: npt.NDArray[np.int32], options: Streams, seed: int) -> Epochs:
    """Return batches of which row b goes on where row b of the batch before ended.

    Each epoch begins some characters later, fewer than a window's, so that the gradients are cut
    off at other places; what is left over at the end is dropped.

    Raises:
        UserError: there are too few windows for the streams.
    """
    steps, streams = text.shape[1] - 1, options.batch_size
    whole = np.append(text[:, :-1], text[-1:, -1])  # windows of streams share one character
    count = (len(whole) - steps) // (streams * steps)
    if not count:
        raise UserError(
            f"the text has {len(text):,} windows, no more than its {streams:,} streams "
            "(training.batches.batch_size)."
        )

    def epoch(number: int) -> tf.data.Dataset:
        shift = np.random.default_rng(epoch_seed(seed, number)).integers(steps)
        starts = shift + steps * (np.arange(count)[:, None] + count * np.arange(streams))
        return tf.data.Dataset.from_tensor_slices(whole[starts[..., None] + np.arange(steps + 1)])

    return epoch
