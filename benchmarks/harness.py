"""Claims of speed: contenders take turns in rounds, and what came out is kept in results.json.

A benchmark is a file that makes a `Benchmark` and ends in `harness.main(BENCHMARK)`. Each contender
lives in a process of its own, so that no library's threads stand in another's way; it prepares
itself, and then runs once each time it is told to. One round is one turn of every contender: what
else the machine does reaches them all.

    python benchmarks/NAME.py [--rounds N] [--only CONTENDER ...] [--dry]

This module loads neither TensorFlow nor PyTorch: contenders import what they need.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol, TextIO

import machine
from textrnn import atomic

RESULTS = Path(__file__).with_name("results.json")
ROOT = RESULTS.parents[1]

Figures = Mapping[str, float]
Go = Callable[[], Figures | None]


@dataclass(frozen=True)
class Contender:
    """One way to do the work.

    Args:
        prepare: is called once in the contender's process, and returns what a turn runs. A turn
            returns None, or figures beside its time (`peak_mib`, `padded_to_real`); a figure
            `seconds` takes the place of the time that the harness measured.
        repeat: how many times a turn runs it; its seconds are the mean.
        scale: what is run stands for that many times as much work (say so in the title or notes).
        environment: variables of its process, beside those of this one.
    """

    prepare: Callable[[], Go]
    repeat: int = 1
    scale: float = 1.0
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Turn:
    """What one turn took, and its other figures."""

    seconds: float
    figures: Figures = field(default_factory=dict)


@dataclass(frozen=True)
class Summary:
    """A contender's turns: the least and the median of its seconds, each figure's median."""

    minimum: float
    median: float
    figures: Figures


Summaries = Mapping[str, Summary]


@dataclass(frozen=True)
class Claim:
    """What is claimed, in words, and the value that bears it out or does not.

    Exactly one of `at_least` and `at_most` is given; `unit` stands behind the value.
    """

    wording: str
    value: Callable[[Summaries], float]
    at_least: float | None = None
    at_most: float | None = None
    unit: str = "×"

    def record(self, found: Summaries) -> dict[str, Any]:
        """Return the claim as results.json has it."""
        value = self.value(found)
        least, most = self.at_least, self.at_most
        if (least is None) == (most is None):
            raise ValueError(f"{self.wording}: give one of at_least and at_most")
        reached = value >= least if least is not None else value <= (most or 0.0)
        bound = {"at_least": least} if least is not None else {"at_most": most}
        value = float(f"{value:.4g}")
        return {"claim": self.wording, **bound, "value": value, "unit": self.unit} | {
            "reached": reached
        }


@dataclass(frozen=True)
class Benchmark:
    """What is measured for a claim or several; the first contender is what ratios are to."""

    name: str  # of the file, and the key in results.json
    title: str  # what the seconds are those of
    contenders: Mapping[str, Contender]
    claims: Sequence[Claim] = ()
    rounds: int = 7
    warm_up: int = 2  # turns before the rounds: they trace, compile, and fill caches
    notes: Sequence[str] = ()


def faster(fast: str, slow: str) -> Callable[[Summaries], float]:
    """Return the value of a claim: how many times as fast one contender is, by the medians."""
    return lambda found: found[slow].median / found[fast].median


def figure(contender: str, name: str) -> Callable[[Summaries], float]:
    """Return the value of a claim: a contender's own figure."""
    return lambda found: found[contender].figures[name]


# ---------------------------------------------------------------- rounds


class Runs(Protocol):
    """A contender that is ready."""

    def turn(self) -> Turn:
        """Run it once."""


def rounds(
    ready: Mapping[str, Runs],
    count: int,
    warm_up: int,
    report: Callable[[str], None] = lambda line: None,
) -> dict[str, list[Turn]]:
    """Let every contender take its turn, round after round; return the turns after the warm-up."""
    turns: dict[str, list[Turn]] = {name: [] for name in ready}
    for i in range(warm_up + count):
        for name, contender in ready.items():
            turn = contender.turn()
            report(f"{'warm-up' if i < warm_up else 'round'} {i}: {name} {turn.seconds:.4g} s")
            if i >= warm_up:
                turns[name].append(turn)
    return turns


def summary(turns: Sequence[Turn]) -> Summary:
    """Return the least and the median of the seconds, and each figure's median."""
    seconds = [turn.seconds for turn in turns]
    names = dict.fromkeys(name for turn in turns for name in turn.figures)
    figures = {n: statistics.median(turn.figures[n] for turn in turns) for n in names}
    return Summary(min(seconds), statistics.median(seconds), figures)


def timed(
    go: Go, repeat: int, scale: float, clock: Callable[[], float] = time.perf_counter
) -> Turn:
    """Run a contender `repeat` times; return the mean of its seconds, scaled, and its figures."""
    figures: dict[str, float] = {}
    started = clock()
    for _ in range(repeat):
        figures |= go() or {}
    mean = (clock() - started) / repeat
    return Turn(figures.pop("seconds", mean) * scale, figures)


# ---------------------------------------------------------------- a contender's process


