"""Characters ↔ ids: the sorted characters of a text, from 0, as the book has them."""

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from textrnn.errors import UserError


class Alphabet:
    """The characters that a model knows, in order of id."""

    def __init__(self, characters: Iterable[str]) -> None:
        self.characters = list(characters)
        self._ids = {c: i for i, c in enumerate(self.characters)}

    @property
    def size(self) -> int:
        return len(self.characters)

    def encode(self, text: str) -> npt.NDArray[np.int32]:
        """Return the ids [N] of a text.

        Raises:
            UserError: a character is not of this alphabet; the message names it.
        """
        try:
            return np.fromiter((self._ids[c] for c in text), np.int32, len(text))
        except KeyError as error:
            c = error.args[0]
            raise UserError(
                f"the model does not know the character {c!r} (U+{ord(c):04X}); "
                f"it knows: {''.join(self.characters)!r}."
            ) from None

    def decode(self, ids: Iterable[int]) -> str:
        """Return the text of ids."""
        return "".join(self.characters[i] for i in ids)


def of(text: str) -> Alphabet:
    """Return the alphabet of a text: its characters, sorted by code point."""
    return Alphabet(sorted(set(text)))


def write(alphabet: Alphabet, file: Path) -> None:
    """Write the characters as a JSON list (a line break is one of them)."""
    file.write_text(
        json.dumps(alphabet.characters, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n"
    )


def read(file: Path) -> Alphabet:
    """Read what `write` wrote.

    Raises:
        UserError: the file holds no list of characters (JSON can name half a surrogate pair, which
            is none).
    """
    try:
        characters = json.loads(file.read_text(encoding="utf-8"))
        "".join(characters).encode()
        if {len(c) for c in characters} - {1} or len(set(characters)) < len(characters):
            raise ValueError(characters)
    except (ValueError, TypeError, RecursionError):
        raise UserError(f"{file} is no list of characters. Run `dvc checkout --force`.") from None
    return Alphabet(characters)
