"""Rows → examples: token ids and a label."""

import reprlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from textrnn.errors import UserError
from textrnn.sentiment.rows import Row
from textrnn.sentiment.tokens import Tokenizer
from textrnn.sentiment.vocabulary import Vocabulary
from textrnn.shards import Example


def encode(
    rows: Iterable[Row], tokenize: Tokenizer, vocab: Vocabulary, source: Path
) -> Iterator[Example]:
    """Yield `{"tokens": ids, "label": [0 or 1]}` for each row, in order (all int64).

    Raises:
        UserError: a text has no token; the message names its line in `source`, the rows' file.
    """
    for line, row in enumerate(rows, start=1):
        tokens = tokenize(row.text)
        if not tokens:
            raise UserError(
                f"{source}, line {line:,}: {reprlib.repr(row.text)} has no token. Take the text "
                "out of the corpus, or count marks as tokens (tokens.punctuation: true)."
            )
        yield {"tokens": vocab.encode(tokens), "label": [row.label]}
