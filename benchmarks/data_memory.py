"""vocab and encode need under 1.5 GiB for a corpus of 1 GiB, and no more time a MiB than for 64.

The corpora are made of the real training reviews: each is drawn from them, and gets so many words
that have not been before that the number of different words follows Heaps' law, V = K·N^β of N
words, as fitted to the real corpus. So the vocabulary goes on growing as that of real text would.
Memory is the sum of the resident sets of the stage's process and of all that it starts, looked at
fifty times a second; what they share counts once for each. About ten minutes and 3 GB of disk.
"""

import itertools
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import psutil

import harness
from harness import ROOT, Benchmark, Claim, Contender, Figures, Go, Summaries, figure
from textrnn import paths
from textrnn.params.base import load
from textrnn.params.tokens import Tokens
from textrnn.sentiment import rows
from textrnn.sentiment.tokens import tokenizer

MIB = 1 << 20
REAL = paths.Dataset("sentiment", "imdb")
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def stages(size: int) -> Go:
    """Both stages on a corpus of `size` bytes to train on, and little to validate and test on."""
    folder = Path(tempfile.mkdtemp())
    shutil.copy(ROOT / "params.yaml", folder)
    (folder / REAL.rows("train").parent).mkdir(parents=True)
    write_corpus(folder / REAL.rows("train"), size)
    for split in ("valid", "test"):
        write_corpus(folder / REAL.rows(split), MIB)

    def go() -> Figures:
        found: dict[str, float] = {}
        for verb in ("vocab", "encode"):
            seconds, peak = measure(verb, folder)
            found |= {f"{verb}_s_per_mib": seconds / (size / MIB), f"{verb}_peak_mib": peak / MIB}
        found["tokens"] = (folder / REAL.vocab).read_bytes().count(b"\n")
        return found

    return go


def measure(verb: str, folder: Path) -> tuple[float, float]:
    """Run a stage; return its seconds, and the most bytes that its processes held at a time."""
    script = ROOT / "stages" / "sentiment" / f"{verb}.py"
    started, peak = time.perf_counter(), 0
    stage = subprocess.Popen([sys.executable, script, REAL.name], cwd=folder)
    while stage.poll() is None:
        peak = max(peak, resident(stage.pid))
        time.sleep(0.02)
    assert stage.returncode == 0
    return time.perf_counter() - started, peak


def resident(pid: int) -> int:
    """Return the bytes that a process and its descendants hold."""
    total = 0
    try:
        process = psutil.Process(pid)
        for each in [process, *process.children(recursive=True)]:
            total += each.memory_info().rss
    except psutil.NoSuchProcess:  # one has just ended
        pass
    return total


# ---------------------------------------------------------------- the corpus


def write_corpus(file: Path, size: int) -> None:
    """Write rows of `size` bytes."""
    with file.open("w", encoding="utf-8", newline="\n") as out:
        written = 0
        for i, text in enumerate(texts()):
            line = f'{{"row": {i}, "label": {i % 2}, "text": {text}}}\n'
            written += out.write(line)
            if written >= size:
                return


def texts() -> Iterator[str]:
    """Yield reviews as JSON strings, drawn from the real ones: first each once, then at random."""
    options = load(f"sentiment.datasets.{REAL.name}.tokens", Tokens, ROOT / "params.yaml")
    tokenize = tokenizer(options)
    real = [row.text for row in rows.read(ROOT / REAL.rows("train"))]
    tokens = [tokenize(text) for text in real]
    k, beta = heaps(tokens)
    draw, new = random.Random(1), new_words()  # noqa: S311 - no secret
    lengths, dumped = list(map(len, tokens)), [json.dumps(t, ensure_ascii=False) for t in real]
    total, made = 0, 0
    distinct = len(set(itertools.chain.from_iterable(tokens)))
    places = itertools.chain(range(len(real)), (draw.randrange(len(real)) for _ in iter(int, 1)))
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


# ---------------------------------------------------------------- the claims


def peak(found: Summaries) -> float:
    """Return the most that either stage held for 1 GiB, in GiB."""
    return max(figure("1 GiB", f"{verb}_peak_mib")(found) for verb in ("vocab", "encode")) / 1024


def slower(found: Summaries) -> float:
    """Return how much longer a MiB takes in the large corpus, in the stage that loses more."""
    names = [f"{verb}_s_per_mib" for verb in ("vocab", "encode")]
    return max(figure("1 GiB", n)(found) / figure("64 MiB", n)(found) for n in names)


BENCHMARK = Benchmark(
    name="data_memory",
    title="Vocabulary and encoding of corpora of 64 MiB and of 1 GiB",
    contenders={
        "64 MiB": Contender(partial(stages, 64 * MIB)),
        "1 GiB": Contender(partial(stages, 1024 * MIB)),
    },
    claims=[
        Claim("peak memory of vocab and encode on 1 GiB", peak, at_most=1.5, unit="GiB"),
        Claim("time a MiB on 1 GiB, against 64 MiB", slower, at_most=1.2),
    ],
    rounds=3,
    warm_up=0,
)

if __name__ == "__main__":
    harness.main(BENCHMARK)
