"""Files and folders that are written whole or not at all."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from textrnn import atomic


def tree(folder: Path) -> dict[str, str]:
    """Every file below a folder, and what it holds."""
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def fail_in_a_file(target: Path, failure: type[BaseException]) -> None:
    with atomic.file(target) as part:
        part.write_text("half")
        raise failure


def fail_in_a_folder(target: Path, failure: type[BaseException]) -> None:
    with atomic.folder(target) as part:
        (part / "a").write_text("half")
        raise failure


def test_a_file_is_there_at_the_end_and_not_before(tmp_path: Path) -> None:
    target = tmp_path / "new" / "folder" / "vocab.txt"
    with atomic.file(target) as part:
        part.write_text("the")
        assert not target.exists()
        assert part.parent == target.parent  # a rename stays within one file system
    assert tree(tmp_path) == {"new/folder/vocab.txt": "the"}


def test_a_file_replaces_the_old_one(tmp_path: Path) -> None:
    target = tmp_path / "vocab.txt"
    target.write_text("old")
    with atomic.file(target) as part:
        part.write_text("new")
        assert target.read_text() == "old"
    assert tree(tmp_path) == {"vocab.txt": "new"}


def test_a_failure_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "vocab.txt"
    target.write_text("old")
    with pytest.raises(RuntimeError):
        fail_in_a_file(target, RuntimeError)
    assert tree(tmp_path) == {"vocab.txt": "old"}


def test_an_interrupt_is_a_failure_too(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        fail_in_a_file(tmp_path / "vocab.txt", KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        fail_in_a_folder(tmp_path / "train", KeyboardInterrupt)
    assert not list(tmp_path.iterdir())


def test_a_folder_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    """Files that only the old one had are gone."""
    target = tmp_path / "train"
    target.mkdir()
    (target / "train-00007-of-00008").write_text("old")
    with atomic.folder(target) as part:
        (part / "deeper").mkdir()
        (part / "deeper" / "a").write_text("1")
        (part / "b").write_text("2")
        assert tree(target) == {"train-00007-of-00008": "old"}
    assert tree(tmp_path) == {"train/b": "2", "train/deeper/a": "1"}


def test_a_failure_leaves_the_old_folder(tmp_path: Path) -> None:
    target = tmp_path / "train"
    target.mkdir()
    (target / "a").write_text("old")
    with pytest.raises(RuntimeError):
        fail_in_a_folder(target, RuntimeError)
    assert tree(tmp_path) == {"train/a": "old"}


def test_a_folder_may_stay_empty(tmp_path: Path) -> None:
    with atomic.folder(tmp_path / "train"):
        pass
    assert (tmp_path / "train").is_dir()


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_a_killed_run_left_is_removed(tmp_path: Path, kind: str) -> None:
    """A run that was killed (no clean-up) leaves nothing that looks finished, or that stays."""
    target = tmp_path / "out"
    write = "part.write_text('half')" if kind == "file" else "(part / 'a').write_text('half')"
    program = (
        "import os, signal, sys; from pathlib import Path; from textrnn import atomic\n"
        f"with atomic.{kind}(Path(sys.argv[1])) as part:\n"
        f"    {write}\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(target)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert not target.exists()
    assert list(tmp_path.iterdir())  # what was half written

    with getattr(atomic, kind)(target) as part:
        (part if kind == "file" else part / "b").write_text("whole")
    assert tree(tmp_path) == {"out" if kind == "file" else "out/b": "whole"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
