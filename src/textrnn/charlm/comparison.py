"""Two coders of the same text: by how much one of them needs less, and how sure that is.

Hard passages are hard for both, so that the difference of two coders, block by block, varies less
than either's cost. Of a coder that learns, what it had learnt before each block is taken as it is.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from textrnn.charlm import blocks
from textrnn.errors import UserError

SHARED = ("character", "characters", "text")

Tables = Mapping[str, pd.DataFrame]


def of_model(folder: Path) -> pd.DataFrame:
    """Return what each block of a model's test text costs, from what its evaluation left."""
    return _test(folder)


def of_coders(folder: Path) -> Tables:
    """Return the same by coder: a dataset's baselines, or the ways of coding while learning."""
    groups = _test(folder).groupby("coder", sort=False)
    return {str(name): rows.reset_index(drop=True) for name, rows in groups}


def pair(model: pd.DataFrame, other: pd.DataFrame) -> dict[str, float]:
    """Return by how many bits a character a coder needs more than another.

    Returns:
        `difference`, below zero where the first needs less, `difference_low` and `difference_high`
        (95 %, by drawing blocks again).

    Raises:
        UserError: the two did not code the same text, or there is none.
    """
    if not model[[*SHARED]].equals(other[[*SHARED]]):
        raise UserError(
            "the two did not code the same text. Run `dvc repro` for both; "
            "if that changes nothing, their datasets are cut otherwise."
        )
    if not len(model):
        raise UserError("no test text was coded: the part held out (chunk.test) has no character.")
    more = (model["bits_per_char"] - other["bits_per_char"]).to_numpy()
    return {
        "difference": float(np.average(more, weights=model["characters"])),
        **blocks.interval("difference", more),
    }


def contrast(ways: Tables, baselines: Tables) -> dict[str, Any]:
    """Return what `pair` says of each way of coding a text while it is learnt.

    Returns:
        `against.<baseline>.<way>`; and `static.<way>`, in comparison with `static`, the model that
        learns nothing on the way.
    """
    static = ways["static"]
    return {
        "against": {
            name: {way: pair(costs, other) for way, costs in ways.items()}
            for name, other in baselines.items()
        },
        "static": {way: pair(costs, static) for way, costs in ways.items() if costs is not static},
    }


def _test(folder: Path) -> pd.DataFrame:
    table = pd.read_csv(folder / blocks.FILE, dtype={"text": str})
    return table[table["split"] == "test"].reset_index(drop=True)
