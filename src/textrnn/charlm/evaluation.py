"""How many bits a character model needs to code a text that it has not seen."""

import functools
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from textrnn import weights
from textrnn.backend import keras, tf
from textrnn.charlm.model import zero_states
from textrnn.params.character_model import Architecture

Ids = npt.NDArray[np.int32]
Nats = npt.NDArray[np.float64]

STREAMS = 32  # parts of the text that are coded side by side
CONTEXT = 1000  # characters that a part's state has read before its first character is coded
STEPS = 100  # characters a call


def nats_carried(model: keras.Model, architecture: Architecture, before: Ids, text: Ids) -> Nats:
    """Return -ln p of each character of a text, given what stands before it, the state carried.

    The text is cut into parts that are coded side by side; each part's state has first read the
    `CONTEXT` characters before it, so every character is predicted from at least so many (or from
    all there are, where `before` is shorter).

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
    return _score(model, rows, zero_states(architecture, count)).reshape(-1)[: len(text)]


def validation(
    architecture: Architecture, before: Ids, text: Ids
) -> Callable[[keras.Model], dict[str, float]] | None:
    """Return what validates a training: the mean nats of a held-out text (if any)."""
    if not len(text):
        return None
    return lambda model: {"loss": float(np.mean(nats_carried(model, architecture, before, text)))}


def summary(
    model: keras.Model,
    architecture: Architecture,
    files: Mapping[int, Path],
    histories: Mapping[int, Sequence[Mapping[str, float]]],
    texts: Mapping[str, Ids],
    steps: int,
) -> dict[str, Any]:
    """Return a model's metrics, each the mean over its seeds.

    `train.nats_per_char` is the loss of the last epoch while it was trained, the book's figure;
    `bits_per_char` is that of a held-out text with the state carried, `window_bits_per_char` that
    with windows of `steps` characters from zero states, as the book trains.
    """
    before = {"valid": texts["train"], "test": np.concatenate([texts["train"], texts["valid"]])}
    found: dict[str, list[dict[str, float]]] = {s: [] for s in before if len(texts[s])}
    for file in files.values():
        weights.load(model, file)
        for split, values in found.items():
            carried = nats_carried(model, architecture, before[split], texts[split])
            window = nats_windowed(model, architecture, before[split], texts[split], steps)
            values.append({"bits_per_char": bits(carried), "window_bits_per_char": bits(window)})
    held_out = {
        s: {k: float(np.mean([v[k] for v in vs])) for k in vs[0]} for s, vs in found.items()
    }
    seeds: dict[str, float] = {"n": len(files)}
    if len(files) > 1 and found:
        last = list(found.values())[-1]  # test, or valid where there is no test
        seeds["std"] = float(np.std([v["bits_per_char"] for v in last], ddof=1))
    train = float(np.mean([history[-1]["loss"] for history in histories.values()]))
    return {"train": {"nats_per_char": train}, **held_out, "seeds": seeds}


def bits(nats: Nats) -> float:
    """Return the mean in bits a character."""
    return float(np.mean(nats) / np.log(2))


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
