"""Accept a change of code that changes no byte: the committed code and the new one run, and agree.

DVC would run a stage again for a comment. Here it runs twice in temporary folders, and the new code
enters dvc.lock only if every output is the same. A training runs for its first epochs and seed. Of
the outputs that dvc.lock records none is read or written, so they may lie elsewhere.
"""

import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from dvc.exceptions import DvcException
from dvc.repo import Repo
from dvc.stage.serialize import to_lockfile
from dvc.utils.serialize import modify_yaml

from textrnn import atomic, lockfile
from textrnn.errors import UserError
from textrnn.integrity.outputs import md5
from textrnn.params import base

EPOCHS = 2  # what happens between epochs is part of what may have changed

# What `dvc status` calls an output that was never pulled.
ELSEWHERE = {"deleted", "not in cache"}


def adopt(name: str) -> str:
    """Accept the working tree's code of a stage, if it gives what the committed code gives.

    Returns:
        What was found, a sentence.

    Raises:
        UserError: the outputs part, or something other than code has changed, or a run fails.
    """
    try:
        with Repo() as repo:
            root = Path(repo.root_dir)
            stage = _stage(repo, name)
            changed = _changed_code(repo, root, stage)
            if not changed:
                return f"{name} is up to date: there is nothing to accept."
            _compare_runs(root, stage)
            _record(repo, root / lockfile.FILE, stage)
    except DvcException as error:
        raise UserError(str(error)) from error
    return f"{name} gives the same bytes: dvc.lock now has the new {', '.join(changed)}."


def _stage(repo: Any, name: str) -> Any:
    for stage in repo.index.stages:
        if stage.addressing == name and stage.cmd:
            return stage
    raise UserError(f"dvc.yaml has no stage {name}: `dvc stage list --name-only` shows them.")


def _changed_code(repo: Any, root: Path, stage: Any) -> list[str]:
    """Return the files of code, and the new parameters, in which a stage differs from dvc.lock.

    A parameter that the stage did not read before is part of how its code has changed.

    Raises:
        UserError: something else differs too, or the committed code is not that of dvc.lock.
    """
    name, code = stage.addressing, _code(root) - {str(base.FILE)}
    changed: list[str] = []
    for entry in repo.status([name]).get(name, []):
        kind, states = next(iter(entry.items())) if isinstance(entry, dict) else (entry, {})
        if kind == "changed outs" and set(states.values()) <= ELSEWHERE:
            continue
        new = _new_parameters(states)
        if kind != "changed deps" or not set(states) <= code | ({str(base.FILE)} if new else set()):
            raise UserError(
                f"{name}: {kind} {', '.join(states)}: only a change of code can be accepted. Put "
                f"it back (`dvc checkout`, `git checkout`) or run `dvc repro {name}`."
            )
        changed += [*(set(states) & code), *new]
    if changed:
        _demand_committed(root, name, code)
    return sorted(changed)


def _new_parameters(states: Any) -> list[str]:
    """Return the keys that a stage now reads, if no parameter that it read before has changed."""
    of_keys = states.get(str(base.FILE), {})
    return list(of_keys) if set(of_keys.values()) == {"new"} else []


def _demand_committed(root: Path, name: str, code: set[str]) -> None:
    """Raise UserError unless dvc.lock is committed, and with the code that it is of."""
    locks = [(root / lockfile.FILE).read_bytes(), _git(root, "show", f"HEAD:{lockfile.FILE}")]
    now, committed = [lockfile.parse(lock).get(name) for lock in locks]
    if now is None or now != committed:
        raise UserError(f"dvc.lock's entry of {name} is not committed: commit it first.")
    with _committed(root) as folder:
        for dep in committed["deps"]:
            if dep["path"] in code and md5(folder / dep["path"]) != dep["md5"]:
                raise UserError(
                    f"{name}: the committed {dep['path']} is not the one that dvc.lock records, so "
                    f"there is nothing to compare with. Run `dvc repro {name}`."
                )


def _record(repo: Any, lock: Path, stage: Any) -> None:
    """Write what a stage depends on now into dvc.lock, as DVC does; what is said of outputs stays.

    The file is replaced whole: a process that is killed leaves the old one.
    """
    with repo.lock:
        stage.save_deps()
        with atomic.file(lock) as part:
            shutil.copy(lock, part)
            with modify_yaml(str(part)) as content:
                content["stages"].update(to_lockfile(stage))