class Process:
    """A contender in a process of its own, ready when this returns.

    Its temporary files lie in a folder that is removed with it: it is killed, and cannot tidy up.
    """

    def __init__(self, file: Path, name: str, environment: Mapping[str, str]) -> None:
        self._name = name
        self._scratch = TemporaryDirectory(prefix="bench-")
        own = {"PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": self._scratch.name}
        self._process = subprocess.Popen(
            [sys.executable, file, "--contender", name],
            env={**os.environ, **own, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._answer()

    def turn(self) -> Turn:
        """Tell it to go, and return what it says."""
        self._write("go\n")
        return Turn(**self._answer())

    def end(self) -> None:
        """Let it end."""
        self._process.kill()
        self._process.communicate()
        self._scratch.cleanup()

    def _write(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line)
        self._process.stdin.flush()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"{self._name}: ended with status {self._process.wait()}.")
        answer: dict[str, Any] = json.loads(line)
        return answer


def serve(contender: Contender, orders: Iterable[str], answers: TextIO) -> None:
    """Prepare a contender, say so, and answer each order with a turn, as one line of JSON."""
    go = contender.prepare()
    _say(answers, {})
    for _ in orders:
        turn = timed(go, contender.repeat, contender.scale)
        _say(answers, {"seconds": turn.seconds, "figures": dict(turn.figures)})


def _say(answers: TextIO, content: Mapping[str, Any]) -> None:
    answers.write(json.dumps(content) + "\n")
    answers.flush()


def _own_output() -> TextIO:
    """Return standard output for the answers alone: what libraries print goes to standard error."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return answers


# ---------------------------------------------------------------- results


def entry(benchmark: Benchmark, count: int, turns: Mapping[str, Sequence[Turn]]) -> dict[str, Any]:
    """Return what results.json keeps of a run."""
    found = {name: summary(taken) for name, taken in turns.items()}
    return {
        "title": benchmark.title,
        "rounds": count,
        "contenders": {
            name: {"minimum": _short(s.minimum), "median": _short(s.median)}
            | {"figures": {k: _short(v) for k, v in s.figures.items()}}
            for name, s in found.items()
        },
        "claims": [claim.record(found) for claim in benchmark.claims],
        "notes": list(benchmark.notes),
        "machine": machine.facts(),
    }


def record(name: str, content: Mapping[str, Any], file: Path = RESULTS) -> None:
    """Put a benchmark's entry into results.json, whose other entries stay."""
    entries = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    entries[name] = content
    text = json.dumps(dict(sorted(entries.items())), indent=1, ensure_ascii=False) + "\n"
    with atomic.file(file) as part:
        part.write_text(text, encoding="utf-8", newline="\n")


def lines(content: Mapping[str, Any]) -> list[str]:
    """Return what a run prints: each contender's minimum, median and ratio, then the claims."""
    contenders = content["contenders"]
    base = next(iter(contenders.values()))
    width = max(map(len, contenders))
    head = f"{content['title']}; {content['rounds']} rounds; ratios to the first"
    rows = [
        f"  {name:{width}}  min {c['minimum']:.4g} s ({c['minimum'] / base['minimum']:.2f})"
        f"  median {c['median']:.4g} s ({c['median'] / base['median']:.2f})"
        + "".join(f"  {k} {v:.4g}" for k, v in c["figures"].items())
        for name, c in contenders.items()
    ]
    return [head, *rows, *(f"  {_verdict(claim)}" for claim in content["claims"])]


def _verdict(claim: Mapping[str, Any]) -> str:
    bound = (
        f"at least {claim['at_least']:g}"
        if "at_least" in claim
        else f"at most {claim['at_most']:g}"
    )
    word = "reached" if claim["reached"] else "NOT reached"
    return f"{claim['claim']}: {claim['value']:.3g} {claim['unit']} ({bound}): {word}"


def _short(value: float) -> float:
    return float(f"{value:.4g}")


# ---------------------------------------------------------------- command line


def main(*benchmarks: Benchmark, results: Path = RESULTS) -> None:
    """Measure benchmarks, print what came out and keep it; or be one of their contenders."""
    file = Path(sys.argv[0]).resolve()
    os.chdir(ROOT)  # data and params.yaml are found from there
    contenders = {name: c for each in benchmarks for name, c in each.contenders.items()}
    arguments = _arguments(file, benchmarks, list(contenders))
    if arguments.contender:
        answers = _own_output()
        serve(contenders[arguments.contender], sys.stdin, answers)
        return
    for benchmark in benchmarks:
        chosen = [n for n in benchmark.contenders if n in (arguments.only or contenders)]
        if not chosen:
            continue
        count = arguments.rounds or benchmark.rounds
        turns = _take_turns(file, benchmark, chosen, count)
        if arguments.only:
            for name, taken in turns.items():
                print(name, summary(taken))
            continue
        content = entry(benchmark, count, turns)
        print("\n".join(lines(content)), flush=True)
        if not arguments.dry:
            record(benchmark.name, content, results)


def _take_turns(
    file: Path, benchmark: Benchmark, chosen: Sequence[str], count: int
) -> dict[str, list[Turn]]:
    with ExitStack() as stack:
        ready = {}
        for name in chosen:
            process = Process(file, name, benchmark.contenders[name].environment)
            stack.callback(process.end)
            ready[name] = process
        return rounds(ready, count, benchmark.warm_up, _progress)


def _arguments(
    file: Path, benchmarks: Sequence[Benchmark], contenders: Sequence[str]
) -> argparse.Namespace:
    example = f"Example: python benchmarks/{file.name} --rounds 1 --dry"
    title = "; ".join(benchmark.title for benchmark in benchmarks)
    parser = argparse.ArgumentParser(description=title, epilog=example)
    counts = ", ".join(str(benchmark.rounds) for benchmark in benchmarks)
    parser.add_argument("--rounds", type=int, help=f"instead of {counts}")
    parser.add_argument("--only", nargs="+", choices=contenders, help="no claims")
    parser.add_argument("--dry", action="store_true", help="leave the results as they are")
    parser.add_argument("--contender", choices=contenders, help=argparse.SUPPRESS)
    return parser.parse_args()


def _progress(line: str) -> None:
    sys.stderr.write(f"  {line}\n")
