"""Corpora of any size that are like a real one.

They are made of the real training rows: each is drawn from them, and gets so many words that have
not been before that the number of different words follows Heaps' law, V = K·N^β of N words, as
fitted to the real corpus (Heaps 1978). So the vocabulary grows as that of real text would.
"""

import itertools
import json
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from harness import ROOT
from textrnn import paths
from textrnn.params.base import load
from textrnn.params.tokens import Tokens
from textrnn.sentiment import rows
from textrnn.sentiment.tokens import tokenizer

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def write(file: Path, real: paths.Dataset, size: int) -> None:
    """Write rows of `size` bytes, grown from the training rows of a dataset."""
    with file.open("w", encoding="utf-8", newline="\n") as out:
        written = 0
        for i, text in enumerate(texts(real)):
            line = f'{{"row": {i}, "label": {i % 2}, "text": {text}}}\n'
            written += out.write(line)
            if written >= size:
                return


def texts(real: paths.Dataset) -> Iterator[str]:
    """Yield reviews as JSON strings, drawn from the real ones: first each once, then at random."""
    options = load(f"sentiment.datasets.{real.name}.tokens", Tokens, ROOT / "params.yaml")
    tokenize = tokenizer(options)
    found = [row.text for row in rows.read(ROOT / real.rows("train"))]
    tokens = [tokenize(text) for text in found]
    k, beta = heaps(tokens)
    draw, new = random.Random(1), new_words()  # noqa: S311 - no secret
    lengths, dumped = list(map(len, tokens)), [json.dumps(t, ensure_ascii=False) for t in found]
    total, made = 0, 0
    distinct = len(set(itertools.chain.from_iterable(tokens)))
    places = itertools.chain(range(len(found)), (draw.randrange(len(found)) for _ in iter(int, 1)))
    for place in places:
        total += lengths[place]
        wanted = max(0, int(k * total**beta) - distinct - made)
        made, total = made + wanted, total + wanted
        yield f'{dumped[place][:-1]} {" ".join(itertools.islice(new, wanted))}"'


def heaps(tokens: list[list[str]]) -> tuple[float, float]:
    """Return K and β of V = K·N^β, fitted to how the different words grow in the second half."""
    seen: set[str] = set()
    total, points = 0, []
    for text in tokens:
        seen.update(text)
        total += len(text)
        points.append((total, len(seen)))
    n, v = np.log(np.array(points[len(points) // 2 :], float)).T
    beta = float(np.polyfit(n, v, 1)[0])
    return float(np.exp(v[-1] - beta * n[-1])), beta


def new_words() -> Iterator[str]:
    """Yield words that no review has, of the length that rare words have."""
    for letters in itertools.product(LETTERS, repeat=5):
        yield "xq" + "".join(letters) + "qx"
