"""Encode a dataset: rows and vocabulary → TFRecord shards of token ids and labels."""

from functools import partial
from itertools import chain

from textrnn import atomic, paths, sharding
from textrnn.parallel import Workers
from textrnn.params import execution
from textrnn.params.base import load
from textrnn.params.encode import Encode
from textrnn.params.tokens import Tokens
from textrnn.progress import bar
from textrnn.sentiment import encoding, ranges
from textrnn.stage import stage


@stage
def main(dataset: str) -> None:
    home = paths.Dataset("sentiment", dataset)
    tokens = load(f"sentiment.datasets.{dataset}.tokens", Tokens)
    options = load(f"sentiment.datasets.{dataset}.encode", Encode)

    encoder = partial(encoding.encoder, home.vocab, tokens)
    with Workers(encoder, execution.workers()) as workers:
        for split in paths.SPLITS:
            parts = ranges.divide(home.rows(split))
            total = sum(part.rows for part in parts)
            records = chain.from_iterable(workers.map(parts))
            with atomic.folder(home.shards(split)) as folder:
                sharding.write_records(
                    folder, split, bar(records, split, total), total, options.shards
                )
            print(f"{split}: {total:,} examples in {options.shards} shards")


if __name__ == "__main__":
    main()
