"""The shell blocks of the pages, command by command."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHELL = {"console", "bash", "sh", "shell", "zsh", "shell-session"}
COMMENT = re.compile(r"\s+# .*$")


@dataclass(frozen=True)
class Command:
    """A line of a shell block."""

    page: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line} {self.text}"


def commands() -> list[Command]:
    """Return the commands of all pages, without their comments."""
    return [command for page in PAGES for command in _of_page(page)]


def _of_page(page: Path) -> Iterator[Command]:
    text = page.read_text(encoding="utf-8")
    for block in FENCE.finditer(text):
        if block[1].strip() not in SHELL:
            continue
        first = text.count("\n", 0, block.start(2)) + 1
        for number, line in enumerate(block[2].splitlines(), first):
            if stripped := COMMENT.sub("", line).strip():
                yield Command(page.relative_to(ROOT).as_posix(), number, stripped)


def languages() -> set[str]:
    """Return what all blocks say that they are."""
    return {found[1].strip() for page in PAGES for found in FENCE.finditer(page.read_text("utf-8"))}


def python_blocks(page: Path) -> list[str]:
    """Return a page's blocks of Python that are no sessions (those are doctests)."""
    found = FENCE.findall(page.read_text(encoding="utf-8"))
    return [code for language, code in found if language == "python" and ">>>" not in code]
