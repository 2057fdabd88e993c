"""What carries out vocab and encode: processes of this machine, or Apache Beam. The same bytes."""

import importlib
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple, Protocol, cast

from textrnn.params import execution
from textrnn.params.tokens import Tokens, Vocabulary


class Counted(NamedTuple):
    """What a vocabulary was chosen from."""

    kept: int  # tokens
    distinct: int  # different tokens in the rows
    total: int  # times that a token stands there


class Encode(Protocol):
    """Encodes the rows of a split."""

    def __call__(self, rows: Path, folder: Path, split: str, shards: int) -> int:
        """Write the shards into a folder; return how many rows there were."""


def count(rows: Path, tokens: Tokens, options: Vocabulary, vocab: Path) -> Counted:
    """Write the vocabulary of rows to the file `vocab`, by the engine of `execution.engine`.

    Raises:
        UserError: a line is not a row; the engine is not installed.
    """
    return cast(Counted, _module("vocab").count(rows, tokens, options, vocab))


def encoder(vocab: Path, tokens: Tokens) -> AbstractContextManager[Encode]:
    """Return what encodes splits by a vocabulary as long as the `with` block lasts.

    Raises:
        UserError: the engine is not installed; in the block also: a line is not a row, or its text
            has no token.
    """
    return cast(AbstractContextManager[Encode], _module("encode").encoder(vocab, tokens))


def _module(verb: str) -> Any:
    """Load an engine's module for a verb, and no other: a stage depends on what it loads."""
    return importlib.import_module(f"textrnn.sentiment.engines.{execution.load().engine}.{verb}")
