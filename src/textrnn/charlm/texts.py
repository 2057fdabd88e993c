"""Running text as a file."""

from pathlib import Path


def write(text: str, file: Path) -> None:
    """Write a text as UTF-8, its line breaks as they are."""
    file.write_text(text, encoding="utf-8", newline="")


def read(file: Path) -> str:
    """Read what `write` wrote."""
    with file.open(encoding="utf-8", newline="") as handle:
        return handle.read()
