"""Encode a dataset: rows and vocabulary → TFRecord shards of token ids and labels."""

from textrnn import atomic, paths, shards
from textrnn.params.base import load
from textrnn.params.encode import Encode
from textrnn.params.tokens import Tokens
from textrnn.progress import bar
from textrnn.sentiment import encoding, rows, vocabulary
from textrnn.sentiment.tokens import tokenizer
from textrnn.stage import stage


@stage
def main(dataset: str) -> None:
    home = paths.Dataset("sentiment", dataset)
    tokenize = tokenizer(load(f"sentiment.datasets.{dataset}.tokens", Tokens))
    options = load(f"sentiment.datasets.{dataset}.encode", Encode)

    vocab = vocabulary.read(home.vocab)
    for split in paths.SPLITS:
        source = home.rows(split)
        total = rows.count(source)
        examples = encoding.encode(rows.read(source), tokenize, vocab, source)
        with atomic.folder(home.shards(split)) as part:
            shards.write(part, split, bar(examples, split, total), total, options.shards)
        print(f"{split}: {total:,} examples in {options.shards} shards")


if __name__ == "__main__":
    main()
