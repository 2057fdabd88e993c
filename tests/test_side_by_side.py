"""`textrnn repro`: what `dvc repro` does, several stages at a time."""

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml
from pipeline import tiny
from pipeline.layout import ROOT, environment, run

from textrnn import lockfile

REPRO = (sys.executable, "-m", "textrnn.cli", "repro")
# Waits until another stage has begun, which waits for it: both end only if they run at once.
MEET = (
    "touch {me}.here; timeout 60 sh -c 'until [ -e OTHER.here ]; do sleep 0.1; done'"
    " && cp {me}.in {me}"
)
# Fails where another stage runs at the same time.
ALONE = "mkdir running && sleep 0.5 && rmdir running && cp {me}.in {me}"
COPY = "cp {me}.in {me}"
# Says that it has begun, and that it was interrupted.
TOLD = (
    "trap 'sleep 1; touch {me}.told; exit 1' INT; touch {me}.here;"
    " for i in $(seq 300); do sleep 0.2; done"
)


def lay_out(folder: Path, **commands: str) -> Path:
    """Make a repository of stages that each read `<name>.in` and make `<name>`, and of one that
    joins what all have made."""
    stages: dict[str, Any] = {
        name: {"cmd": cmd.format(me=name), "deps": [f"{name}.in"], "outs": [name]}
        for name, cmd in commands.items()
    }
    stages["join"] = {
        "cmd": f"cat {' '.join(commands)} > join",
        "deps": list(commands),
        "outs": ["join"],
    }
    for name in commands:
        (folder / f"{name}.in").write_text(f"{name}\n")
    (folder / "params.yaml").touch()
    (folder / "dvc.yaml").write_text(yaml.safe_dump({"stages": stages}, sort_keys=False))
    (folder / "src").symlink_to(ROOT / "src")
    run(folder, "git", "init", "--quiet")
    run(folder, "dvc", "init", "--quiet")
    return folder


def repro(folder: Path, *arguments: str, fails: bool = False) -> str:
    """Run `textrnn repro`; return what it printed."""
    return run(folder, *REPRO, *arguments, fails=fails)


def named(output: str, mark: str = " | ") -> list[str]:
    """Return the stage of each line that has the mark behind its name."""
    return [line.split(mark)[0].strip() for line in output.splitlines() if mark in line]


def begun(output: str) -> list[str]:
    """Return the stages whose commands were run, in that order."""
    return named(output, " | > ")


def ran(output: str) -> set[str]:
    return set(begun(output))


def test_stages_that_need_nothing_of_each_other_run_at_once(tmp_path: Path) -> None:
    folder = lay_out(
        tmp_path, left=MEET.replace("OTHER", "right"), right=MEET.replace("OTHER", "left")
    )
    output = repro(folder, "--jobs", "2")
    assert ran(output) == {"left", "right", "join"}
    assert (folder / "join").read_text() == "left\nright\n"
    assert "up to date" in run(folder, "dvc", "status")
    assert "up to date" in run(folder, "dvc", "repro")


def test_no_more_run_at_a_time_than_were_asked_for(tmp_path: Path) -> None:
    folder = lay_out(tmp_path, left=ALONE, right=ALONE)
    assert ran(repro(folder, "--jobs", "1")) == {"left", "right", "join"}


def test_only_what_has_changed_and_what_depends_on_it_is_looked_at(tmp_path: Path) -> None:
    folder = lay_out(tmp_path, left=COPY, right=COPY)
    assert ran(repro(folder, "left")) == {"left"}
    assert ran(repro(folder)) == {"right", "join"}
    assert repro(folder) == "Data and pipelines are up to date.\n"
    (folder / "right.in").write_text("another\n")
    output = repro(folder)
    assert ran(output) == set(named(output)) == {"right", "join"}
    assert (folder / "join").read_text() == "left\nanother\n"


def test_after_a_failure_nothing_else_begins_and_the_next_run_goes_on(tmp_path: Path) -> None:
    folder = lay_out(tmp_path, left="exit 3", right=COPY, other=COPY)
    output = repro(folder, "--jobs", "1", fails=True)
    assert ran(output) == {"left"}
    assert output.splitlines()[-1] == (
        "textrnn: left failed, see above. Not begun: right, other, join. What is done is recorded "
        "in dvc.lock: the same command goes on from there."
    )
    assert "failed to run: exit 3" in output
    assert ran(repro(folder, "--jobs", "1", "--keep-going", fails=True)) == {
        "left",
        "right",
        "other",
    }
    assert set(lockfile.parse((folder / "dvc.lock").read_bytes())) == {"right", "other"}
    pipeline = (folder / "dvc.yaml").read_text().replace("exit 3", "cp left.in left")
    (folder / "dvc.yaml").write_text(pipeline)
    assert ran(repro(folder)) == {"left", "join"}


def test_what_runs_beside_a_failure_ends_and_is_recorded(tmp_path: Path) -> None:
    slow = "touch right.here; sleep 4; cp right.in right"
    waits = "until [ -e right.here ]; do sleep 0.05; done; exit 1"
    folder = lay_out(tmp_path, left=waits, right=slow)
    assert "join" not in ran(repro(folder, fails=True))
    assert set(lockfile.parse((folder / "dvc.lock").read_bytes())) == {"right"}


