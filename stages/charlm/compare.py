"""Compare a character model with its dataset's baselines: costs by block → paired differences."""

from textrnn import paths, tables
from textrnn.charlm import comparison
from textrnn.findings import Findings
from textrnn.params.base import load
from textrnn.stage import stage


@stage
def main(model: str) -> None:
    home = paths.Model("charlm", model)
    dataset = load(f"charlm.models.{model}.dataset", str)

    costs = comparison.of_model(home.evaluation)
    baselines = comparison.of_coders(Findings("charlm", "baselines", dataset).home)
    against = {name: comparison.pair(costs, b) for name, b in baselines.items()}
    tables.write_metrics({"against": against}, home.metrics / "comparison.json")


if __name__ == "__main__":
    main()
