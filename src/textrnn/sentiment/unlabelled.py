"""Texts without labels: which of a corpus are kept, and a file of them, a JSON string a line."""

import json
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from textrnn.errors import UserError


def less(texts: Iterable[str], others: Collection[str]) -> Iterator[str]:
    """Yield the texts that are none of the others, each once.

    White space at either end does not make two texts different.

    Args:
        texts: in any number; those kept come in their order.
        others: texts that must not be learnt from, those of a test split among them.
    """
    seen = {text.strip() for text in others}
    for text in texts:
        if (key := text.strip()) not in seen:
            seen.add(key)
            yield text


def write(texts: Iterable[str], file: Path) -> int:
    """Write texts; return how many there were."""
    count = 0
    with file.open("wb") as out:
        for text in texts:
            out.write((json.dumps(text, ensure_ascii=False) + "\n").encode())
            count += 1
    return count


def read(file: Path) -> Iterator[str]:
    """Yield the texts that a file holds, in order.

    Raises:
        UserError: a line is not a text (the file was changed by hand, or cut short).
    """
    with file.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                text = json.loads(line)
            except ValueError:
                text = None
            if not isinstance(text, str):
                raise UserError(
                    f"{file}, line {number:,}: not a text. Run `dvc checkout --force`."
                ) from None
            yield text
