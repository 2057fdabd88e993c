"""The outputs in the workspace, each against the md5 that dvc.lock or its `.dvc` file records."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textrnn.integrity.objects import Listing
from textrnn.progress import bar


@dataclass(frozen=True)
class Output:
    """What is recorded of one output that is in the workspace."""

    path: Path
    md5: str  # ends in `.dir` for a folder
    cached: bool  # otherwise git has it
    files: tuple[Path, ...]  # what is there now, .dvcignore respected


@dataclass(frozen=True)
class Difference:
    """A file that is not as recorded; `missing` if it is not there, `extra` if it should not be."""

    output: Output
    file: Path
    kind: str  # "differs", "missing" or "extra"


def recorded(repo: Any, root: Path) -> list[Output]:
    """Return the outputs that DVC has a record of and that are in the workspace."""
    found = []
    for out in repo.index.outs:
        path = Path(out.fs_path)
        if out.hash_info.name == "md5" and path.exists():
            names = repo.dvcignore.find(repo.fs, str(path)) if path.is_dir() else [path]
            files = tuple(sorted(Path(name).relative_to(root) for name in names))
            value = str(out.hash_info.value)
            found.append(Output(path.relative_to(root), value, out.use_cache, files))
    return sorted(found, key=lambda output: output.path)


def differences(
    root: Path, outputs: list[Output], listings: Mapping[str, Listing]
) -> list[Difference]:
    """Compare the outputs' bytes with their records.

    `listings` are the cache's folders. Where it lacks one, a folder is named and not its file.
    """
    files = {file for output in outputs for file in output.files}
    found = {file: md5(root / file) for file in bar(sorted(files), "workspace", len(files))}
    return [d for output in outputs for d in _compare(output, found, listings)]


def _compare(
    output: Output, found: Mapping[Path, str], listings: Mapping[str, Listing]
) -> Iterator[Difference]:
    if not output.md5.endswith(".dir"):
        if found.get(output.path) != output.md5:
            yield Difference(output, output.path, "differs")
        return
    there = {file.relative_to(output.path).as_posix(): found[file] for file in output.files}
    if _folder_md5(there) == output.md5:
        return
    if output.md5 not in listings:
        yield Difference(output, output.path, "differs")
        return
    listed = listings[output.md5]
    for name in sorted(there.keys() | listed.keys()):
        if there.get(name) != listed.get(name):
            kind = "differs" if name in there and name in listed else "missing"
            yield Difference(output, output.path / name, kind if name in listed else "extra")


def _folder_md5(files: Listing) -> str:
    """Return what DVC calls a folder: the md5 of its list."""
    entries = [{"md5": value, "relpath": name} for name, value in sorted(files.items())]
    content = json.dumps(entries, sort_keys=True).encode()
    return hashlib.md5(content, usedforsecurity=False).hexdigest() + ".dir"


def md5(path: Path) -> str:
    """Return the md5 of a file, as DVC records it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
