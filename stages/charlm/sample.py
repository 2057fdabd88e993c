"""Sample a character model: weights → generated texts, with the carried state and with a window."""

import textrnn.determinism  # noqa: F401 - first of all: it sets up what the others load
from textrnn import paths, weights
from textrnn.charlm import alphabet, sampling
from textrnn.charlm.model import build
from textrnn.params.base import load
from textrnn.params.character_model import Architecture
from textrnn.params.optimisation import Seeds
from textrnn.params.sampling import Sampling
from textrnn.stage import stage


@stage
def main(model: str) -> None:
    key = f"charlm.models.{model}"
    home = paths.Model("charlm", model)
    architecture = load(f"{key}.architecture", Architecture)
    options = load(f"{key}.sampling", Sampling)
    seed = load(f"{key}.seeds", Seeds)[0]

    known = alphabet.read(paths.Dataset("charlm", load(f"{key}.dataset", str)).vocab)
    network = build(architecture, known.size)
    weights.load(network, home.weights(seed))
    texts = sampling.texts(network, architecture, known, options)
    sampling.write(texts, home.metrics / "samples")


if __name__ == "__main__":
    main()
