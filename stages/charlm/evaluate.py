"""Evaluate a character model: weights and held-out text → bits a character, learning curve."""

import textrnn.determinism  # noqa: F401 - first of all: it sets up what the others load
from textrnn import paths, tables
from textrnn.charlm import alphabet, evaluation, texts
from textrnn.charlm.model import build
from textrnn.params.base import load
from textrnn.params.character_model import Architecture
from textrnn.params.chunk import Chunk
from textrnn.params.optimisation import Seeds
from textrnn.stage import stage


@stage
def main(model: str) -> None:
    key = f"charlm.models.{model}"
    home = paths.Model("charlm", model)
    data = paths.Dataset("charlm", load(f"{key}.dataset", str))
    architecture = load(f"{key}.architecture", Architecture)
    chunk = load(f"charlm.datasets.{data.name}.chunk", Chunk)
    seeds = load(f"{key}.seeds", Seeds)

    known = alphabet.read(data.vocab)
    network = build(architecture, known.size)
    ids = {s: known.encode(texts.read(data.text(s))) for s in paths.SPLITS}
    histories = tables.histories(home, seeds)
    files = {s: home.weights(s) for s in seeds}
    values = evaluation.summary(network, architecture, files, histories, ids, chunk.steps)
    sizes = {"parameters": network.count_params(), "vocabulary": known.size}
    tables.write_metrics({**values, **sizes}, home.metrics / "metrics.json")
    tables.write_table(tables.learning_curve(histories), home.metrics / "learning_curve.csv")


if __name__ == "__main__":
    main()
