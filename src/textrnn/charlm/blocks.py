"""What a text costs by blocks of characters, since neighbouring ones are not drawn apart.

A hard chapter is hard for all of its characters, so a bootstrap that drew single ones would find
too narrow an interval. Whole blocks are drawn instead (Carlstein 1986). How long they should be was
measured on the novel, and what even these leave out: docs/results.md.
"""

import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from textrnn import bootstrap
from textrnn.paths import DATA

BLOCK = 8000  # characters, at least, but in a shorter text
FEWEST = 10  # of which an interval is given
FILE = "by_block.csv"  # of what evaluation, adaptation and baselines leave
COLUMNS = ("split", "character", "characters", "text", "bits_per_char")

Bits = npt.NDArray[np.float64]


def adaptations(model: str) -> Path:
    """Where `charlm-adapt` leaves what each block costs."""
    return DATA / "charlm" / "adaptations" / model


def cut(text: str) -> list[str]:
    """Return a text in blocks of about equal length."""
    lengths = [len(part) for part in np.array_split(np.arange(len(text)), _count(len(text)))]
    ends = np.cumsum(lengths)
    return [text[end - n : end] for n, end in zip(lengths, ends, strict=True)]


def means(costs: Bits) -> Bits:
    """Return the mean cost of each block [B] of what each character costs [N]."""
    return np.array([part.mean() for part in np.array_split(costs, _count(len(costs)))])


def table(text: str, costs: Bits) -> pd.DataFrame:
    """Return what each block of a text costs.

    Columns: `character`, the number of its last one; `characters`, how many; `text`, their CRC-32,
    by which two tables are known to be of one text; `bits_per_char`.

    Args:
        costs: [B] bits a character.
    """
    blocks = cut(text)
    lengths = np.array([len(block) for block in blocks])
    checksums = [f"{zlib.crc32(block.encode()):08x}" for block in blocks]
    return pd.DataFrame(
        {
            "character": lengths.cumsum(),
            "characters": lengths,
            "text": checksums,
            "bits_per_char": costs,
        }
    )


def of_splits(texts: Mapping[str, str], costs: Mapping[str, Bits]) -> pd.DataFrame:
    """Return such tables of several splits in one, `COLUMNS`."""
    parts = [table(texts[split], found).assign(split=split) for split, found in costs.items()]
    return pd.concat(parts)[[*COLUMNS]] if parts else pd.DataFrame(columns=[*COLUMNS])


def of_coders(texts: Mapping[str, str], costs: Mapping[str, Mapping[str, Bits]]) -> pd.DataFrame:
    """Return such tables of several coders in one: `coder`, then `COLUMNS`.

    Args:
        costs: of each coder, of each split, [B] bits a character.
    """
    parts = [of_splits(texts, found).assign(coder=coder) for coder, found in costs.items()]
    return pd.concat(parts)[["coder", *COLUMNS]]


def interval(name: str, costs: Bits) -> dict[str, float]:
    """Return a mean's 95 % interval, `<name>_low` and `<name>_high`.

    Nothing of fewer than `FEWEST` blocks: percentiles of so few means are too narrow.

    Args:
        costs: [B] of the blocks.
    """
    return bootstrap.sides(name, bootstrap.of_mean(costs) if len(costs) >= FEWEST else None)


def _count(length: int) -> int:
    return max(1, length // BLOCK)