@contextmanager
def under_way(folder: Path, **options: Any) -> Iterator[subprocess.Popen[str]]:
    """Start `textrnn repro`, and wait until `left` and `right` have begun."""
    process = subprocess.Popen(
        REPRO,
        cwd=folder,
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **options,
    )
    try:
        until(lambda: all((folder / f"{name}.here").exists() for name in ("left", "right")))
        yield process
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        process.communicate(timeout=60)


def ignore_interrupts() -> None:
    """Be as a process that a script has started with `&`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def heed_hangups() -> None:
    """Be as a process that a terminal has started, even where `nohup` runs the tests."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.mark.parametrize(
    ("sent", "options"),
    [
        (signal.SIGINT, {}),
        (signal.SIGTERM, {}),
        (signal.SIGHUP, {"preexec_fn": heed_hangups}),
        (signal.SIGTERM, {"preexec_fn": ignore_interrupts}),
    ],
)
def test_an_interrupt_reaches_the_stages_under_way(
    tmp_path: Path, sent: signal.Signals, options: dict[str, Any]
) -> None:
    folder = lay_out(tmp_path, left=TOLD, right=TOLD, waiting=COPY)
    with under_way(folder, **options) as process:
        process.send_signal(sent)
        output, _ = process.communicate(timeout=60)
    assert process.returncode != 0
    assert all((folder / f"{name}.told").exists() for name in ("left", "right"))
    assert ran(output) == {"left", "right"}
    pipeline = yaml.safe_load((folder / "dvc.yaml").read_text())
    for name in ("left", "right"):
        pipeline["stages"][name]["cmd"] = COPY.format(me=name)
    (folder / "dvc.yaml").write_text(yaml.safe_dump(pipeline))
    assert ran(repro(folder)) == {"left", "right", "waiting", "join"}


def test_a_second_interrupt_ends_a_stage_that_goes_on(tmp_path: Path) -> None:
    deaf = "trap '' INT; touch {me}.here; sleep 300"
    folder = lay_out(tmp_path, left=deaf, right=deaf)
    with under_way(folder) as process:
        process.send_signal(signal.SIGINT)
        time.sleep(1)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode != 0


def test_the_stages_are_held_with_it_and_go_on_with_it(tmp_path: Path) -> None:
    counts = "touch {me}.at {me}.here; for i in $(seq 600); do echo $i > {me}.at; sleep 0.05; done"
    folder = lay_out(tmp_path, left=counts, right=counts)

    def at() -> list[str]:
        return [(folder / f"{name}.at").read_text() for name in ("left", "right")]

    def on(before: list[str]) -> bool:
        return all(now and now != then for now, then in zip(at(), before, strict=True))

    with under_way(folder) as process:
        process.send_signal(signal.SIGTSTP)
        until(lambda: psutil.Process(process.pid).status() == psutil.STATUS_STOPPED)
        held = at()
        time.sleep(0.5)
        assert at() == held
        process.send_signal(signal.SIGCONT)
        until(lambda: on(held))


def test_where_nobody_reads_what_is_printed_the_stages_end(tmp_path: Path) -> None:
    talks = "touch {me}.here; for i in $(seq 600); do echo word; sleep 0.1; done"
    folder = lay_out(tmp_path, left=talks, right=TOLD)
    with under_way(folder) as process:
        assert process.stdout
        process.stdout.close()
        assert process.wait(timeout=60) != 0
    until((folder / "right.told").exists)


def until(happens: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_stages_begin_in_the_order_of_the_targets(tmp_path: Path) -> None:
    folder = lay_out(tmp_path, **dict.fromkeys(["one", "two", "three", "four"], COPY))
    output = repro(folder, "--jobs", "1", "four", "two", "join")
    assert begun(output) == ["four", "two", "one", "three", "join"]


def test_a_stage_and_what_made_its_source_may_be_elsewhere(tmp_path: Path) -> None:
    folder = lay_out(tmp_path, left=COPY, right=COPY)
    run(folder, "dvc", "add", "--quiet", "left.in")
    repro(folder)
    (folder / "left.in").write_text("another\n")
    (folder / "right").unlink()
    below = folder / "below"
    below.mkdir()
    command = [f"PYTHONPATH={folder / 'src'}", *REPRO]
    output = run(below, "env", *command)
    assert ran(output) == {"left", "join"}  # the other is in the cache
    assert (folder / "join").read_text() == "another\nright\n"
    assert "up to date" in run(folder, "dvc", "status")


def test_a_target_that_is_no_stage_is_named(tmp_path: Path) -> None:
    folder = lay_out(tmp_path, left=COPY)
    output = repro(folder, "centre", fails=True)
    assert output.startswith("textrnn: ")
    assert "'centre'" in output
    assert output.count("\n") == 1


def test_the_lock_is_that_of_dvc_repro(tmp_path: Path) -> None:
    folder = tmp_path / "repo"
    tiny.lay_out(folder)
    lock = folder / "dvc.lock"
    by_dvc = lockfile.parse(lock.read_bytes())
    lock.unlink()
    for made in ("data/sentiment", ".dvc/cache/runs"):
        shutil.rmtree(folder / made)
    assert ran(repro(folder, "--jobs", "3")) == set(tiny.STAGES)
    assert lockfile.parse(lock.read_bytes()) == by_dvc
