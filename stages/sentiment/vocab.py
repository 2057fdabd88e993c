"""Count a dataset's training tokens → the vocabulary, one token a line in order of id."""

from textrnn import atomic, paths
from textrnn.params.base import load
from textrnn.params.tokens import Tokens, Vocabulary
from textrnn.sentiment import engine
from textrnn.stage import stage


@stage
def main(dataset: str) -> None:
    home = paths.Dataset("sentiment", dataset)
    tokens = load(f"sentiment.datasets.{dataset}.tokens", Tokens)
    options = load(f"sentiment.datasets.{dataset}.vocabulary", Vocabulary)

    with atomic.file(home.vocab) as part:
        kept, distinct, total = engine.count(home.rows("train"), tokens, options, part)
    print(f"{kept:,} of {distinct:,} tokens, which stand {total:,} times in train")


if __name__ == "__main__":
    main()
