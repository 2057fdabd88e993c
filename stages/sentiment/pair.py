"""Compare two classifiers on the same test rows: the predictions of both → a paired test."""

from textrnn import paths, tables
from textrnn.params.base import load
from textrnn.params.pairs import Pair
from textrnn.sentiment import comparison
from textrnn.stage import stage


@stage
def main(name: str) -> None:
    options = load(f"sentiment.pairs.{name}", Pair)
    model, reference = (paths.Model("sentiment", m) for m in (options.model, options.reference))

    answers = [comparison.of_model(home.evaluation) for home in (model, reference)]
    found = comparison.pair(*answers)
    tables.write_metrics(found, model.metrics / f"against-{reference.name}.json")


if __name__ == "__main__":
    main()
