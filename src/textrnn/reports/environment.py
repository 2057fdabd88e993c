"""What all models share: the versions of `requirements.lock`, and the commit."""

import re
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path

LOCKED = Path("requirements.lock")
PROJECT = Path("pyproject.toml")

_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)
_NAME = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Versions:
    """Of Python and of what the project asks for; `count` is of all packages that are pinned."""

    python: str
    packages: dict[str, str]
    count: int


def versions() -> Versions | None:
    """Return the locked versions; None where there is no lock."""
    if not LOCKED.is_file() or not PROJECT.is_file():
        return None
    pinned = dict(_PINNED.findall(LOCKED.read_text(encoding="utf-8")))
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    names = [_bare(dependency) for dependency in project["dependencies"]]
    asked = {name: pinned[name] for name in sorted(names) if name in pinned}
    return Versions(
        project["requires-python"].removeprefix("==").removesuffix(".*"), asked, len(pinned)
    )


def _bare(dependency: str) -> str:
    """Return the name of a requirement, as locks write it."""
    found = _NAME.match(dependency)
    return re.sub(r"[-_.]+", "-", found.group()).lower() if found else dependency


def commit() -> str | None:
    """Return the commit and its day, and whether what is shown differs; None without git."""
    found = _git("log", "-1", "--format=%h, %cs")
    if not found:
        return None
    changed = _git("status", "--porcelain", "--", "metrics", "params.yaml", "dvc.lock")
    return f"{found}; metrics/, params.yaml or dvc.lock changed since" if changed else found


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 - the arguments are ours
            ["git", *arguments],  # noqa: S607 - the git of the path
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()
