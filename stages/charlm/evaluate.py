"""Evaluate a character model: weights and held-out text → bits a character, learning curve."""

import textrnn.determinism  # noqa: F401 - first of all: it sets up what the others load
from textrnn import atomic, paths, tables
from textrnn.charlm import alphabet, blocks, held_out, texts
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
    content = {s: texts.read(data.text(s)) for s in paths.SPLITS}
    ids = {s: known.encode(text) for s, text in content.items()}
    files = {s: home.weights(s) for s in seeds}
    costs = held_out.code(network, architecture, files, ids, chunk.steps)
    histories = tables.histories(home, seeds)
    values = held_out.summary(costs, histories)
    sizes = {"parameters": network.count_params(), "vocabulary": known.size}
    tables.write_metrics({**values, **sizes}, home.metrics / "metrics.json")
    tables.write_table(tables.learning_curve(histories), home.metrics / "learning_curve.csv")
    with atomic.folder(home.evaluation) as folder:
        tables.write_table(held_out.by_block(costs, content), folder / blocks.FILE)


if __name__ == "__main__":
    main()
