"""Text that a character model writes: with its state carried, or with the book's window."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from textrnn import atomic
from textrnn.backend import keras, tf
from textrnn.charlm.alphabet import Alphabet
from textrnn.charlm.model import zero_states
from textrnn.params.character_model import Architecture
from textrnn.params.sampling import Sampling

Ids = npt.NDArray[np.int32]


def texts(
    model: keras.Model, architecture: Architecture, known: Alphabet, options: Sampling
) -> dict[str, str]:
    """Return the texts that a model is asked to write, by name, each beginning with the start.

    Raises:
        UserError: the model does not know a character of the start.
    """
    scales = [*options.scale_factors, None]
    names = [*(f"scale-{s}" for s in options.scale_factors), "greedy"]
    arguments = (
        model,
        architecture,
        known.encode(options.start),
        options.length,
        scales,
        options.seed,
    )
    written = {"carried": carried(*arguments), "window": windowed(*arguments, options.window)}
    return {
        f"{way}-{name}": options.start + known.decode(ids)
        for way, rows in written.items()
        for name, ids in zip(names, rows, strict=True)
    }


def write(found: Mapping[str, str], folder: Path) -> None:
    """Write each text to `<name>.txt`."""
    with atomic.folder(folder) as part:
        for name, text in found.items():
            (part / f"{name}.txt").write_text(text + "\n", encoding="utf-8", newline="")


def carried(
    model: keras.Model,
    architecture: Architecture,
    start: Ids,
    length: int,
    scales: Sequence[float | None],
    seed: int,
) -> Ids:
    """Write one text for each scale factor, side by side, the state carried from step to step.

    Args:
        start: ids [S] of the characters that every text begins with.
        length: how many characters to write.
        scales: what the logits are multiplied by before a draw (one over the temperature); None
            takes the likeliest character.
        seed: of the draws; each step and text has random numbers of its own.

    Returns:
        [len(scales), length] int32.
    """
    draw = _drawing(scales, seed)

    @tf.function  # type: ignore[untyped-decorator]
    def write(first: tf.Tensor) -> tf.Tensor:
        logits, *states = model([first, *zero_states(architecture, len(scales))], training=False)
        last = logits[:, -1]
        written = tf.TensorArray(tf.int32, length)
        for i in tf.range(length):
            character = draw(last, i)
            written = written.write(i, character)
            logits, *states = model([character[:, None], *states], training=False)
            last = logits[:, -1]
        return tf.transpose(written.stack())

    return _array(write(_rows(start, len(scales))))


def windowed(
    model: keras.Model,
    architecture: Architecture,
    start: Ids,
    length: int,
    scales: Sequence[float | None],
    seed: int,
    window: int,
) -> Ids:
    """Write texts as the book does: for each character, the last `window` are read anew."""
    draw = _drawing(scales, seed)

    @tf.function  # type: ignore[untyped-decorator]
    def write(seen: tf.Tensor) -> tf.Tensor:
        written = tf.TensorArray(tf.int32, length)
        for i in tf.range(length):
            tf.autograph.experimental.set_loop_options(
                shape_invariants=[(seen, tf.TensorShape([len(scales), None]))]
            )
            logits, *_ = model([seen, *zero_states(architecture, len(scales))], training=False)
            character = draw(logits[:, -1], i)
            written = written.write(i, character)
            seen = tf.concat([seen, character[:, None]], axis=1)[:, -window:]
        return tf.transpose(written.stack())

    return _array(write(_rows(start, len(scales))[:, -window:]))


def _drawing(scales: Sequence[float | None], seed: int) -> Any:
    """Return the function (logits [B, V], step []) → ids [B] that draws, or takes the likeliest."""
    factor = tf.constant([[s or 1.0] for s in scales])
    greedy = tf.constant([s is None for s in scales])

    def draw(logits: tf.Tensor, i: tf.Tensor) -> tf.Tensor:
        drawn = tf.random.stateless_categorical(logits * factor, 1, [seed, i], tf.int32)[:, 0]
        return tf.where(greedy, tf.argmax(logits, axis=1, output_type=tf.int32), drawn)

    return draw


def _rows(start: Ids, count: int) -> tf.Tensor:
    return tf.constant(np.tile(start, (count, 1)))


def _array(ids: tf.Tensor) -> Ids:
    found: Ids = ids.numpy()
    return found
