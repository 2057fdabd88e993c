"""Count ranges of rows by several processes."""

from functools import partial
from pathlib import Path

from textrnn.parallel import Workers
from textrnn.params import execution
from textrnn.params.tokens import Tokens, Vocabulary
from textrnn.progress import bar
from textrnn.sentiment import counting, ranges, vocabulary
from textrnn.sentiment.engine import Counted


def count(rows: Path, tokens: Tokens, options: Vocabulary, vocab: Path) -> Counted:
    """Write the vocabulary of rows to the file `vocab`."""
    parts = ranges.divide(rows)
    with Workers(partial(counting.counter, tokens), execution.workers()) as workers:
        counts = counting.merge(bar(workers.map(parts), "counting", len(parts)))
    kept = counting.select(counts, options)
    vocabulary.write(kept, vocab)
    return Counted(len(kept), len(counts), counts.total())
