"""General compressors as language models: what they need to code the end of a text."""

import bz2
import lzma
import zlib
from collections.abc import Callable, Mapping

import pyppmd

from textrnn.params.charlm_baselines import Ppmd

Compressor = Callable[[bytes], int]  # content → bytes of its code

MIB = 2**20


def all_of(options: Ppmd) -> Mapping[str, Compressor]:
    """Return the compressors by name, each at its strongest."""
    return {
        "zlib": lambda content: len(zlib.compress(content, 9)),
        "bzip2": lambda content: len(bz2.compress(content, 9)),
        "xz": lambda content: len(lzma.compress(content, preset=9 | lzma.PRESET_EXTREME)),
        "ppmd": lambda content: _ppmd(content, options),
    }


def bits_per_char(compressor: Compressor, before: str, text: str) -> float:
    """Return what coding a text costs a character once the text before it is coded.

    That is the code of both less the code of what stands before, as UTF-8.
    """
    first = compressor(before.encode()) if before else 0
    return 8 * (compressor((before + text).encode()) - first) / len(text)


def _ppmd(content: bytes, options: Ppmd) -> int:
    encoder = pyppmd.Ppmd7Encoder(options.order, options.memory * MIB)
    return len(encoder.encode(content)) + len(encoder.flush())
