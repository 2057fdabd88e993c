"""The container file: what it copies is there, what git ignores stays out, both have one base."""

import re
from pathlib import Path

import pytest

LINES = re.sub(r"\\\n\s*", "", (Path(__file__).parents[1] / "Dockerfile").read_text())


def stages() -> dict[str, list[str]]:
    """The instructions of each stage, those of the stages that it builds on before its own."""
    found: dict[str, list[str]] = {}
    for line in LINES.splitlines():
        if start := re.match(r"FROM (\S+) AS (\S+)", line):
            found[start[2]] = [*found.get(start[1], [])]
            current = found[start[2]]
        elif found and line and not line.startswith("#"):
            current.append(line)
    return found


@pytest.mark.parametrize("target", ["cpu", "gpu"])
def test_a_target_installs_from_locks_and_is_ready_for_make(target: str, root: Path) -> None:
    steps = stages()[target]
    copied = [part for step in steps if step.startswith("COPY") for part in step.split()[2:-1]]
    assert copied[0] == "requirements.lock"
    assert copied[-1] == "."
    assert ("requirements-gpu.lock" in copied) == (target == "gpu")
    assert all((root / part).exists() for part in copied)
    assert sum("--require-hashes" in step for step in steps) == len(copied) - 1
    assert "RUN make .venv/installed" in steps
    assert any(step.startswith("USER ") for step in steps)


def test_without_a_target_it_is_the_one_for_a_cpu() -> None:
    assert list(stages()) == ["base", "gpu", "cpu"]


def test_what_git_ignores_is_not_copied(root: Path) -> None:
    def patterns(name: str) -> set[str]:
        lines = (root / name).read_text().splitlines()
        return {line.strip("/").removeprefix("**/") for line in lines if line and line[0] != "#"}

    assert patterns(".gitignore") <= patterns(".dockerignore")
    data = patterns("data/.gitignore")
    kept = {f"!data/{line[1:].strip('/')}" for line in data if line.startswith("!")}
    assert kept <= patterns(".dockerignore")


def test_the_gpu_has_the_versions_of_the_cpu(root: Path) -> None:
    def pins(name: str) -> dict[str, str]:
        return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (root / name).read_text(), re.MULTILINE))

    cpu, gpu = pins("requirements.lock"), pins("requirements-gpu.lock")
    assert {name: gpu.get(name) for name in cpu} == cpu
    assert "nvidia-cudnn-cu12" in gpu
