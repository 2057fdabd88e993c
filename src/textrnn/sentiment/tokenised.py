"""The rows of a split as the baselines read them: tokens of the text that the models read."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import regex

from textrnn.params.tokens import Tokens
from textrnn.progress import bar
from textrnn.sentiment import rows
from textrnn.sentiment.tokens import Tokenizer, pattern


@dataclass(frozen=True)
class Texts:
    """A split: each row's tokens and label, in order."""

    tokens: list[list[str]]
    labels: npt.NDArray[np.int64]


def read(file: Path, part: Callable[[str], str], tokenize: Tokenizer) -> Texts:
    """Read a split and take the part of each text that counts apart."""
    tokens, labels = [], []
    for row in bar(rows.read(file), file.stem, rows.count(file)):
        tokens.append(tokenize(part(row.text)))
        labels.append(row.label)
    return Texts(tokens, np.asarray(labels, np.int64))


def part_read(options: Tokens) -> Callable[[str], str]:
    """Return the function that cuts a text to what a dataset's models read of it.

    With `options.last`, that is the text from the N-th last of the models' tokens on.
    """
    if options.last is None:
        return lambda text: text
    last = options.last
    find = regex.compile(pattern(options)).finditer

    def cut(text: str) -> str:
        text = text.lower() if options.lower else text
        starts = [match.start() for match in find(text)]
        return text[starts[-last] :] if len(starts) > last else text

    return cut
