"""What other coders than recurrent networks need for a dataset's text."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from textrnn.charlm import compressors, kneser_ney
from textrnn.charlm.alphabet import Alphabet
from textrnn.params.charlm_baselines import CharacterBaselines, CharacterNGrams

Texts = Mapping[str, str]  # train, valid and test, the last two perhaps empty


def measure(texts: Texts, alphabet: Alphabet, options: CharacterBaselines) -> dict[str, Any]:
    """Return each baseline's bits a character: of held-out text, given all before it, and of all.

    The n-gram model is static; it has no figure where nothing is held out.
    """
    coders = compressors.all_of(options.ppmd)
    found: dict[str, Any] = {name: _compressed(texts, coder) for name, coder in coders.items()}
    if texts["valid"] or texts["test"]:
        found["ngrams"] = _ngrams(texts, alphabet, options.ngrams)
    return found


def _compressed(texts: Texts, coder: compressors.Compressor) -> dict[str, dict[str, float]]:
    train, valid, test = texts["train"], texts["valid"], texts["test"]
    parts = {"whole": ("", train + valid + test), "valid": (train, valid)}
    parts["test"] = (train + valid, test)
    return {
        name: {"bits_per_char": compressors.bits_per_char(coder, before, text)}
        for name, (before, text) in parts.items()
        if text
    }


def _ngrams(texts: Texts, alphabet: Alphabet, options: CharacterNGrams) -> dict[str, Any]:
    """Choose the order on validation, then code each held-out text given all before it.

    Where nothing is held out for validation, the end of the training text serves.
    """
    ids = {split: alphabet.encode(text).astype(np.int64) for split, text in texts.items()}
    train, valid = ids["train"], ids["valid"]
    if not len(valid):
        train, valid = np.split(train, [round((1 - options.valid) * len(train))])
    highest = max(options.orders)
    tried = kneser_ney.bits(train, valid, alphabet.size, highest)
    order = min(options.orders, key=lambda n: float(tried[n].mean()))
    found: dict[str, Any] = {"order": order}
    if texts["valid"]:
        found["valid"] = {"bits_per_char": float(tried[order].mean())}
    if texts["test"]:
        before = np.concatenate([ids["train"], ids["valid"]])
        costs = kneser_ney.bits(before, ids["test"], alphabet.size, order)
        found["test"] = {"bits_per_char": float(costs[order].mean())}
    return found
