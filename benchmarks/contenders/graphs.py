"""Repositories in temporary folders in which DVC has nothing to do."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from harness import ROOT, Go

PARTS = (
    ".dvc/config",
    ".dvcignore",
    ".gitignore",
    "data/.gitignore",
    "dvc.yaml",
    "metrics/.gitignore",
    "params.yaml",
    "src",
    "stages",
)
ONE_STAGE = """
stages:
  copy:
    cmd: cp input output
    deps: [input]
    outs: [output]
"""


def whole() -> Go:
    """Return a nothing-to-do `dvc repro` of this project's graph."""
    home = _repository()
    for part in PARTS:
        source, target = ROOT / part, home / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy(source, target)
    stages = _stand_in_for_outputs(home)
    _dvc(home, "commit", "--force", "--quiet")
    return _repro(home, {"stages": stages})


def single() -> Go:
    """Return a nothing-to-do `dvc repro` of one stage."""
    home = _repository()
    _dvc(home, "init", "--quiet")
    (home / "dvc.yaml").write_text(ONE_STAGE, encoding="utf-8")
    (home / "input").write_text("input", encoding="utf-8")
    _dvc(home, "repro", "--quiet")
    return _repro(home, {"stages": 1})


def _repository() -> Path:
    home = Path(tempfile.mkdtemp()) / "repository"
    home.mkdir()
    subprocess.run(["git", "init", "--quiet"], cwd=home, check=True)
    return home


def _repro(home: Path, figures: dict[str, float]) -> Go:
    def go() -> dict[str, float]:
        printed = _dvc(home, "repro")
        assert "up to date" in printed, printed
        return figures

    return go


def _stand_in_for_outputs(home: Path) -> int:
    """Write a file for every output, eight for every folder of shards; return how many stages."""
    from dvc.repo import Repo

    with Repo(str(home)) as repo:
        stages: list[Any] = list(repo.index.stages)
        outs = [Path(out.fs_path) for stage in stages for out in stage.outs]
    for out in outs:
        names = [f"{i}.tfrecord" for i in range(8)] if out.parent.name == "shards" else [""]
        if not out.suffix and names == [""]:
            names = ["model.json", "seed-1/weights.safetensors", "seed-1/history.json"]
        for name in names:
            file = out / name if name else out
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"{file.relative_to(home)}\n", encoding="utf-8")
    return len(stages)


def _dvc(home: Path, *arguments: str) -> str:
    environment = {
        **os.environ,
        "DVC_NO_ANALYTICS": "1",
        "DVC_SITE_CACHE_DIR": str(home.parent / "site"),
    }
    command = [sys.executable, "-m", "dvc", *arguments]
    done = subprocess.run(
        command, cwd=home, env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout
