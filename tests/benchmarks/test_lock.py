"""PyTorch is in the lock of the benchmarks, for the CPU alone, and in no other."""

import re
from pathlib import Path

import pytest


def pinned(file: Path) -> dict[str, str]:
    text = file.read_text(encoding="utf-8")
    return dict(re.findall(r"^([A-Za-z0-9_.-]+)==(\S+)", text, re.MULTILINE))


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_pytorch_reaches_no_other_environment(root: Path, name: str) -> None:
    assert "torch" not in pinned(root / name)


def test_the_benchmarks_have_the_versions_of_the_project_and_pytorch_without_cuda(
    root: Path,
) -> None:
    project, bench = pinned(root / "requirements.lock"), pinned(root / "requirements-bench.lock")
    assert project.items() <= bench.items()
    assert bench["torch"].endswith("+cpu")
    assert not [name for name in bench if name.startswith(("nvidia", "cuda", "triton"))]
