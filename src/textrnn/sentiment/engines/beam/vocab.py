"""Count: ranges of rows → counts and first places, added by key → the tokens that get ids."""

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from textrnn.params.tokens import Tokens, Vocabulary
from textrnn.sentiment import counting, vocabulary
from textrnn.sentiment.engine import Counted
from textrnn.sentiment.engines.beam.pipeline import beam, counters, parts, pipeline
from textrnn.sentiment.ranges import Range

Place = tuple[int, int]  # where a token stands first: in which range, after how many others
Entry = tuple[str, tuple[int, Place]]  # a token, how often it stands, and where first


def count(rows: Path, tokens: Tokens, options: Vocabulary, vocab: Path) -> Counted:
    """Write the vocabulary of rows to the file `vocab`.

    Counts are added and first places compared key by key, on whatever workers there are; only
    tokens that can get an id come together.
    """
    with pipeline() as made:
        entries = (
            parts(made, rows)
            | "count" >> beam.ParDo(_Count(tokens))
            | "add" >> beam.CombinePerKey(_add)
            | "look" >> beam.Map(_looked_at)
            | "frequent" >> beam.Filter(lambda entry: entry[1][0] >= options.min_count)
        )
        best = beam.combiners.ToList()
        if options.max_size is not None:
            best = beam.combiners.Top.Of(options.max_size, key=_rank)
        _ = (
            entries
            | "choose" >> best
            | "write" >> beam.Map(partial(_write_vocabulary, options=options, vocab=vocab))
        )
    found = counters(made.result)
    return Counted(len(vocabulary.read(vocab).tokens), found["distinct"], found["total"])


class _Count(beam.DoFn):  # type: ignore[misc]
    """A range → an entry for each of its tokens."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def setup(self) -> None:
        self._count = counting.counter(self._tokens)

    def process(self, numbered: tuple[int, Range]) -> Iterator[Entry]:
        number, part = numbered
        for place, (token, times) in enumerate(self._count(part).items()):
            yield token, (times, (number, place))


def _add(found: Iterable[tuple[int, Place]]) -> tuple[int, Place]:
    times, places = zip(*found, strict=True)
    return sum(times), min(places)


def _looked_at(entry: Entry) -> Entry:
    """Count the tokens and how often they stand, on the way."""
    beam.metrics.Metrics.counter("vocab", "distinct").inc()
    beam.metrics.Metrics.counter("vocab", "total").inc(entry[1][0])
    return entry


def _rank(entry: Entry) -> tuple[int, int, int]:
    """Return what is larger for a token that comes before another by frequency."""
    _, (times, (part, place)) = entry
    return times, -part, -place


def _write_vocabulary(entries: list[Entry], options: Vocabulary, vocab: Path) -> None:
    in_order = sorted(entries, key=lambda entry: entry[1][1])  # of first appearance
    counts = Counter({token: times for token, (times, _) in in_order})
    vocabulary.write(counting.select(counts, options), vocab)
