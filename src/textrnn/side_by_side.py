"""`dvc repro` of several stages at a time, each as soon as those that it depends on are done.

DVC runs one stage after another, but its locks let several of its processes share a repository
(https://doc.dvc.org/command-reference/repro, "Parallel stage execution"). So each stage has a
`dvc repro --single-item` of its own, which decides whether it runs, and records it in dvc.lock.
"""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from graphlib import TopologicalSorter
from typing import Any, Self

import networkx as nx
from dvc.dvcfile import PROJECT_FILE
from dvc.exceptions import DvcException
from dvc.repo import Repo
from dvc.repo.reproduce import collect_stages, get_active_graph

from textrnn.errors import UserError

Say = Callable[[str], None]
Plan = Mapping[str, set[str]]
_Process = subprocess.Popen[str]

# What DVC says at the end of every command, which is here after every stage, and what each line's
# beginning says already.
NOISE = re.compile(
    r"\s*|Running stage '.*':|Data and pipelines are up to date\.|Updating lock file .*"
    r"|To track the changes with git, run:|\tgit add .*|To enable auto staging, run:"
    r"|\tdvc config core\.autostage true|Use `dvc push` to send .*"
)


def reproduce(targets: Sequence[str], jobs: int, keep_going: bool, say: Say) -> int:
    """Bring stages up to date, and those that they depend on: what `dvc repro` does.

    To be called in the main thread, which is the one that handles signals.

    Args:
        targets: stages of dvc.yaml, as `dvc repro` takes them, the first to be done first; none
            means all.
        jobs: so many run at a time.
        keep_going: after a failure, go on with the stages that do not depend on the one that
            failed; else no other stage is begun.
        say: is given each line that a stage prints, less DVC's usual ones and empty ones, behind
            the stage's name.

    Returns:
        How many stages had to be looked at: 0 where all was up to date.

    Raises:
        UserError: a target is no stage, or a stage failed.
        KeyboardInterrupt: SIGINT, SIGTERM or SIGHUP came; the stages under way were told, and
            have ended.
    """
    try:
        due = plan(targets)
    except DvcException as error:
        raise UserError(str(error)) from error
    failed, left = _run(due, jobs, keep_going, say)
    if failed:
        rest = f" Not begun: {', '.join(left)}." if left else ""
        raise UserError(
            f"{', '.join(failed)} failed, see above.{rest} What is done is recorded in dvc.lock: "
            "the same command goes on from there."
        )
    return len(due)


def plan(targets: Sequence[str]) -> Plan:
    """Return the stages that may have to run, each with those of them that it comes after.

    They are those that have changed and, of what the targets depend on, all that depends on them;
    in the order in which one process would run them, target by target.

    Raises:
        DvcException: a target is no stage, or dvc.yaml is wrong.
    """
    with Repo(_wait_for_lock=True) as repo, repo.lock:
        whole = repo.index.graph  # from a stage to what it depends on
        graph = get_active_graph(whole)
        asked = collect_stages(repo, targets or [PROJECT_FILE])
        wanted = list(dict.fromkeys(s for a in asked for s in nx.dfs_postorder_nodes(graph, a)))
        due: dict[Any, None] = {}
        for stage in wanted:
            if any(before in due for before in graph[stage]) or stage.changed():
                due[stage] = None
        # A frozen stage reads what it depends on all the same.
        return {s.addressing: {b.addressing for b in whole[s] if b in due} for s in due}


def _run(due: Plan, jobs: int, keep_going: bool, say: Say) -> tuple[list[str], list[str]]:
    """Run the stages of a plan; return those that failed, and those that were not begun."""
    sorter = TopologicalSorter(due)
    sorter.prepare()
    rank = {name: place for place, name in enumerate(due)}
    width = max(map(len, due), default=0)
    ready: list[str] = []
    failed: list[str] = []
    running: dict[Future[bool], tuple[str, _Process]] = {}
    left = set(due)
    with ThreadPoolExecutor(jobs) as pool, _Signals(running) as signals:
        while True:
            ready = sorted([*ready, *sorter.get_ready()], key=rank.__getitem__)
            while ready and len(running) < jobs and not signals.come and (keep_going or not failed):
                name = ready.pop(0)
                left.remove(name)
                process = _begin(name)
                running[pool.submit(_follow, process, f"{name:<{width}} | ", say)] = name, process
                if signals.come:  # between these two lines
                    _send(process, signal.SIGINT)
            if not running:
                return failed, sorted(left, key=rank.__getitem__)
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                succeeded = future.result()
                name, _ = running.pop(future)
                if succeeded:
                    sorter.done(name)
                else:
                    failed.append(name)


def _begin(name: str) -> _Process:
    return subprocess.Popen(  # noqa: S603 - a stage of this repository
        [sys.executable, "-m", "dvc", "--wait-for-lock", "repro", "--single-item", name],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="backslashreplace",
        env=os.environ | {"PYTHONUNBUFFERED": "1"},  # lines as they come
        start_new_session=True,  # an interrupt reaches it once, from here
    )


def _follow(process: _Process, prefix: str, say: Say) -> bool:
    """Say what a process prints, until it ends; return whether it succeeded."""
    began = time.monotonic()
    for line in process.stdout or ():
        if not NOISE.fullmatch(line.rstrip("\n")):
            say(prefix + line.rstrip())
    status = process.wait()
    say(f"{prefix}{'failed after' if status else 'took'} {_duration(time.monotonic() - began)}")
    return status == 0


class _Signals:
    """Hands signals on to the processes under way, which lie in sessions of their own.

    A handler that raised would leave a process out that has just begun: so the caller looks at
    `come` before it begins another, and leaving the block raises KeyboardInterrupt. Ctrl-Z holds
    the processes as well, until this one goes on.
    """

    def __init__(self, running: Mapping[Any, tuple[str, _Process]]) -> None:
        self._running = running
        self.come = 0

    def __enter__(self) -> Self:
        # Where SIGINT is ignored (`&` in a script), its handler here has it not ignored there.
        kinds = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
        if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN:  # `nohup`
            kinds.remove(signal.SIGHUP)
        self._before = {kind: signal.signal(kind, self._hand_on) for kind in kinds}
        if signal.getsignal(signal.SIGTSTP) != signal.SIG_IGN:
            self._before[signal.SIGTSTP] = signal.signal(signal.SIGTSTP, self._hold)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind:
            self._hand_on()
        for handled, handler in self._before.items():
            signal.signal(handled, handler)
        if not kind and self.come:
            raise KeyboardInterrupt

    def _hand_on(self, *_: object) -> None:
        """Interrupt the processes; the second time, end them."""
        self.come += 1
        self._send_all(signal.SIGINT if self.come == 1 else signal.SIGTERM)

    def _hold(self, *_: object) -> None:
        """Stop the processes and this one; once this one is continued, continue them."""
        # A session of its own has no terminal, and there SIGTSTP does nothing.
        self._send_all(signal.SIGSTOP)
        os.kill(os.getpid(), signal.SIGSTOP)
        self._send_all(signal.SIGCONT)

    def _send_all(self, number: signal.Signals) -> None:
        for process in [process for _, process in self._running.values()]:
            _send(process, number)


def _send(process: _Process, number: signal.Signals) -> None:
    """Send a signal to a process and what it has started: a stage may outlive DVC's process."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
