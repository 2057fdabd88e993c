"""Which units of a layer are worth a look: those that vary most, or go with what can be named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from textrnn.serving.states import Array

Feature = npt.NDArray[np.float64]  # [T], one number a step

VARIANCE = "largest variance"
OPENING, CLOSING, STRAIGHT = "“«„", "”»", '"'


@dataclass(frozen=True)
class Unit:
    """A unit of a layer, and why it stands where it does in a ranking."""

    number: int  # from 0
    score: float


def rankings(
    values: Array, features: Mapping[str, Feature], most: int = 8
) -> dict[str, list[Unit]]:
    """Return the first units by their correlation with each feature, and by their variance.

    Args:
        values: [T, H], what the units hold after each step.
        features: of the same steps, by name; one that is the same at every step is left out.
        most: units of a ranking.

    Returns:
        Rankings by name. A score is Pearson's r, of either sign, the largest magnitude first; or
        the variance.
    """
    found = {
        name: _first(correlations(values, feature), most)
        for name, feature in features.items()
        if np.ptp(feature)
    }
    return found | {VARIANCE: _first(values.var(axis=0), most)}


def correlations(values: Array, feature: Feature) -> Feature:
    """Return Pearson's r [H] of each unit with a feature; 0 for a unit that never changes."""
    units = values - values.mean(axis=0, dtype=np.float64)
    centred = feature - feature.mean()
    scale = np.sqrt((units**2).sum(axis=0) * (centred**2).sum())
    found: Feature = np.divide(centred @ units, scale, out=np.zeros(len(scale)), where=scale > 0)
    return found


def of_characters(text: str) -> dict[str, Feature]:
    """Return what can be named of each character of a text."""
    letters = [c.isalpha() for c in text]
    return {
        "position in the line": _since(text, "\n"),
        "inside quotation marks": _quoted(text),
        "capital letter": np.array([c.isupper() for c in text], float),
        "position in the word": _run_lengths(letters),
    }


def of_tokens(tokens: Sequence[str]) -> dict[str, Feature]:
    """Return what can be named of each token of a text."""
    return {
        "position in the text": np.arange(len(tokens), dtype=float),
        "length of the word": np.array([len(token) for token in tokens], float),
    }


def _first(scores: Feature, most: int) -> list[Unit]:
    order = np.argsort(-np.abs(scores), kind="stable")[:most]
    return [Unit(int(i), float(scores[i])) for i in order]


def _since(text: str, mark: str) -> Feature:
    """Return how many characters stand between each one and the last mark before it."""
    found, count = [], 0
    for before, _ in pairwise(f"{mark}{text}"):
        count = 0 if before == mark else count + 1
        found.append(count)
    return np.array(found, float)


def _quoted(text: str) -> Feature:
    """Return 1 inside quotation marks; a line without a character ends a speech left open."""
    found, is_open = [], False
    for before, c in pairwise(f"\n{text}"):
        if c in CLOSING or before + c == "\n\n" or (c in STRAIGHT and is_open):
            is_open = False
        elif c in OPENING or c in STRAIGHT:
            is_open = True
        found.append(is_open)
    return np.array(found, float)


def _run_lengths(inside: Sequence[bool]) -> Feature:
    """Return how many steps in a row, this one included, lie inside; 0 outside."""
    found, count = [], 0
    for is_inside in inside:
        count = count + 1 if is_inside else 0
        found.append(count)
    return np.array(found, float)
