"""Pretrain: word vectors and texts without labels → a language model, to start classifiers from."""

from textrnn import distribution, paths, runs, training, weights
from textrnn.params.base import load
from textrnn.params.pretraining import LanguageModel
from textrnn.sentiment import language
from textrnn.sentiment.starts import Start, Words
from textrnn.stage import stage


@stage
def main(name: str) -> None:
    distribution.join()
    key = f"sentiment.pretraining.{name}"
    data = paths.Dataset("sentiment", load(f"{key}.dataset", str))
    options = load(f"{key}.language_model", LanguageModel)

    words = Words(name)
    vectors = words.vectors()
    texts = language.Texts([data.shards("train"), words.shards])
    batches, counts = options.training.batches, texts.counts(len(vectors))
    step = language.Reading()
    valid = language.Texts([data.shards("valid")]).in_order(batches)
    runs.train(
        home=Start(name),
        description=weights.describe(options, data.name, len(vectors)),
        build=lambda: language.build(options, vectors, counts),
        step=step,
        epochs=lambda seed: texts.epochs(batches, seed),
        validate=lambda network: training.measure(network, step, valid),
        options=options.training,
        seeds=[options.seed],
        inputs=[words.home, data.shards("train"), data.shards("valid")],
        determinism="machine",
    )


if __name__ == "__main__":
    main()
