"""Encode ranges of rows by several processes; this one writes the records in order."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import chain
from pathlib import Path

from textrnn import sharding
from textrnn.parallel import Workers
from textrnn.params import execution
from textrnn.params.tokens import Tokens
from textrnn.progress import bar
from textrnn.sentiment import encoding, ranges
from textrnn.sentiment.engine import Encode


@contextmanager
def encoder(vocab: Path, tokens: Tokens) -> Iterator[Encode]:
    """Return what encodes splits by a vocabulary: its processes live as long as the block."""
    with Workers(partial(encoding.encoder, vocab, tokens), execution.workers()) as workers:

        def encode(rows: Path, folder: Path, split: str, shards: int) -> int:
            parts = ranges.divide(rows)
            total = sum(part.rows for part in parts)
            records = chain.from_iterable(workers.map(parts))
            sharding.write_records(folder, split, bar(records, split, total), total, shards)
            return total

        yield encode
