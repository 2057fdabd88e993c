"""Train a classifier: shards, vocabulary and start → weights and history of each seed."""

import textrnn.determinism  # noqa: F401 - first of all: it sets up what the others load
from textrnn import distribution, paths, runs, training, weights
from textrnn.params.base import load
from textrnn.params.classifier import Architecture, Files, Training
from textrnn.params.optimisation import Seeds
from textrnn.sentiment import batching, vocabulary
from textrnn.sentiment.model import build_from
from textrnn.sentiment.starts import Start
from textrnn.sentiment.step import Classification
from textrnn.stage import stage


@stage
def main(model: str) -> None:
    distribution.join()
    key = f"sentiment.models.{model}"
    data = paths.Dataset("sentiment", load(f"{key}.dataset", str))
    architecture = load(f"{key}.architecture", Architecture)
    options = load(f"{key}.training", Training)
    start = Start(load(f"{key}.pretraining", str))

    size = vocabulary.read(data.vocab).size
    step = Classification(architecture.adversarial, isinstance(options.batches, Files))
    valid = batching.in_order(data.shards("valid"), options.batches)
    runs.train(
        home=paths.Model("sentiment", model),
        description=weights.describe(architecture, data.name, size),
        build=lambda: build_from(start, architecture, size),
        step=step,
        epochs=lambda seed: batching.texts(data.shards("train"), options.batches, seed),
        validate=lambda network: training.measure(network, step, valid),
        options=options,
        seeds=load(f"{key}.seeds", Seeds),
        inputs=[data.vocab, data.shards("train"), data.shards("valid"), start.home],
        determinism=load(f"{key}.determinism", str),
    )


if __name__ == "__main__":
    main()
