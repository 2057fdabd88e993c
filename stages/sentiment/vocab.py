"""Count a dataset's training tokens → the vocabulary, one token a line in order of id."""

from functools import partial

from textrnn import atomic, paths
from textrnn.parallel import Workers
from textrnn.params import execution
from textrnn.params.base import load
from textrnn.params.tokens import Tokens, Vocabulary
from textrnn.progress import bar
from textrnn.sentiment import counting, ranges, vocabulary
from textrnn.stage import stage


@stage
def main(dataset: str) -> None:
    home = paths.Dataset("sentiment", dataset)
    tokens = load(f"sentiment.datasets.{dataset}.tokens", Tokens)
    options = load(f"sentiment.datasets.{dataset}.vocabulary", Vocabulary)

    train = ranges.divide(home.rows("train"))
    with Workers(partial(counting.counter, tokens), execution.workers()) as workers:
        counts = counting.merge(bar(workers.map(train), "counting", len(train)))
    kept = counting.select(counts, options)
    with atomic.file(home.vocab) as part:
        vocabulary.write(kept, part)
    print(f"{len(kept):,} of {len(counts):,} tokens, which stand {counts.total():,} times in train")


if __name__ == "__main__":
    main()
