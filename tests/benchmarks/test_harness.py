"""Rounds, summaries, claims and results.json, with fake clocks; contenders in real processes."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import harness
from harness import Claim, Summary, Turn


class Listed:
    """A contender that takes the seconds of a list in turn, and says when it was called."""

    def __init__(self, name: str, calls: list[str], seconds: list[float]) -> None:
        self.name, self.calls, self.seconds = name, calls, iter(seconds)

    def turn(self) -> Turn:
        self.calls.append(self.name)
        return Turn(next(self.seconds))


def test_contenders_take_turns_and_the_warm_up_does_not_count() -> None:
    calls: list[str] = []
    ready = {"a": Listed("a", calls, [9, 1, 2]), "b": Listed("b", calls, [9, 3, 4])}
    turns = harness.rounds(ready, count=2, warm_up=1)
    assert calls == ["a", "b", "a", "b", "a", "b"]
    assert turns == {"a": [Turn(1), Turn(2)], "b": [Turn(3), Turn(4)]}


def test_summary_is_minimum_and_median() -> None:
    turns = [Turn(3.0, {"share": 0.1}), Turn(1.0, {"share": 0.3}), Turn(2.5, {"share": 0.2})]
    assert harness.summary(turns) == Summary(1.0, 2.5, {"share": 0.2})


def clock(*times: float) -> Any:
    return iter(times).__next__


def test_a_turn_is_the_mean_of_its_repetitions_scaled() -> None:
    calls = []
    turn = harness.timed(lambda: calls.append(1), 4, 10.0, clock(100.0, 102.0))
    assert len(calls) == 4
    assert turn == Turn(5.0)


def test_a_contender_may_measure_its_own_seconds() -> None:
    turn = harness.timed(lambda: {"seconds": 7.0, "peak": 3.0}, 1, 2.0, clock(0.0, 1.0))
    assert turn == Turn(14.0, {"peak": 3.0})


@pytest.mark.parametrize(
    ("bound", "reached"),
    [
        ({"at_least": 2.0}, True),
        ({"at_least": 2.1}, False),
        ({"at_most": 2.0}, True),
        ({"at_most": 1.9}, False),
    ],
)
def test_a_claim_is_held_to_its_bound(bound: dict[str, float], reached: bool) -> None:
    found = {"new": Summary(1, 2, {}), "old": Summary(1, 4, {})}
    record = Claim("new against old", harness.faster("new", "old"), **bound).record(found)
    assert record == {
        "claim": "new against old", **bound, "value": 2.0, "unit": "×", "reached": reached
    }  # fmt: skip


def test_a_claim_has_one_bound() -> None:
    found = {"new": Summary(1, 2, {"peak": 1.0})}
    with pytest.raises(ValueError, match="one of"):
        Claim("memory", harness.figure("new", "peak")).record(found)


def test_an_entry_takes_the_place_of_its_own_alone(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    for name, content in [("b", 1), ("a", 2), ("b", 3)]:
        harness.record(name, {"x": content}, file)
    assert file.read_text() == json.dumps({"a": {"x": 2}, "b": {"x": 3}}, indent=1) + "\n"
    assert list(tmp_path.iterdir()) == [file]


BENCHMARK = """
import harness
from harness import Benchmark, Claim, Contender, faster

def prepare(seconds, noise):
    print(noise)
    return lambda: print(noise) or {"seconds": seconds, "share": 0.5}

BENCHMARK = Benchmark(
    name="sample",
    title="a sample",
    contenders={
        "new": Contender(lambda: prepare(2.0, "not an answer")),
        "old": Contender(lambda: prepare(3.0, "nor this"), scale=2.0),
    },
    claims=[Claim("new against old", faster("new", "old"), at_least=4)],
    rounds=3,
)
if __name__ == "__main__":
    harness.main(BENCHMARK, results=harness.Path(__file__).with_name("results.json"))
"""


@pytest.fixture
def sample(tmp_path: Path, root: Path) -> Iterator[Path]:
    file = tmp_path / "sample.py"
    file.write_text(BENCHMARK)
    yield file
    assert not (tmp_path / "__pycache__").exists()


def run(file: Path, root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    code = f"{root / 'src'}:{root / 'benchmarks'}"
    environment = {"PYTHONPATH": code, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, str(file), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


def test_contenders_run_in_processes_and_what_they_print_is_no_answer(
    sample: Path, root: Path
) -> None:
    done = run(sample, root)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "a sample; 3 rounds; ratios to the first",
        "  new  min 2 s (1.00)  median 2 s (1.00)  share 0.5",
        "  old  min 6 s (3.00)  median 6 s (3.00)  share 0.5",
        "  new against old: 3 × (at least 4): NOT reached",
    ]
    entry = json.loads((sample.parent / "results.json").read_text())["sample"]
    assert entry["contenders"]["old"] == {"minimum": 6, "median": 6, "figures": {"share": 0.5}}
    assert entry["claims"][0]["reached"] is False
    assert entry["machine"]["cores"] >= 1


def test_a_dry_run_keeps_nothing(sample: Path, root: Path) -> None:
    assert run(sample, root, "--dry", "--rounds", "1").returncode == 0
    assert not (sample.parent / "results.json").exists()


def test_a_contender_that_cannot_be_prepared_ends_the_run(sample: Path, root: Path) -> None:
    sample.write_text(BENCHMARK.replace("print(noise)\n", "raise ValueError(noise)\n", 1))
    done = run(sample, root)
    assert done.returncode == 1
    assert "new: ended with status 1" in done.stderr
    assert "ValueError: not an answer" in done.stderr
    assert not (sample.parent / "results.json").exists()
