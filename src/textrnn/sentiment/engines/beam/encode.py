"""Encode: ranges of rows → records by shard → each shard in order, by the project's own writer."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from apache_beam.utils.shared import Shared

from textrnn import sharding
from textrnn.params.tokens import Tokens
from textrnn.sentiment import encoding, ranges, vocabulary
from textrnn.sentiment.engine import Encode
from textrnn.sentiment.engines.beam.pipeline import beam, parts, pipeline
from textrnn.sentiment.ranges import Range
from textrnn.sentiment.tokens import tokenizer
from textrnn.shards import names as shard_names

Row = tuple[int, bytes]  # a row's number in its split, and its record


@contextmanager
def encoder(vocab: Path, tokens: Tokens) -> Iterator[Encode]:
    """Return what encodes splits by a vocabulary, which goes to every worker."""

    def encode(rows: Path, folder: Path, split: str, shards: int) -> int:
        total = sum(part.rows for part in ranges.divide(rows))
        names = shard_names(split, shards)
        with pipeline() as made:
            broadcast = (
                made
                | "vocabulary" >> beam.Create([vocab])
                | "read" >> beam.Map(lambda file: vocabulary.read(file).tokens)
            )
            encoded = parts(made, rows) | "encode" >> beam.ParDo(
                _Encode(tokens, total, shards), beam.pvalue.AsSingleton(broadcast)
            )
            empty = made | "shards" >> beam.Create([(i, None) for i in range(shards)])
            _ = (
                (encoded, empty)
                | beam.Flatten()
                | beam.GroupByKey()
                | "write" >> beam.Map(partial(_write_shard, folder, names))
            )
        return total

    yield encode


class _Ids(encoding.PackedIds):
    """Can be held weakly, as `Shared` holds what a process makes once."""


class _Encode(beam.DoFn):  # type: ignore[misc]
    """A range → its rows' records, by shard."""

    def __init__(self, tokens: Tokens, total: int, shards: int) -> None:
        self._tokens, self._total, self._shards = tokens, total, shards
        self._shared = Shared()

    def setup(self) -> None:
        self._tokenize = tokenizer(self._tokens)

    def process(self, numbered: tuple[int, Range], known: list[str]) -> Iterator[tuple[int, Row]]:
        _, part = numbered
        ids = self._shared.acquire(lambda: _Ids(vocabulary.Vocabulary(known)))
        for row, found in enumerate(encoding.encode(part, self._tokenize, ids), part.first - 1):
            yield sharding.shard_of(row, self._total, self._shards), (row, found)


def _write_shard(folder: Path, names: list[str], shard: tuple[int, Iterable[Row | None]]) -> None:
    number, rows = shard
    records = (record for _, record in sorted(row for row in rows if row is not None))
    sharding.write_shard(folder / names[number], records)
