"""Train a character model: windows, and what is held out for validation → weights and history."""

import textrnn.determinism  # noqa: F401 - first of all: it sets up what the others load
from textrnn import distribution, paths, runs, weights
from textrnn.charlm import alphabet, batching, evaluation, texts
from textrnn.charlm.model import build
from textrnn.charlm.step import NextCharacter
from textrnn.params.base import load
from textrnn.params.character_model import Architecture, Training
from textrnn.params.optimisation import Seeds
from textrnn.stage import stage


@stage
def main(model: str) -> None:
    distribution.join()
    key = f"charlm.models.{model}"
    data = paths.Dataset("charlm", load(f"{key}.dataset", str))
    architecture = load(f"{key}.architecture", Architecture)
    options = load(f"{key}.training", Training)

    known = alphabet.read(data.vocab)
    step = NextCharacter(architecture, options.batches)
    train, valid = (known.encode(texts.read(data.text(s))) for s in ("train", "valid"))
    runs.train(
        home=paths.Model("charlm", model),
        description=weights.describe(architecture, data.name, known.size),
        build=lambda: build(architecture, known.size),
        step=step,
        epochs=lambda seed: batching.characters(data.shards("train"), options.batches, seed),
        validate=evaluation.validation(architecture, train, valid),
        options=options,
        seeds=load(f"{key}.seeds", Seeds),
        inputs=[data.vocab, data.shards("train"), data.text("train"), data.text("valid")],
        determinism=load(f"{key}.determinism", str),
    )


if __name__ == "__main__":
    main()
