"""Workers: results in order, errors as they were raised, no process left, whatever ends the run.

What is done here in other processes is done by `doing`, which a process can import.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import doing
import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textrnn.errors import UserError
from textrnn.parallel import FEW, Workers

MANY = range(1, 3 * FEW)


@pytest.fixture(scope="module")
def three() -> Iterator[Workers[int, tuple[int, int]]]:
    with Workers(doing.squares, 3) as workers:
        list(workers.map(MANY))
        yield workers


@settings(max_examples=20)
@given(items=st.lists(st.integers(0, 9), max_size=30))
def test_results_are_in_the_order_of_the_items(
    three: Workers[int, tuple[int, int]], items: list[int]
) -> None:
    """The larger a number the shorter its work, so that none waits for its turn by itself."""
    assert [square for square, _ in three.map(items)] == [item**2 for item in items]


def test_many_items_are_done_by_other_processes(three: Workers[int, tuple[int, int]]) -> None:
    assert os.getpid() not in {pid for _, pid in three.map(MANY)}


def test_few_items_are_done_here() -> None:
    with Workers(doing.squares, 3) as workers:
        assert {pid for _, pid in workers.map(range(FEW))} == {os.getpid()}


def test_one_process_is_this_one() -> None:
    with Workers(doing.squares, 1) as workers:
        assert {pid for _, pid in workers.map(MANY)} == {os.getpid()}


@pytest.mark.parametrize("count", [1, 2])
def test_the_first_error_in_order_is_raised(count: int) -> None:
    with Workers(doing.refuses, count) as workers:
        results = workers.map(MANY)
        assert [next(results) for _ in range(2)] == [1, 2]
        with pytest.raises(UserError, match=r"^row 3 is wrong$"):
            list(results)


def test_an_error_while_a_process_prepares_is_raised() -> None:
    with Workers(doing.prepares_in_vain, 2) as workers, pytest.raises(UserError, match="no vocab"):
        list(workers.map(MANY))


def test_a_killed_process_is_one_sentence_that_says_where(tmp_path: Path) -> None:
    with (
        Workers(partial(doing.kills_itself, tmp_path / "5"), 2) as workers,
        pytest.raises(UserError, match=r"^[3-5]: here or later a process was killed .*workers"),
    ):
        list(workers.map(MANY))


def test_no_more_is_begun_after_an_error(tmp_path: Path) -> None:
    with Workers(partial(doing.leaves_marks, tmp_path), 2) as workers:
        assert next(workers.map(range(100))) == 0
    assert len(list(tmp_path.iterdir())) < 30


# ---------------------------------------------------------------- the parent's end

SCRIPT = """
import multiprocessing, signal, sys, time
from functools import partial
from pathlib import Path
sys.path.insert(0, {tests!r})
import doing
from textrnn import atomic
from textrnn.parallel import Workers

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job is born deaf to it
    multiprocessing.set_start_method({method!r})
    with Workers(doing.takes_long, 2) as workers, atomic.folder(Path("out")) as part:
        for pid in workers.map(range(1000)):
            (part / "pids").open("a").write(f"{{pid}}\\n")
"""


def started(folder: Path, method: str) -> tuple[subprocess.Popen[bytes], list[psutil.Process]]:
    """Start a script that writes by two processes; return it and these, once they work."""
    (folder / "script.py").write_text(
        SCRIPT.format(tests=str(Path(__file__).parent), method=method)
    )
    process = subprocess.Popen(
        [sys.executable, "script.py"], cwd=folder, stderr=subprocess.DEVNULL, start_new_session=True
    )
    pids: set[int] = set()
    while len(pids) < 2:
        time.sleep(0.02)
        assert process.poll() is None
        file = folder / ".out.part" / "pids"
        pids = {int(line) for line in file.read_text().split()} if file.exists() else set()
    return process, [psutil.Process(pid) for pid in pids]


@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.parametrize("whole_group", [True, False])
def test_an_interrupt_leaves_nothing(tmp_path: Path, method: str, whole_group: bool) -> None:
    """Ctrl-C reaches the whole group of processes; `kill -INT` the parent alone."""
    script, workers = started(tmp_path, method)
    (os.killpg if whole_group else os.kill)(script.pid, signal.SIGINT)
    assert script.wait(timeout=20) != 0
    assert not psutil.wait_procs(workers, timeout=5)[1]
    assert [path.name for path in tmp_path.iterdir()] == ["script.py"]


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_killed_parent_leaves_no_process(tmp_path: Path, method: str) -> None:
    script, workers = started(tmp_path, method)
    script.kill()
    script.wait(timeout=20)
    assert not psutil.wait_procs(workers, timeout=5)[1]
    assert not (tmp_path / "out").exists()
