"""Compare two character models on the same test text: the costs of both → a paired difference."""

from textrnn import paths, tables
from textrnn.charlm import comparison
from textrnn.params.base import load
from textrnn.params.pairs import Pair
from textrnn.stage import stage


@stage
def main(name: str) -> None:
    options = load(f"charlm.pairs.{name}", Pair)
    model, reference = (paths.Model("charlm", m) for m in (options.model, options.reference))

    costs = [comparison.of_model(home.evaluation) for home in (model, reference)]
    found = comparison.pair(*costs)
    tables.write_metrics(found, model.metrics / f"against-{reference.name}.json")


if __name__ == "__main__":
    main()
