"""A copy of the repository without its data and history, and commands that run there."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PARTS = (
    ".dvc/config",
    ".dvcignore",
    ".gitignore",
    "data/.gitignore",
    "dvc.yaml",
    "params.yaml",
    "src",
    "stages",
)


def copy_repository(folder: Path) -> None:
    """Copy what makes the pipelines, under a new git."""
    for part in PARTS:
        source, target = ROOT / part, folder / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    run(folder, "git", "init", "--quiet")


def environment(folder: Path) -> dict[str, str]:
    """Return what a command in a copy finds set: nothing of the user's own, and the copy's code."""
    return {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(folder / "src"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": str(folder.parent),
        "DVC_SITE_CACHE_DIR": str(folder.parent / "dvc"),
        "DVC_NO_ANALYTICS": "1",
        "AWS_MAX_ATTEMPTS": "1",  # docs/remotes.md: a server that died is asked five times else
        "NO_PROXY": "127.0.0.1",
        "LC_ALL": "C.UTF-8",
    }


def run(folder: Path, *command: str, fails: bool = False) -> str:
    """Run a command in a copy, with the copy's code; return what it printed.

    It must fail if `fails`, and succeed otherwise.
    """
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    assert (done.returncode != 0) == fails, f"{command}: {done.returncode}\n{done.stdout}"
    return done.stdout
