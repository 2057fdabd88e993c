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
    `batch_size` equal parts of the text side by side, in order; a remainder is dropped.
    """
    text = windows(folder)
    if isinstance(options, Streams):
        text = _side_by_side(text, options.batch_size)
    source = tf.data.Dataset.from_tensor_slices(text)

    def epoch(number: int) -> tf.data.Dataset:
        if isinstance(options, Streams):
            batches = source.batch(options.batch_size, drop_remainder=True)
        else:
            shuffled = source.shuffle(
                options.shuffle, seed=epoch_seed(seed, number), reshuffle_each_iteration=False
            )
            batches = shuffled.batch(options.batch_size)
        pairs = batches.map(lambda window: (window[:, :-1], window[:, 1:]))
        return untuned(pairs.prefetch(4))

    return epoch


def _side_by_side(text: npt.NDArray[np.int32], streams: int) -> npt.NDArray[np.int32]:
    """Reorder windows so that row b of each batch goes on where row b of the batch before ended.

    Raises:
        UserError: there are fewer windows than streams.
    """
    steps = len(text) // streams
    if not steps:
        raise UserError(
            f"the text has {len(text):,} windows, fewer than its {streams:,} streams "
            "(training.batches.batch_size)."
        )
    return (
        text[: steps * streams]
        .reshape(streams, steps, -1)
        .swapaxes(0, 1)
        .reshape(steps * streams, -1)
    )
