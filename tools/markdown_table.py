"""A table of Markdown: a head, and rows of cells."""

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return the lines of a table, each ended."""
    lines = [_line(head), "|---" * len(head) + "|", *map(_line, rows)]
    return "\n".join(lines) + "\n"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def code(text: str) -> str:
    """Return a text as code in a cell, which a bar would end."""
    return "`" + text.replace("|", "\\|") + "`"


def words(text: str) -> str:
    """Return a text as words in a cell."""
    return text.replace("|", "\\|").replace("<", "&lt;")
