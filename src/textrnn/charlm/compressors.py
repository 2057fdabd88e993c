"""General compressors as language models: what they need to code the end of a text."""

import bz2
import lzma
import zlib
from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
import pyppmd

from textrnn.charlm import blocks
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


def ppmd_by_block(before: str, text: str, options: Ppmd) -> npt.NDArray[np.float64]:
    """Return the bits a character [B] that PPMd needs for each block of a text (see `blocks`).

    A block's code is what the encoder has put out after it and not before, in whole bytes; the few
    that it holds back each time are the next block's.
    """
    encoder = _ppmd_encoder(options)
    encoder.encode(before.encode())
    parts = blocks.cut(text)
    return np.array([8 * len(encoder.encode(part.encode())) / len(part) for part in parts])


def _ppmd(content: bytes, options: Ppmd) -> int:
    encoder = _ppmd_encoder(options)
    return len(encoder.encode(content)) + len(encoder.flush())


def _ppmd_encoder(options: Ppmd) -> pyppmd.Ppmd7Encoder:
    return pyppmd.Ppmd7Encoder(options.order, options.memory * MIB)
