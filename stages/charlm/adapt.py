"""Code a test text once while learning from it: weights and texts → bits a character, curve."""

import textrnn.determinism  # noqa: F401 - first of all: it sets up what the others load
from textrnn import atomic, paths, tables, weights
from textrnn.charlm import adaptation, alphabet, blocks, dynamic, texts
from textrnn.charlm.model import build
from textrnn.params.adaptation import Adaptation
from textrnn.params.base import load
from textrnn.params.character_model import Architecture
from textrnn.params.optimisation import Seeds
from textrnn.stage import stage


@stage
def main(model: str) -> None:
    key = f"charlm.models.{model}"
    home = paths.Model("charlm", model)
    options = load(f"charlm.adaptations.{model}", Adaptation)
    architecture = load(f"{key}.architecture", Architecture)
    data = paths.Dataset("charlm", options.dataset)

    known = alphabet.read(data.vocab)
    network = build(dynamic.whole(architecture), known.size)
    weights.load(network, home.weights(load(f"{key}.seeds", Seeds)[0]))
    train, valid, test = (texts.read(data.text(split)) for split in paths.SPLITS)
    before = known.encode(train + valid)
    costs = adaptation.code(network, architecture, before, known.encode(test), options)
    tables.write_metrics(adaptation.summary(costs), home.metrics / "adapted.json")
    tables.write_table(adaptation.curve(costs), home.metrics / "adapted.csv")
    with atomic.folder(blocks.adaptations(model)) as folder:
        tables.write_table(adaptation.by_block(costs, test), folder / blocks.FILE)


if __name__ == "__main__":
    main()
