"""What other coders than recurrent networks need for a dataset's text."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from textrnn.charlm import blocks, compressors, kneser_ney
from textrnn.charlm.alphabet import Alphabet
from textrnn.params.charlm_baselines import CharacterBaselines, CharacterNGrams

Texts = Mapping[str, str]  # train, valid and test, the last two perhaps empty
Bits = npt.NDArray[np.float64]


def measure(
    texts: Texts, alphabet: Alphabet, options: CharacterBaselines
) -> tuple[dict[str, Any], pd.DataFrame]:
    """Return each baseline's bits a character: of held-out text, given all before it, and of all.

    The n-gram model is static; it has no figure where nothing is held out.

    Returns:
        Metrics, with an interval of the PPMd's and the n-gram model's; and what each block of the
        held-out texts costs these two, as `blocks.of_coders` has it.
    """
    coders = compressors.all_of(options.ppmd)
    found: dict[str, Any] = {name: _compressed(texts, coder) for name, coder in coders.items()}
    costs = {"ppmd": _ppmd_by_block(texts, options)}
    if texts["valid"] or texts["test"]:
        order, coded = _ngrams(texts, alphabet, options.ngrams)
        means = {split: {"bits_per_char": float(c.mean())} for split, c in coded.items()}
        found["ngrams"] = {"order": order, **means}
        costs["ngrams"] = {split: blocks.means(c) for split, c in coded.items()}
    for name, of_splits in costs.items():
        for split, of_blocks in of_splits.items():
            found[name][split] |= blocks.interval("bits_per_char", of_blocks)
    return found, blocks.of_coders(texts, costs)


def _compressed(texts: Texts, coder: compressors.Compressor) -> dict[str, dict[str, float]]:
    parts = {"whole": ("", texts["train"] + texts["valid"] + texts["test"]), **_held_out(texts)}
    return {
        name: {"bits_per_char": compressors.bits_per_char(coder, before, text)}
        for name, (before, text) in parts.items()
    }


def _ppmd_by_block(texts: Texts, options: CharacterBaselines) -> dict[str, Bits]:
    return {
        split: compressors.ppmd_by_block(before, text, options.ppmd)
        for split, (before, text) in _held_out(texts).items()
    }


def _held_out(texts: Texts) -> dict[str, tuple[str, str]]:
    """Return what stands before each held-out text, and the text, if it is not empty."""
    train, valid, test = texts["train"], texts["valid"], texts["test"]
    parts = {"valid": (train, valid), "test": (train + valid, test)}
    return {split: part for split, part in parts.items() if part[1]}


def _ngrams(
    texts: Texts, alphabet: Alphabet, options: CharacterNGrams
) -> tuple[int, dict[str, Bits]]:
    """Choose the order on validation, then code each held-out text given all before it.

    Where nothing is held out for validation, the end of the training text serves.

    Returns:
        The order, and the bits [N] of each character of the held-out texts.
    """
    ids = {split: alphabet.encode(text).astype(np.int64) for split, text in texts.items()}
    train, valid = ids["train"], ids["valid"]
    if not len(valid):
        train, valid = np.split(train, [round((1 - options.valid) * len(train))])
    highest = max(options.orders)
    tried = kneser_ney.bits(train, valid, alphabet.size, highest)
    order = min(options.orders, key=lambda n: float(tried[n].mean()))
    found = {}
    if texts["valid"]:
        found["valid"] = tried[order]
    if texts["test"]:
        before = np.concatenate([ids["train"], ids["valid"]])
        found["test"] = kneser_ney.bits(before, ids["test"], alphabet.size, order)[order]
    return order, found
