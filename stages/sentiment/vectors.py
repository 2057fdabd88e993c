"""Learn word vectors of training rows and unlabelled texts, and encode the latter as shards."""

from textrnn import atomic, paths
from textrnn.params.base import load
from textrnn.params.pretraining import SkipGram
from textrnn.params.tokens import Tokens
from textrnn.sentiment import starts
from textrnn.sentiment.words import Sources, write_shards, write_vectors
from textrnn.stage import stage


@stage
def main(name: str) -> None:
    key = f"sentiment.pretraining.{name}"
    data = paths.Dataset("sentiment", load(f"{key}.dataset", str))
    texts = starts.unlabelled(load(f"{key}.unlabelled", str))
    options = load(f"{key}.vectors", SkipGram)
    tokens = load(f"sentiment.datasets.{data.name}.tokens", Tokens)

    sources = Sources(data, texts, tokens)
    with atomic.folder(starts.Words(name).home) as folder:
        print(write_vectors(sources, options, folder))
        print(write_shards(sources, folder))


if __name__ == "__main__":
    main()
