"""Pretrain: training rows and unlabelled texts → word vectors, and a teacher's labels."""

from textrnn import atomic, paths
from textrnn.params.base import load
from textrnn.params.pretraining import Pretraining
from textrnn.params.sentiment_baselines import SentimentBaselines
from textrnn.params.tokens import Tokens
from textrnn.sentiment import pretraining, starts
from textrnn.stage import stage


@stage
def main(name: str) -> None:
    options = load(f"sentiment.pretraining.{name}", Pretraining)
    baselines = load("sentiment.baselines", SentimentBaselines)
    data = paths.Dataset("sentiment", options.dataset)
    tokens = load(f"sentiment.datasets.{data.name}.tokens", Tokens)

    sources = pretraining.Sources(data, starts.unlabelled(options.unlabelled), tokens)
    with atomic.folder(starts.Start(name).home) as folder:
        print(pretraining.write_vectors(sources, options.vectors, folder))
        if options.teacher:
            print(pretraining.write_taught(sources, baselines, folder))


if __name__ == "__main__":
    main()
