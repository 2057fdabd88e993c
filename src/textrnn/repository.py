"""The repository that a command is called in: commands work from any of its folders."""

import os
from pathlib import Path

from textrnn.errors import UserError

MARKS = ("dvc.yaml", "params.yaml")  # of the root


def root(folder: Path) -> Path:
    """Return the nearest folder, from this one upwards, that holds the pipelines.

    Raises:
        UserError: there is none.
    """
    for candidate in (folder, *folder.parents):
        if all((candidate / mark).is_file() for mark in MARKS):
            return candidate
    raise UserError(
        f"neither {folder} nor a folder above it holds {' and '.join(MARKS)}: "
        "go to a folder of the repository."
    )


def enter() -> None:
    """Make the root the working folder, since all paths are relative to it (see `paths`).

    What a user's own paths name has to be read, or made absolute, before.
    """
    os.chdir(root(Path.cwd()))
