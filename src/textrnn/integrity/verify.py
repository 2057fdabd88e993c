"""Check cache, workspace, shards and a remote; say of each finding how it is mended."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dvc.exceptions import DvcException
from dvc.repo import Repo

from textrnn.errors import UserError
from textrnn.integrity import objects, outputs, records
from textrnn.integrity.objects import Store
from textrnn.integrity.outputs import Difference, Output
from textrnn.paths import DATA


@dataclass(frozen=True)
class Report:
    """What was found, a sentence each, and how much was looked at."""

    findings: list[str]
    objects: int
    files: int
    records: int


def verify(remote: str | None = None) -> Report:
    """Check the repository of the current folder, and a remote by name.

    Raises:
        UserError: this is no DVC repository, there is no such remote, or something is unreadable.
    """
    try:
        with Repo() as repo:
            root = Path(repo.root_dir)
            store = objects.read(repo.cache.local, "cache")
            known = outputs.recorded(repo, root)
            owners = _owners(repo, root, store)
            findings = list(_of_cache(store, owners, root))
            count = len(store.digests)
            if remote is not None:
                far = _read_remote(repo, remote)
                findings += _of_remote(far, owners, remote)
                count += len(far.digests)
            changed = outputs.differences(root, known, store.listings)
    except DvcException as error:
        raise UserError(str(error)) from error
    findings += [_of_workspace(difference, store) for difference in changed]
    total, wrong = records.check(root, DATA, {difference.file for difference in changed})
    return Report(findings + wrong, count, len({f for o in known for f in o.files}), total)


def _read_remote(repo: Any, name: str) -> Store:
    odb = repo.cloud.get_remote_odb(name, "verify")
    try:
        return objects.read(odb, f"remote {name}")
    except Exception as error:  # each kind of remote has exceptions of its own
        raise UserError(f"the remote {name} cannot be read ({error}).") from error


@dataclass(frozen=True)
class _Owner:
    """The file that an object is the content of, and how to make it once more."""

    file: Path
    again: str


def _owners(repo: Any, root: Path, store: Store) -> dict[str, _Owner]:
    """Return, for each object that a recorded output needs, that output's file."""
    found = {}
    for out in repo.index.outs:
        path, stage = Path(out.fs_path).relative_to(root), out.stage
        again = f"dvc repro --force {stage.addressing}" if stage.cmd else f"dvc add {path}"
        if out.use_cache and out.hash_info:
            found[out.hash_info.value] = _Owner(path, again)
            for name, md5 in store.listings.get(out.hash_info.value, {}).items():
                found[md5] = _Owner(path / name, again)
    return found


def _of_cache(store: Store, owners: dict[str, _Owner], root: Path) -> Iterator[str]:
    for name in store.wrong():
        path = Path(store.paths[name])
        place = path.relative_to(root) if path.is_relative_to(root) else path
        if owner := owners.get(name):
            yield (
                f"{place} ({owner.file}): its bytes are not those of its name. Remove it and run "
                f"`dvc fetch`, or `{owner.again}` where no remote holds it."
            )
        else:
            yield (
                f"{place}: its bytes are not those of its name. Remove it: nothing recorded here "
                "needs it (`dvc fetch --all-commits` brings it back for other commits)."
            )
    for folder, missing in store.incomplete().items():
        if owner := owners.get(folder):
            yield (
                f"{owner.file}: the cache lacks {len(missing)} of its files. Run `dvc fetch`, or "
                f"`{owner.again}` where no remote holds them."
            )


def _of_remote(store: Store, owners: dict[str, _Owner], remote: str) -> Iterator[str]:
    for name in store.wrong():
        also = [store.paths[folder] for folder in store.folders_of(name)]
        which = "which lists it" if len(also) == 1 else "which list it"
        rest = f", and {' and '.join(also)}, {which}," if also else ""
        yield (
            f"remote {remote}: {store.paths[name]}{_named(name, owners)}: its bytes are not those "
            f"of its name. Delete it{rest} from the remote, then run `dvc push`."
        )
    for folder, missing in store.incomplete().items():
        yield (
            f"remote {remote}: {store.paths[folder]}{_named(folder, owners)} lists {len(missing)} "
            "objects that are not there. Delete it from the remote, then run `dvc push`."
        )


def _named(name: str, owners: dict[str, _Owner]) -> str:
    return f" ({owners[name].file})" if name in owners else ""


def _of_workspace(difference: Difference, store: Store) -> str:
    file, output = difference.file, difference.output
    if difference.kind == "extra":
        return f"{file} is not among what is recorded of {output.path}. Remove it."
    said = "is missing" if difference.kind == "missing" else "is not as recorded"
    removal = "Run" if difference.kind == "missing" else "Remove it and run"
    return f"{file} {said}. {removal} `{_restore(output, store)}`."


def _restore(output: Output, store: Store) -> str:
    if not output.cached:
        return f"git checkout -- {output.path}"
    command = "checkout --force" if output.md5 in store.digests else "pull --force"
    return f"dvc {command} {output.path}"
