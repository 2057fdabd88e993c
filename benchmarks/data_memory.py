"""vocab and encode need under 1.5 GiB for a corpus of 1 GiB, and no more time a MiB than for 64.

The corpora are grown from the real training reviews (`contenders.growth`). Memory is the sum of the
resident sets of the stage's process and of all that it starts, looked at fifty times a second; what
they share counts once for each. About ten minutes and 3 GB of disk.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import psutil

import harness
from contenders import growth
from harness import ROOT, Benchmark, Claim, Contender, Figures, Go, Summaries, figure
from textrnn import paths

MIB = 1 << 20
REAL = paths.Dataset("sentiment", "imdb")


def stages(size: int) -> Go:
    """Both stages on a corpus of `size` bytes to train on, and little to validate and test on."""
    folder = Path(tempfile.mkdtemp())
    shutil.copy(ROOT / "params.yaml", folder)
    (folder / REAL.rows("train").parent).mkdir(parents=True)
    growth.write(folder / REAL.rows("train"), REAL, size)
    for split in ("valid", "test"):
        growth.write(folder / REAL.rows(split), REAL, MIB)

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
