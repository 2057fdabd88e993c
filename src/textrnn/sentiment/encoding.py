"""Rows → examples: token ids and a label."""

from collections.abc import Iterable, Iterator

from textrnn.sentiment.rows import Row
from textrnn.sentiment.tokens import Tokenizer
from textrnn.sentiment.vocabulary import Vocabulary
from textrnn.shards import Example


def encode(rows: Iterable[Row], tokenize: Tokenizer, vocab: Vocabulary) -> Iterator[Example]:
    """Yield `{"tokens": ids, "label": [0 or 1]}` for each row, in order (all int64)."""
    for row in rows:
        yield {"tokens": vocab.encode(tokenize(row.text)), "label": [row.label]}
