"""Running text → what is held out, and overlapping or adjoining windows to train on."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from textrnn.errors import UserError
from textrnn.params.chunk import Chunk
from textrnn.sharding import Example


def cut(text: str, options: Chunk) -> dict[str, str]:
    """Cut a text, in order, into `train`, `valid` and `test`; joined, they are the text again."""
    train = round((1 - options.valid - options.test) * len(text))
    test = round((1 - options.test) * len(text))
    return {"train": text[:train], "valid": text[train:test], "test": text[test:]}


def count(length: int, options: Chunk) -> int:
    """Return how many whole windows a text of this length has; the remainder is dropped.

    Raises:
        UserError: it has none.
    """
    size = options.steps + 1
    if length < size:
        raise UserError(
            f"the training text has {length:,} characters, fewer than one window's {size}."
        )
    return (length - size) // options.stride + 1


def windows(ids: npt.NDArray[np.int32], options: Chunk) -> Iterator[Example]:
    """Yield `{"tokens": ids}` of each window of steps + 1 characters (int64)."""
    for i in range(count(len(ids), options)):
        start = i * options.stride
        yield {"tokens": ids[start : start + options.steps + 1].tolist()}
