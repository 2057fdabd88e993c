"""Encode a dataset: rows and vocabulary → TFRecord shards of token ids and labels."""

from textrnn import atomic, paths
from textrnn.params.base import load
from textrnn.params.encode import Encode
from textrnn.params.tokens import Tokens
from textrnn.sentiment import engine
from textrnn.stage import stage


@stage
def main(dataset: str) -> None:
    home = paths.Dataset("sentiment", dataset)
    tokens = load(f"sentiment.datasets.{dataset}.tokens", Tokens)
    options = load(f"sentiment.datasets.{dataset}.encode", Encode)

    with engine.encoder(home.vocab, tokens) as encode:
        for split in paths.SPLITS:
            with atomic.folder(home.shards(split)) as folder:
                total = encode(home.rows(split), folder, split, options.shards)
            print(f"{split}: {total:,} examples in {options.shards} shards")


if __name__ == "__main__":
    main()
