"""The workflows and the devcontainer have the form that is asked of them, and name what exists."""

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pull_request
import pytest
import yaml
from pipeline.layout import run

from pages.blocks import ROOT

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
DEVCONTAINER = ROOT / ".devcontainer/devcontainer.json"

TARGETS = set(re.findall(r"^(?:\$\(VENV\)/)?([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
TARGETS |= {f.stem.replace("requirements", "installed") for f in ROOT.glob("requirements-*.lock")}


def steps(file: Path) -> Iterator[dict[str, Any]]:
    for job in yaml.safe_load(file.read_text(encoding="utf-8"))["jobs"].values():
        yield from job["steps"]


def lines() -> list[str]:
    return [
        line.strip()
        for file in WORKFLOWS
        for step in steps(file)
        for line in step.get("run", "").splitlines()
    ]


def test_workflows_have_github_s_form() -> None:
    """By the schema that check-jsonschema brings along."""
    assert WORKFLOWS
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "github-workflows"]
        + [str(file) for file in WORKFLOWS],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("line", lines())
def test_what_a_workflow_runs_exists(line: str) -> None:
    command, *words = shlex.split(line)
    if command == "make":
        assert words[0].removeprefix(".venv/") in TARGETS
    elif command == "dvc":
        stages = yaml.safe_load((ROOT / "dvc.lock").read_text(encoding="utf-8"))["stages"]
        assert words[0] == "repro"
        assert set(words[1:]) <= set(stages)
    elif command == "python":
        assert (ROOT / words[0]).is_file()
    elif command == "source":
        assert words == [".venv/bin/activate"]
    elif command == "git":
        assert words[:2] == ["diff", "--exit-code"]
        assert all((ROOT / word).exists() for word in words[2:])
    elif command == "cml":
        assert words == ["comment", "create", f"{pull_request.FOLDER}/report.md"]
    else:
        assert (ROOT / command).stat().st_mode & 0o100, line


def test_the_data_stages_of_the_workflow_need_no_model() -> None:
    [line] = [line for line in lines() if line.startswith("dvc repro")]
    asked = run(ROOT, "dvc", "dag", "--dot", *[line.split()[2]])
    assert "train" not in asked


def test_nothing_of_a_pull_request_s_author_reaches_a_shell() -> None:
    """Its title, its branch's name and the like stand in variables, not in commands."""
    assert not [line for line in lines() if "${{" in line]


def test_every_action_has_a_version() -> None:
    used = [step["uses"] for file in WORKFLOWS for step in steps(file) if "uses" in step]
    assert used
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@v\d+", name) for name in used)


def test_python_is_the_project_s() -> None:
    versions = {
        step["with"]["python-version"]
        for file in WORKFLOWS
        for step in steps(file)
        if "python-version" in step.get("with", {})
    }
    image = json.loads(DEVCONTAINER.read_text(encoding="utf-8"))["image"]
    assert versions == {"3.11"}
    assert ":3.11" in image
    assert 'requires-python = "==3.11.*"' in (ROOT / "pyproject.toml").read_text()


def test_the_devcontainer_makes_what_make_knows() -> None:
    found = json.loads(DEVCONTAINER.read_text(encoding="utf-8"))
    assert found["postCreateCommand"].removeprefix("make .venv/") in TARGETS
    assert {"name", "image", "customizations"} <= set(found)


METRICS = "metrics/sentiment/quick"


@pytest.fixture
def changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository in which a learning curve, a metric and a parameter changed since `base`."""
    pipeline = """
stages:
  evaluate:
    cmd: none
    params: [rate]
    metrics: [metrics/sentiment/quick/metrics.json: {cache: false}]
    plots: [metrics/sentiment/quick/learning_curve.csv: {cache: false, x: epoch, y: loss}]
"""
    folder = tmp_path / "a repository"
    (folder / METRICS).mkdir(parents=True)
    run(folder, "git", "init", "-q", "-b", "base")
    run(folder, "dvc", "init", "-q")
    (folder / "dvc.yaml").write_text(pipeline)
    for accuracy in (0.7, 0.8):
        (folder / "params.yaml").write_text(f"rate: {accuracy / 100}\n")
        (folder / METRICS / "metrics.json").write_text(json.dumps({"accuracy": accuracy}))
        curve = f"epoch,loss\n1,{accuracy}\n2,{accuracy / 2}\n"
        (folder / METRICS / "learning_curve.csv").write_text(curve)
        if accuracy == 0.7:
            who = ("-c", "user.name=t", "-c", "user.email=t@example.org")
            run(folder, "git", "add", "--all")
            run(folder, "git", *who, "commit", "-qm", "base")
    monkeypatch.chdir(folder)
    return folder


def test_a_pull_request_is_told_what_changed(changed: Path) -> None:
    pull_request.main("base")
    report = (changed / "changes/report.md").read_text(encoding="utf-8")
    assert "| accuracy | 0.7    | 0.8" in report
    assert "rate" in report.split("## Parameters")[1].split("## Curves")[0]
    assert "![sentiment-quick-learning_curve](sentiment-quick-learning_curve.png)" in report
    picture = (changed / "changes/sentiment-quick-learning_curve.png").read_bytes()
    assert picture.startswith(b"\x89PNG")


def test_a_pull_request_that_changes_nothing(changed: Path) -> None:
    run(changed, "git", "checkout", "--quiet", ".")
    pull_request.main("base")
    report = (changed / "changes/report.md").read_text(encoding="utf-8")
    assert report.count(pull_request.SAME) == 3
