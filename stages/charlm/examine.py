"""Examine what a character model wrote: samples, training text, weights → copies, words, bits."""

import textrnn.determinism  # noqa: F401 - first of all: it sets up what the others load
from textrnn import paths, tables, weights
from textrnn.charlm import alphabet, examination, texts
from textrnn.charlm.model import build
from textrnn.params.base import load
from textrnn.params.character_model import Architecture
from textrnn.params.optimisation import Seeds
from textrnn.stage import stage


@stage
def main(model: str) -> None:
    key = f"charlm.models.{model}"
    home = paths.Model("charlm", model)
    data = paths.Dataset("charlm", load(f"{key}.dataset", str))
    architecture = load(f"{key}.architecture", Architecture)
    start = load(f"{key}.sampling.start", str)

    known = alphabet.read(data.vocab)
    network = build(architecture, known.size)
    weights.load(network, home.weights(load(f"{key}.seeds", Seeds)[0]))
    written = examination.read(home.metrics / "samples", start)
    source = texts.read(data.text("train"))
    found = examination.examine(written, start, source, network, architecture, known)
    tables.write_metrics(found, home.metrics / "generated.json")


if __name__ == "__main__":
    main()
