"""Rows → records of shards: token ids and a label."""

import reprlib
from collections.abc import Callable, Iterator
from pathlib import Path

from textrnn.errors import UserError
from textrnn.params.tokens import Tokens
from textrnn.sentiment import ranges, vocabulary
from textrnn.sentiment.ranges import Range
from textrnn.sentiment.tokens import Tokenizer, tokenizer
from textrnn.sentiment.vocabulary import Vocabulary
from textrnn.sharding import pack, record


def encoder(vocab: Path, options: Tokens) -> Callable[[Range], list[bytes]]:
    """Return the function that encodes a range's rows, by the vocabulary of a file."""
    ids, tokenize = PackedIds(vocabulary.read(vocab)), tokenizer(options)
    return lambda part: list(encode(part, tokenize, ids))


class PackedIds(dict[str, bytes]):
    """Token → its id as a record holds it; a token that is none of them has the unknown's."""

    def __init__(self, vocab: Vocabulary) -> None:
        super().__init__((token, pack([i])) for i, token in enumerate(vocab.tokens, start=1))
        self._unknown = pack([vocab.unknown])

    def __missing__(self, token: str) -> bytes:
        return self._unknown


def encode(part: Range, tokenize: Tokenizer, ids: PackedIds) -> Iterator[bytes]:
    """Yield the record of each row, in order: `tokens`, its ids, and `label` (all int64).

    Raises:
        UserError: a line is not a row, or its text has no token; the message names the line.
    """
    id_of = ids.__getitem__
    for line, row in enumerate(ranges.read(part), start=part.first):
        tokens = tokenize(row.text)
        if not tokens:
            raise UserError(
                f"{part.file}, line {line:,}: {reprlib.repr(row.text)} has no token. Take the text "
                "out of the corpus, or count marks as tokens (tokens.punctuation: true)."
            )
        yield record({"tokens": b"".join(map(id_of, tokens)), "label": pack([row.label])})
