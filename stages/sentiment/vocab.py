"""Count a dataset's training tokens → the vocabulary, one token a line in order of id."""

from collections import Counter

from textrnn import atomic, paths
from textrnn.params.base import load
from textrnn.params.tokens import Tokens, Vocabulary
from textrnn.progress import bar
from textrnn.sentiment import rows, vocabulary
from textrnn.sentiment.tokens import tokenizer
from textrnn.stage import stage


@stage
def main(dataset: str) -> None:
    home = paths.Dataset("sentiment", dataset)
    tokenize = tokenizer(load(f"sentiment.datasets.{dataset}.tokens", Tokens))
    options = load(f"sentiment.datasets.{dataset}.vocabulary", Vocabulary)

    train = bar(rows.read(home.rows("train")), "counting", rows.count(home.rows("train")))
    counts = Counter(token for row in train for token in tokenize(row.text))
    kept = vocabulary.select(counts, options)
    with atomic.file(home.vocab) as part:
        vocabulary.write(kept, part)
    print(f"{len(kept):,} of {len(counts):,} tokens, which stand {counts.total():,} times in train")


if __name__ == "__main__":
    main()
