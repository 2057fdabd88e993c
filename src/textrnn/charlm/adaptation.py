"""A text coded once from left to right, by what a model knew before and by what it learns of it.

What predicts a character has read those before it alone: each is coded first, then learnt from.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from textrnn.backend import keras
from textrnn.charlm import blocks, dynamic, growing_ngrams, mixing
from textrnn.params.adaptation import Adaptation
from textrnn.params.character_model import Architecture

Ids = npt.NDArray[np.int32]
Bits = npt.NDArray[np.float64]

PARTS = 40  # of the text, in the curve


def code(
    model: keras.Model, architecture: Architecture, before: Ids, text: Ids, options: Adaptation
) -> dict[str, Bits]:
    """Return -log2 p [N] of each character of a text, for each way of coding it.

    Args:
        model: trained, and built of `dynamic.whole(architecture)`.
        architecture: the model's.
        before: ids of the characters that precede the text.
        text: ids [N] of the characters to code.
        options: of all that adapts.

    Returns:
        `static`, the model's weights as they are; `dynamic`, learning on; `ngrams`, counts that
        began before; and `mixed`, the mixture of these last two.

    Raises:
        UserError: the text before is too short to learn from.
    """
    segment, vocabulary = options.dynamic.segment, model.output_shape[0][-1]
    fixed = dynamic.static(model, architecture, before, text, segment)
    moved = dynamic.dynamic(model, architecture, before, text, options.dynamic)
    grown, matched = growing_ngrams.log_probabilities(
        before, text, vocabulary, options.ngrams.context
    )
    last = np.concatenate([before[-1:], text[:-1]])
    mixed = mixing.mix([moved, grown], [matched, last], text, options.mixing.learning_rate)
    found = {"static": fixed, "dynamic": moved, "ngrams": grown, "mixed": mixed}
    return {name: _bits(log_p, text) for name, log_p in found.items()}


def summary(costs: Mapping[str, Bits]) -> dict[str, Any]:
    """Return the mean bits a character of each way of coding, with its interval.

    Of a way that learns, what it had learnt before each block is taken as it is.
    """
    test: dict[str, float] = {}
    for way, cost in costs.items():
        name = f"{way}_bits_per_char"
        test |= {name: float(cost.mean()), **blocks.interval(name, blocks.means(cost))}
    return {"test": test, "characters": len(next(iter(costs.values())))}


def by_block(costs: Mapping[str, Bits], text: str) -> pd.DataFrame:
    """Return what each block of the text costs, as `blocks.of_coders` has it."""
    means = {way: {"test": blocks.means(cost)} for way, cost in costs.items()}
    return blocks.of_coders({"test": text}, means)


def curve(costs: Mapping[str, Bits], parts: int = PARTS) -> pd.DataFrame:
    """Return the mean bits a character of equal parts of the text, one after another.

    Long form: coder, character (the number of the part's last one), bits_per_char.
    """
    rows = [
        {
            "coder": name,
            "character": int(places[-1]) + 1,
            "bits_per_char": float(cost[places].mean()),
        }
        for name, cost in costs.items()
        for places in np.array_split(np.arange(len(cost)), min(parts, len(cost)))
    ]
    return pd.DataFrame(rows)


def _bits(log_p: npt.NDArray[np.float32], text: Ids) -> Bits:
    bits: Bits = -log_p[np.arange(len(text)), text].astype(np.float64) / np.log(2)
    return bits
