"""What one text repeats of another: passages that stand in both, as one would copy and paste.

Passages of a length are given numbers, the same to the same ones, and those of longer passages are
made of pairs of them (Karp, Miller and Rosenberg 1972), so that time and memory do not grow with
what is repeated. Of a short text `copying` finds the passage itself, place by place, and faster.
"""

from bisect import bisect_left

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.int64]


def begins(text: str, source: str, length: int) -> npt.NDArray[np.bool_]:
    """Return at which characters of a text [N] a passage of this length begins that both hold."""
    found = np.zeros(len(text), bool)
    if length <= min(len(text), len(source)):
        codes = np.frombuffer((text + source).encode("utf-32-le"), np.uint32).astype(np.int64)
        numbers = _numbers(codes, length)
        count = len(text) - length + 1
        found[:count] = np.isin(numbers[:count], numbers[len(text) :])
    return found


def longest(text: str, source: str) -> int:
    """Return the length of the longest passage that both hold.

    If both hold a passage, they hold a shorter one; so lengths are doubled until there is none, and
    the longest is sought between the last two by halving.
    """
    length = 1
    while begins(text, source, length).any():
        length *= 2
    lengths = range(length // 2 + 1, length)
    beyond = bisect_left(lengths, True, key=lambda n: not begins(text, source, n).any())
    return length // 2 + beyond


def share(text: str, source: str, length: int) -> float:
    """Return the share of a text's characters that lie in passages of this length that both hold.

    Args:
        text: one character, at least.
    """
    places = np.flatnonzero(begins(text, source, length))
    edges = np.zeros(len(text) + 1, np.int64)
    edges[places] += 1
    edges[places + length] -= 1
    return float((edges.cumsum()[:-1] > 0).mean())


def _numbers(codes: Ids, length: int) -> Ids:
    """Return a number for the passage at each place but the last ones, the same to the same."""
    numbers, known = codes, 1
    while known < length:
        step = min(known, length - known)
        pairs = numbers[:-step] * (numbers.max() + 1) + numbers[step:]
        numbers = np.unique(pairs, return_inverse=True)[1]
        known += step
    return numbers
