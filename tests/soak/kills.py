"""Runs that are killed at random moments, each compared with one that never was."""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from pipeline.test_whole_runs import environment, run

from soak.graphs import Graph

Digests = dict[str, str]


def soak(folder: Path, graph: Graph, options: argparse.Namespace) -> Iterator[bool]:
    """Run a graph once in peace and `options.runs` times under kills; yield whether each survived.

    A run survives if it ends with every output of the first, to the byte, and verifies clean; it
    may take what docs/reliability.md says of a lock of DVC's that was cut short, and this is told.
    """
    start = folder / "start"
    (folder / "home").mkdir()
    graph.lay_out(start)
    run(start, "dvc", "repro", "check", *graph.fetch)
    never_killed = _copy(start, folder / "peace")
    began = time.monotonic()
    run(never_killed, "dvc", "repro", *graph.targets)
    seconds = time.monotonic() - began
    expected = digests(never_killed)
    print(f"never killed: {len(expected)} outputs in {seconds:.0f} seconds", flush=True)

    draw = random.Random(options.seed)
    for number in range(1, options.runs + 1):
        repo = _copy(start, folder / f"run-{number}")
        # On the whole a little less than a run takes, so that most kills strike a run.
        moments = [draw.uniform(0, 2 * seconds / (options.kills + 1)) for _ in range(options.kills)]
        struck = cut = 0
        for moment in moments:
            struck += _is_killed(repo, graph.targets, moment)
            cut += _remove_cut_lock(repo)
        problem = _problem(repo, graph.targets, expected)
        mended = f", {cut} of which cut .dvc/tmp/rwlock: removed" if cut else ""
        print(f"run {number}: {struck} kills{mended}; {problem or 'nothing lost'}", flush=True)
        yield problem is None
        shutil.rmtree(repo)


def digests(repo: Path) -> Digests:
    """Return the md5 of every output that dvc.lock names."""
    stages: dict[str, Any] = yaml.safe_load((repo / "dvc.lock").read_text())["stages"]
    return {out["path"]: out["md5"] for entry in stages.values() for out in entry["outs"]}


def _copy(source: Path, target: Path) -> Path:
    shutil.copytree(source, target, symlinks=True)
    return target


def _is_killed(repo: Path, targets: tuple[str, ...], after: float) -> bool:
    """Run the graph and kill all of its processes; say whether it had not ended by itself."""
    running = subprocess.Popen(
        ["dvc", "repro", *targets],
        cwd=repo,
        env=environment(repo),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        running.wait(after)
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
        return True
    return False


def _remove_cut_lock(repo: Path) -> bool:
    """Remove the file of DVC's locks if a kill struck as DVC wrote it; say whether it did."""
    lock = repo / ".dvc/tmp/rwlock"
    if not lock.exists():
        return False
    try:
        json.loads(lock.read_text(encoding="utf-8"))
    except ValueError:
        lock.unlink()
        return True
    return False


def _problem(repo: Path, targets: tuple[str, ...], expected: Digests) -> str | None:
    """Run the graph to its end; return what is not as it should be."""
    try:
        run(repo, "dvc", "repro", *targets)
        run(repo, "python", "-m", "textrnn.cli", "verify")
    except AssertionError as failure:
        return str(failure)
    found = digests(repo)
    other = [path for path in expected if found.get(path) != expected[path]]
    return f"other bytes: {', '.join(other)}" if other else None
