"""A copy of the repository, in a path with spaces, with tiny models by the names that pages use."""

import contextlib
import io
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from dvc.cli import main
from pipeline.layout import run

from pages import blocks
from pages.coverage import DVC, TEXTRNN, how
from textrnn import cli
from textrnn.params import base

LOG = "repro.log"  # beside the copy: what `dvc repro` printed
GUIDE = "docs/own-corpus.md"
REVIEWS = "\n".join(
    ["stars,body"]
    + [f"{i % 5 + 1},a {'fine' if i % 5 > 2 else 'dull'} film no. {i}" for i in range(60)]
)
NOVEL = "HAMLET\nThe island was far, and the sea was wide. It was still, and he came home.\n" * 40


def build(folder: Path) -> None:
    """Lay the copy out, and make the models of one's own as the guide's first block says."""
    _copy(folder)
    (folder / "dvc.lock").unlink()  # nothing of it is here
    (folder / "reviews.csv").write_text(REVIEWS + "\n")
    (folder / "novel.txt").write_text(NOVEL)
    (folder / "reviews.txt").write_text("a fine film\ndull, and far too long\n")
    for command in blocks.commands():
        makes = re.match(r"textrnn init|dvc repro", command.text)
        if command.page == GUIDE and makes and how(command.text) in (TEXTRNN, DVC):
            if command.text.startswith("dvc"):
                printed = run(folder, *shlex.split(command.text))
                with (folder.parent / LOG).open("a", encoding="utf-8") as log:
                    log.write(printed)
            elif not _is_taken(folder, command.text):
                textrnn(folder, command.text)
                _shorten(folder / "params.yaml")
    for model in _models_of_the_pages():
        _stand_in(folder, *model.split("/"))
    run(folder, "git", "add", "--all")
    who = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    run(folder, "git", *who, "commit", "--quiet", "--message", "as it is")


def textrnn(folder: Path, command: str) -> str:
    """Run a command of `textrnn` in a folder, in this process; return what it printed."""
    printed = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(printed):
        patch.chdir(folder)
        patch.setattr(sys, "argv", shlex.split(command))
        with pytest.raises(SystemExit) as ended:
            cli.main()
    assert not ended.value.code, command
    return printed.getvalue()


def init_again(folder: Path, command: str, elsewhere: Path) -> str:
    """Run `textrnn init` where nothing has been added yet."""
    elsewhere.mkdir()
    for name in ("dvc.yaml", "reviews.csv", "novel.txt"):
        shutil.copy(folder / name, elsewhere)
    shutil.copy(blocks.ROOT / "params.yaml", elsewhere)
    return textrnn(elsewhere, command)


def _copy(folder: Path) -> None:
    """Copy what git knows, as it is now."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=blocks.ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        source, target = blocks.ROOT / name, folder / name
        if source.is_file():  # and was not removed
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    run(folder, "git", "init", "--quiet")


def _shorten(file: Path) -> None:
    """Let the models of one's own learn for one epoch and write little."""
    values: Any = base.read(file)
    for task in ("sentiment", "charlm"):
        for name, dataset in values[task]["datasets"].items():
            if dataset["corpus"]["folder"] == "own":
                model = values[task]["models"][name]
                model["training"]["epochs"] = 1
                model.get("sampling", {}).update(length=20, scale_factors=[1.0])
    file.write_text(yaml.safe_dump(values, sort_keys=False), encoding="utf-8")


def _is_taken(folder: Path, command: str) -> bool:
    file = next(part for part in shlex.split(command) if part.endswith((".csv", ".txt")))
    return (folder / "data/own" / file).exists()


def _models_of_the_pages() -> set[str]:
    named = re.compile(r"\b(?:sentiment|charlm)/[a-z][a-z0-9-]*\b")
    return {m for c in blocks.commands() if "textrnn" in c.text for m in named.findall(c.text)}


def _stand_in(folder: Path, task: str, name: str) -> None:
    """Let the model of one's own bear another's name too."""
    models = folder / "data" / task / "models"
    own = models / {"sentiment": "reviews", "charlm": "novel"}[task]
    if not (models / name).exists():
        shutil.copytree(own, models / name)


def dvc(folder: Path, command: str) -> None:
    """Run a command of DVC in this process: it starts in no time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("HOME", str(folder))
        patch.setenv("DVC_NO_ANALYTICS", "1")
        assert main(shlex.split(command)[1:]) == 0, command


def make(folder: Path, command: str) -> str:
    """Return what make would do."""
    target = shlex.split(command)
    return run(folder, target[0], "--dry-run", *target[1:])