def _compare_runs(root: Path, stage: Any) -> None:
    with _committed(root) as old, tempfile.TemporaryDirectory() as temporary:
        new = Path(temporary)
        _copy_working_tree(root, new)
        for folder, whose in ((old, "committed"), (new, "new")):
            _run(root, folder, stage, whose)
        for out in stage.outs:
            path = Path(out.fs_path).relative_to(root)
            if (parting := _parting(old / path, new / path)) is not None:
                place = Path(path, parting[0])
                raise UserError(
                    f"{stage.addressing}: with the new code, {place} is another, {parting[1]}; "
                    f"dvc.lock stays as it was. Run `dvc repro {stage.addressing}`."
                )


def _run(root: Path, folder: Path, stage: Any, whose: str) -> None:
    """Run a stage in a folder with that folder's code, and its data linked."""
    code = _code(root)
    for dep in stage.deps:
        path = Path(dep.fs_path).relative_to(root)
        if str(path) not in code and not (folder / path).exists():  # metrics are in git
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).symlink_to(root / path)
    for out in stage.outs:  # metrics are in git: what was committed is no output of this run
        _remove(folder / Path(out.fs_path).relative_to(root))
    _shorten(folder / "params.yaml", stage)
    environment = os.environ | {"PYTHONPATH": str(folder / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    command = shlex.split(stage.cmd)
    done = subprocess.run(command, cwd=folder, env=environment, check=False)  # noqa: S603 - dvc.yaml's
    if done.returncode != 0:
        raise UserError(f"{stage.addressing} fails with the {whose} code: see above.")


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _shorten(params: Path, stage: Any) -> None:
    """Have a training stop after its first epochs, and a model's after its first seed."""
    read = [key for dep in stage.params for key in dep.params]
    values = base.read(params)
    for key in read:
        match key.split("."):
            case [task, "models", model, "training"]:
                entry = values[task]["models"][model]
                entry["seeds"] = entry["seeds"][:1]
            case [task, "pretraining", start, "language_model"]:
                entry = values[task]["pretraining"][start]["language_model"]
            case _:
                continue
        entry["training"]["epochs"] = min(EPOCHS, entry["training"]["epochs"])
        params.write_text(yaml.safe_dump(values), encoding="utf-8")


def _parting(old: Path, new: Path) -> tuple[str, str] | None:
    """Return the first file that two outputs do not share, and how it differs."""
    if not old.is_dir():
        where = _first_difference(old, new)
        return None if where is None else ("", where)
    names = {str(p.relative_to(top)) for top in (old, new) for p in top.rglob("*") if p.is_file()}
    for name in sorted(names):
        if (where := _first_difference(old / name, new / name)) is not None:
            return name, where
    return None


def _first_difference(old: Path, new: Path) -> str | None:
    if not (old.is_file() and new.is_file()):
        return "made by one of them alone"
    a, b = old.read_bytes(), new.read_bytes()
    if a == b:
        return None
    place = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), None)
    return f"from byte {min(len(a), len(b)) if place is None else place:,} on"


@contextmanager
def _committed(root: Path) -> Iterator[Path]:
    """Give a temporary folder with what is committed."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "committed"
        _git(root, "worktree", "add", "--detach", "--quiet", str(folder), "HEAD")
        try:
            yield folder
        finally:
            _git(root, "worktree", "remove", "--force", str(folder))


def _copy_working_tree(root: Path, folder: Path) -> None:
    for name in _code(root):
        if (root / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(root / name, folder / name)


def _code(root: Path) -> set[str]:
    """Return what git holds or would hold: everything but data."""
    listed = _git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    return set(listed.decode().split("\0")) - {""}


def _git(root: Path, *arguments: str) -> bytes:
    no_hooks = f"core.hooksPath={os.devnull}"  # `dvc install` hooks checkouts
    command = ["git", "-c", no_hooks, *arguments]
    done = subprocess.run(command, cwd=root, capture_output=True, check=False)  # noqa: S603 - our own
    if done.returncode != 0:
        raise UserError(f"git {arguments[0]} fails: {done.stderr.decode().strip()}")
    return done.stdout
