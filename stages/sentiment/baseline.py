"""Fit linear models of n-grams to a dataset: rows → metrics, and predictions of every row."""

import pandas as pd

from textrnn import atomic, paths, tables
from textrnn.findings import Findings
from textrnn.params.base import load
from textrnn.params.corpus import ReadTable, TableName
from textrnn.params.sentiment_baselines import SentimentBaselines
from textrnn.params.tokens import Tokens
from textrnn.sentiment import baselines, tokenised
from textrnn.sentiment.tokens import tokenizer
from textrnn.stage import stage


@stage
def main(dataset: str) -> None:
    home = Findings("sentiment", "baselines", dataset)
    data = paths.Dataset("sentiment", dataset)
    corpus = load(f"sentiment.datasets.{dataset}.corpus", TableName)
    read = load(f"corpora.{corpus.folder}.{corpus.name}.read", ReadTable)
    part = tokenised.part_read(load(f"sentiment.datasets.{dataset}.tokens", Tokens))
    options = load("sentiment.baselines", SentimentBaselines)
    tokenize = tokenizer(options.tokens)

    texts = {s: tokenised.read(data.rows(s), part, tokenize) for s in ("train", "valid")}
    chosen = baselines.choose(options, texts["train"], texts["valid"], read.classes)
    print(baselines.choices(chosen))
    texts["test"] = tokenised.read(data.rows("test"), part, tokenize)  # nothing is chosen any more
    found = pd.concat({s: chosen.predict(t) for s, t in texts.items()}, names=["split"])
    found = found.reset_index("split")
    tables.write_metrics(baselines.summary(chosen, found), home.metrics)
    with atomic.folder(home.home) as folder:
        tables.write_table(found, folder / "predictions.csv")


if __name__ == "__main__":
    main()
