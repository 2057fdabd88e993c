"""How many bits a character model needs to code a text that it has not seen."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from textrnn.backend import keras, tf
from textrnn.charlm.model import zero_states
from textrnn.params.character_model import Architecture

Ids = npt.NDArray[np.int32]
Nats = npt.NDArray[np.float64]

STREAMS = 32  # parts of the text that are coded side by side
CONTEXT = 1000  # characters that a part's state has read before its first character is coded
STEPS = 100  # characters a call
WINDOWS = 4096  # windows that are coded side by side: what they need at most of memory


def nats_carried(model: keras.Model, architecture: Architecture, before: Ids, text: Ids) -> Nats:
    """Return -ln p of each character of a text, given what stands before it, the state carried.

    The text is cut into parts that are coded side by side; each part's state has first read the
    `CONTEXT` characters before it (or as many as `before` has, where these are fewer), so every
    character is predicted from at least so many.

    Args:
        before: ids of the characters that precede the text, at least one.
        text: ids [N] of the characters to code.

    Returns:
        [N] float64, in nats.
    """
    if not len(before):
        raise ValueError("nothing stands before the text: its first character has no prediction")
    context = min(CONTEXT, len(before))
    length = -(-len(text) // STREAMS)
    whole = np.concatenate([before[-context:], text])
    whole = np.pad(whole, (0, max(0, context + length * STREAMS - len(whole))))
    starts = np.arange(STREAMS) * length
    rows = whole[starts[:, None] + np.arange(context + length)]
    found = _score(model, rows, zero_states(architecture, STREAMS))
    return found[:, context - 1 :].reshape(-1)[: len(text)]


def nats_windowed(
    model: keras.Model, architecture: Architecture, before: Ids, text: Ids, steps: int
) -> Nats:
    """Return -ln p of each character of a text as the book's model is trained: windows from zero.

    Each window of `steps` characters starts from a zero state and the one character before it.
    """
    count = -(-len(text) // steps)
    whole = np.concatenate([before[-1:], text])
    whole = np.pad(whole, (0, count * steps + 1 - len(whole)))
    rows = whole[(np.arange(count) * steps)[:, None] + np.arange(steps + 1)]
    parts = [rows[i : i + WINDOWS] for i in range(0, count, WINDOWS)]
    found = [_score(model, part, zero_states(architecture, len(part))) for part in parts]
    return np.concatenate(found).reshape(-1)[: len(text)]


def validation(
    architecture: Architecture, before: Ids, text: Ids
) -> Callable[[keras.Model], dict[str, float]] | None:
    """Return what validates a training: the mean nats of a held-out text (if any)."""
    if not len(text):
        return None
    return lambda model: {"loss": float(np.mean(nats_carried(model, architecture, before, text)))}


def _score(model: keras.Model, rows: Ids, states: Any) -> Nats:
    """Return -ln p [B, T - 1] of each row's characters after the first, the states carried."""
    score = _score_step(model)
    found = []
    total = rows.shape[1] - 1
    with tqdm(total=total, desc="coding", unit="char", disable=None, leave=False, delay=2) as bar:
        for i in range(0, total, STEPS):
            part = tf.constant(rows[:, i : min(i + STEPS, total) + 1])
            nats, states = score(part[:, :-1], part[:, 1:], states)
            found.append(nats.numpy())
            bar.update(found[-1].shape[1])
    return np.concatenate(found, axis=1).astype(np.float64)


@functools.lru_cache(maxsize=1)
def _score_step(model: keras.Model) -> Callable[..., Any]:
    """Return the compiled function that codes some steps; validation uses it after each epoch."""

    @tf.function  # type: ignore[untyped-decorator]
    def score(inputs: tf.Tensor, targets: tf.Tensor, states: Any) -> Any:
        logits, *states = model([inputs, *states], training=False)
        return tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits), states

    return score  # type: ignore[no-any-return]
