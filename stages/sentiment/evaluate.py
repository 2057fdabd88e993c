"""Evaluate a classifier: weights and shards → metrics, curves, predictions, worst errors."""

import textrnn.determinism  # noqa: F401 - first of all: it sets up what the others load
from textrnn import paths, tables
from textrnn.params.base import load
from textrnn.params.classifier import Architecture, Batches
from textrnn.params.optimisation import Seeds
from textrnn.params.tokens import Tokens
from textrnn.sentiment import batching, evaluation, lengths, report, rows, vocabulary
from textrnn.sentiment.model import build
from textrnn.sentiment.tokens import tokenizer
from textrnn.stage import stage


@stage
def main(model: str) -> None:
    key = f"sentiment.models.{model}"
    home = paths.Model("sentiment", model)
    data = paths.Dataset("sentiment", load(f"{key}.dataset", str))
    architecture = load(f"{key}.architecture", Architecture)
    options: Batches = load(f"{key}.training.batches", Batches)
    seeds = load(f"{key}.seeds", Seeds)
    tokens = load(f"sentiment.datasets.{data.name}.tokens", Tokens)

    size = vocabulary.read(data.vocab).size
    network = build(architecture, size)
    batches = {s: batching.in_order(data.shards(s), options) for s in paths.SPLITS}
    found = evaluation.predict_all(network, batches, {s: home.weights(s) for s in seeds})
    whole = tokenizer(tokens.model_copy(update={"last": None}))
    texts = {s: lengths.of(rows.read(data.rows(s)), whole) for s in paths.SPLITS}
    test_texts = (row.text for row in rows.read(data.rows("test")))
    sizes = {"parameters": network.count_params(), "vocabulary": size - 2}
    report.write(home, found, texts, test_texts, tables.histories(home, seeds), sizes)


if __name__ == "__main__":
    main()
