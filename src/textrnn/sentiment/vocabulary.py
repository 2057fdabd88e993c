"""Tokens ↔ ids: token k (from 0) has id k + 1, an unknown token n + 1, padding 0."""

from collections.abc import Iterable
from pathlib import Path

from textrnn.errors import UserError

PADDING = 0


class Vocabulary:
    """The n tokens that have ids of their own; `size` is n + 2, with padding and the unknown."""

    def __init__(self, tokens: Iterable[str]) -> None:
        self.tokens = list(tokens)
        self.unknown = len(self.tokens) + 1
        self.size = len(self.tokens) + 2
        self._ids = {token: i for i, token in enumerate(self.tokens, start=1)}

    def encode(self, tokens: Iterable[str]) -> list[int]:
        """Return the tokens' ids."""
        get, unknown = self._ids.get, self.unknown
        return [get(token, unknown) for token in tokens]

    def decode(self, ids: Iterable[int], unknown: str = "[UNK]") -> list[str]:
        """Return the ids' tokens, padding left out.

        Raises:
            IndexError: an id is beyond the vocabulary.
        """
        names = ["", *self.tokens, unknown]
        return [names[i] for i in ids if i != PADDING]


def write(tokens: Iterable[str], file: Path) -> None:
    """Write one token a line, the first having id 1 (no token holds white space)."""
    file.write_text("".join(f"{t}\n" for t in tokens), encoding="utf-8", newline="\n")


def read(file: Path) -> Vocabulary:
    """Read what `write` wrote.

    Raises:
        UserError: the file is not UTF-8.
    """
    try:
        return Vocabulary(file.read_text(encoding="utf-8").split("\n")[:-1])
    except UnicodeDecodeError:
        raise UserError(f"{file} is no list of tokens. Run `dvc checkout --force`.") from None
