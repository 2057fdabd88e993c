"""The reviews become a vocabulary and shards ten times as fast as by the book's way.

The project's stages run as DVC runs them, interpreter and all: they read the rows of all 50,000
reviews, count the 20,000 to train on, and write shards. The book's way, written anew, begins with
the reviews in memory and ends with tensors: a loop over the reviews counts the runs of word
characters, and a `py_function` encodes, once through all 50,000. It is timed on every tenth review,
and its seconds are ten times that, since both parts go review by review. (The book pays for the
`py_function` again in every epoch; the shards are written once.)
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import yaml

import harness
from harness import ROOT, Benchmark, Claim, Contender, Go, faster
from textrnn import paths

DATA = paths.Dataset("sentiment", "imdb")
TENTH = 10


def stages(workers: int | None) -> Go:
    """The two stages, in a folder that holds params.yaml and the rows."""
    folder = Path(tempfile.mkdtemp())
    params = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    params["execution"] = {"workers": workers}
    (folder / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")
    (folder / DATA.home).mkdir(parents=True)
    (folder / DATA.rows("train").parent).symlink_to((ROOT / DATA.rows("train")).parent)

    def go() -> None:
        for verb in ("vocab", "encode"):
            script = ROOT / "stages" / "sentiment" / f"{verb}.py"
            subprocess.run([sys.executable, script, DATA.name], cwd=folder, check=True)
            _demand_same(folder)
        shutil.rmtree(folder / DATA.shards("train").parent)

    return go


def _demand_same(folder: Path) -> None:
    """See that what was measured is what the pipeline's own run made."""
    made = [p for p in (folder / DATA.home).rglob("*") if p.is_file() and p.suffix != ".jsonl"]
    for path in made:
        assert path.read_bytes() == (ROOT / path.relative_to(folder)).read_bytes(), path


def book() -> Go:
    """The book's vocabulary, and its encoder in a `py_function`."""
    from textrnn.backend import tf

    train, whole = _rows("train"), [row for split in paths.SPLITS for row in _rows(split)]
    known = (ROOT / DATA.vocab).read_text(encoding="utf-8").split("\n")[:-1]
    encoder = BookEncoder(known)

    def encode(text: Any, label: Any) -> tuple[list[int], Any]:
        return encoder.encode(text.numpy().decode()), label

    def in_graph(text: Any, label: Any) -> Any:
        return tf.py_function(encode, inp=[text, label], Tout=(tf.int64, tf.int64))

    def dataset(rows: list[tuple[str, int]]) -> Any:
        texts, labels = zip(*rows, strict=True)
        return tf.data.Dataset.from_tensor_slices((list(texts), tf.constant(labels, tf.int64)))

    to_count, to_encode = dataset(train), dataset(whole)

    def go() -> None:
        counts: Counter[str] = Counter()
        for text, _ in to_count:
            counts.update(tokenize(text.numpy().decode()))
        BookEncoder(list(counts))
        for _ in to_encode.map(in_graph):
            pass

    return go


def tokenize(text: str) -> list[str]:
    """Return the runs of word characters, by cutting at what is none, as the book does."""
    return [token for token in re.split(r"\W+", text) if token]


class BookEncoder:
    """The book's encoder: places in a list, of which every one is then made one more."""

    def __init__(self, tokens: list[str]) -> None:
        self._places = {token: i for i, token in enumerate(tokens)}

    def encode(self, text: str) -> list[int]:
        """Return a text's ids."""
        places = []
        for token in tokenize(text):
            place = self._places.get(token, -1)
            places.append(len(self._places) if place < 0 else place)
        return [place + 1 for place in places]


def _rows(split: str) -> list[tuple[str, int]]:
    def every_tenth() -> Iterator[dict[str, Any]]:
        with (ROOT / DATA.rows(split)).open(encoding="utf-8", newline="\n") as lines:
            for i, line in enumerate(lines):
                if i % TENTH == 0:
                    yield json.loads(line)

    return [(row["text"], row["label"]) for row in every_tenth()]


BENCHMARK = Benchmark(
    name="encode_reviews",
    title="Vocabulary and encoding of the 50,000 reviews",
    contenders={
        "the book's way": Contender(book, scale=TENTH),
        "the stages": Contender(partial(stages, None)),
        "the stages, by one process": Contender(partial(stages, 1)),
    },
    claims=[
        Claim(
            "vocabulary and shards of 50,000 reviews, against the book's way",
            faster("the stages", "the book's way"),
            at_least=10,
        ),
        Claim(
            "the stages by a process a CPU, against one process",
            faster("the stages", "the stages, by one process"),
            at_least=1.5,
        ),
    ],
    rounds=5,
    warm_up=1,
)

if __name__ == "__main__":
    harness.main(BENCHMARK)
