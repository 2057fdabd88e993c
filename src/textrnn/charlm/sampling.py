"""Text that a character model writes: with its state carried, or with the book's window."""

import functools
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from textrnn import atomic
from textrnn.backend import keras, tf
from textrnn.charlm.alphabet import Alphabet
from textrnn.charlm.drawing import as_scales, draw, gumbel
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
    write = _carrying(model, architecture, length)
    return _array(write(_rows(start, len(scales)), as_scales(scales), tf.constant(seed, tf.int64)))


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
    write = _reading(model, architecture, length, window)
    seen = _rows(start, len(scales))[:, -window:]
    return _array(write(seen, as_scales(scales), tf.constant(seed, tf.int64)))


Write = Callable[[tf.Tensor, tf.Tensor, tf.Tensor], tf.Tensor]  # start, scales, seed → ids [B, T]


@functools.lru_cache(maxsize=2)
def _carrying(model: keras.Model, architecture: Architecture, length: int) -> Write:
    """Return the compiled loop that carries the state; it is compiled once for a model."""

    @tf.function(jit_compile=True)  # type: ignore[untyped-decorator]
    def write(start: tf.Tensor, scales: tf.Tensor, noise: tf.Tensor) -> tf.Tensor:
        zeros = zero_states(architecture, start.shape[0])
        logits, *states = model([start, *zeros], training=False)
        last = logits[:, -1]
        written = tf.TensorArray(tf.int32, length)
        for i in tf.range(length):
            character = draw(last, scales, noise[i])
            written = written.write(i, character)
            logits, *states = model([character[:, None], *states], training=False)
            last = logits[:, -1]
        return tf.transpose(written.stack())

    @tf.function  # type: ignore[untyped-decorator]
    def with_noise(start: tf.Tensor, scales: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        like = tf.zeros((start.shape[0], model.output_shape[0][-1]))
        steps = tf.range(length)
        noise = tf.map_fn(lambda i: gumbel(seed, i, like), steps, fn_output_signature=tf.float32)
        return write(start, scales, noise)

    return with_noise  # type: ignore[no-any-return]


@functools.lru_cache(maxsize=2)
def _reading(model: keras.Model, architecture: Architecture, length: int, window: int) -> Write:
    """Return the loop that reads a window for each character; the window grows until it is full."""

    @tf.function  # type: ignore[untyped-decorator]
    def write(seen: tf.Tensor, scales: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        written = tf.TensorArray(tf.int32, length)
        count = seen.shape[0]
        for i in tf.range(length):
            tf.autograph.experimental.set_loop_options(
                shape_invariants=[(seen, tf.TensorShape([count, None]))]
            )
            logits, *_ = model([seen, *zero_states(architecture, count)], training=False)
            last = logits[:, -1]
            character = draw(last, scales, gumbel(seed, i, last))
            written = written.write(i, character)
            seen = tf.concat([seen, character[:, None]], axis=1)[:, -window:]
        return tf.transpose(written.stack())

    return write  # type: ignore[no-any-return]


def _rows(start: Ids, count: int) -> tf.Tensor:
    return tf.constant(np.tile(start, (count, 1)))


def _array(ids: tf.Tensor) -> Ids:
    found: Ids = ids.numpy()
    return found
