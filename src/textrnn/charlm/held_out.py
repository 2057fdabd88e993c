"""What a character model's held-out texts cost: a mean over its seeds, and how sure that is."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from textrnn import weights
from textrnn.backend import keras
from textrnn.charlm import blocks
from textrnn.charlm.evaluation import Ids, nats_carried, nats_windowed
from textrnn.params.character_model import Architecture

Bits = npt.NDArray[np.float64]
Costs = Mapping[str, Mapping[str, Bits]]  # by split and by way of coding: [seeds, N]

CARRIED, WINDOWED = "bits_per_char", "window_bits_per_char"


def code(
    model: keras.Model,
    architecture: Architecture,
    files: Mapping[int, Path],
    texts: Mapping[str, Ids],
    steps: int,
) -> Costs:
    """Return the bits of each character of `valid` and of `test`, as far as these are not empty.

    Args:
        files: the weights of each seed.
        texts: ids of train, valid and test.
        steps: the windows' length.

    Returns:
        `bits_per_char`, the state carried, and `window_bits_per_char`, from a state of zero at each
        window, as the book trains.
    """
    before = {"valid": texts["train"], "test": np.concatenate([texts["train"], texts["valid"]])}
    found: dict[str, dict[str, list[Bits]]] = {
        split: {CARRIED: [], WINDOWED: []} for split in before if len(texts[split])
    }
    for file in files.values():
        weights.load(model, file)
        for split, costs in found.items():
            known, text = before[split], texts[split]
            costs[CARRIED].append(nats_carried(model, architecture, known, text) / np.log(2))
            windowed = nats_windowed(model, architecture, known, text, steps)
            costs[WINDOWED].append(windowed / np.log(2))
    return {s: {way: np.stack(of) for way, of in costs.items()} for s, costs in found.items()}


def summary(costs: Costs, histories: Mapping[int, Sequence[Mapping[str, float]]]) -> dict[str, Any]:
    """Return a model's metrics, each the mean over its seeds.

    `train.nats_per_char` is the loss of the last epoch while it was trained, the book's figure; the
    interval of `bits_per_char` is that of other blocks, the trained seeds being what they are.
    """
    held_out = {split: _figures(of) for split, of in costs.items()}
    seeds: dict[str, float] = {"n": len(histories)}
    if len(histories) > 1 and costs:
        last = list(costs.values())[-1]  # test, or valid where there is no test
        seeds["std"] = float(np.std(last[CARRIED].mean(axis=1), ddof=1))
    train = float(np.mean([history[-1]["loss"] for history in histories.values()]))
    return {"train": {"nats_per_char": train}, **held_out, "seeds": seeds}


def by_block(costs: Costs, texts: Mapping[str, str]) -> pd.DataFrame:
    """Return what each block of the held-out texts costs, the state carried (see `blocks`)."""
    found = {split: blocks.means(of[CARRIED].mean(axis=0)) for split, of in costs.items()}
    return blocks.of_splits(texts, found)


def _figures(costs: Mapping[str, Bits]) -> dict[str, float]:
    return {
        CARRIED: float(costs[CARRIED].mean()),
        **blocks.interval(CARRIED, blocks.means(costs[CARRIED].mean(axis=0))),
        WINDOWED: float(costs[WINDOWED].mean()),
    }
