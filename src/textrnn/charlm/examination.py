"""What a model wrote, looked at: what is copied, which words exist, how likely it finds them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from textrnn.backend import keras, tf
from textrnn.charlm import copying
from textrnn.charlm.alphabet import Alphabet
from textrnn.charlm.model import zero_states
from textrnn.errors import UserError
from textrnn.params.character_model import Architecture


def read(folder: Path, start: str) -> dict[str, str]:
    """Return the texts that sampling wrote, by name.

    Raises:
        UserError: a text does not begin with the start: it was written with other parameters.
    """
    found = {}
    for file in sorted(folder.glob("*.txt")):
        with file.open(encoding="utf-8", newline="") as handle:
            found[file.stem] = handle.read().removesuffix("\n")
        if not found[file.stem].startswith(start):
            raise UserError(f"{file} does not begin with {start!r}. Run `dvc repro`.")
    return found


def examine(
    texts: Mapping[str, str],
    start: str,
    source: str,
    model: keras.Model,
    architecture: Architecture,
    known: Alphabet,
) -> dict[str, dict[str, Any]]:
    """Return of each text, without the start that was given, what is copied and how likely it is.

    Returns:
        by name: `copied_chars`, the length of the longest passage that the source (the training
        text) holds too, and `copied`, that passage; `known_words`, the share of its words that
        stand in the source; `bits_per_char`, what the model needs to code it after the start.
    """
    vocabulary = set(copying.words(source))
    found = {}
    for name, text in texts.items():
        copied = copying.longest(text[len(start) :], source)
        share = copying.known_share(copying.words(text, len(start)), vocabulary)
        found[name] = {
            "copied_chars": len(copied),
            "copied": copied,
            **({} if share is None else {"known_words": share}),
            "bits_per_char": _bits(model, architecture, known.encode(text), len(start)),
        }
    return found


def _bits(model: keras.Model, architecture: Architecture, ids: Any, given: int) -> float:
    """Return the mean bits of the characters after those given, the state carried from zero."""
    rows = tf.constant(ids[None])
    logits, *_ = model([rows[:, :-1], *zero_states(architecture, 1)], training=False)
    nats = tf.nn.sparse_softmax_cross_entropy_with_logits(rows[:, 1:], logits).numpy()[0]
    return float(np.mean(nats[given - 1 :], dtype=np.float64) / np.log(2))
