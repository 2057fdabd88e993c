"""The root of the repository, from wherever a command is called."""

from pathlib import Path

import pytest

from textrnn import repository
from textrnn.errors import UserError


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "with spaces" / "repository"
    (folder / "data" / "own").mkdir(parents=True)
    for mark in repository.MARKS:
        (folder / mark).touch()
    return folder


def test_the_root_is_found_from_any_folder(home: Path) -> None:
    for folder in (home, home / "data", home / "data" / "own"):
        assert repository.root(folder) == home


def test_one_mark_is_not_enough(home: Path) -> None:
    (home / "data" / "params.yaml").touch()
    assert repository.root(home / "data" / "own") == home


def test_entering_makes_it_the_working_folder(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home / "data")
    repository.enter()
    assert Path.cwd() == home


def test_elsewhere_is_said_with_the_remedy(home: Path) -> None:
    with pytest.raises(UserError, match=r"holds dvc\.yaml and params\.yaml: go to a folder"):
        repository.root(home.parent)
