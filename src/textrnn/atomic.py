"""Files and folders that are written whole or not at all."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def file(target: Path) -> Iterator[Path]:
    """Give a temporary path beside the target; what is written there replaces it at the end.

    The temporary file is removed if the block fails, and so is one that a killed run left.
    """
    with _beside(target) as part:
        yield part
        _flush(part)
        part.replace(target)


@contextmanager
def folder(target: Path) -> Iterator[Path]:
    """Give a temporary folder beside the target; it takes the target's place at the end."""
    with _beside(target) as part:
        part.mkdir()
        yield part
        for path in part.rglob("*"):
            if path.is_file():
                _flush(path)
        _remove(target)
        part.rename(target)


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    _remove(part)
    try:
        yield part
    except Exception as error:
        error.add_note(f"while writing {target}")  # a full disk's error does not say which file
        raise
    finally:
        _remove(part)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _flush(path: Path) -> None:
    """Have the system put the content on the disk before the name points to it."""
    with path.open("rb") as handle:
        os.fsync(handle.fileno())
