"""Compare a classifier with its dataset's baselines: predictions, twins → paired tests."""

from textrnn import paths, tables
from textrnn.findings import Findings
from textrnn.params.base import load
from textrnn.sentiment import comparison
from textrnn.stage import stage


@stage
def main(model: str) -> None:
    home = paths.Model("sentiment", model)
    dataset = load(f"sentiment.models.{model}.dataset", str)

    answers = comparison.of_model(home.evaluation)
    baselines = comparison.of_baselines(Findings("sentiment", "baselines", dataset).home)
    twins = comparison.twins_in_train(Findings("sentiment", "audits", dataset).home)
    found = comparison.summary(answers, baselines, twins)
    tables.write_metrics(found, home.metrics / "comparison.json")


if __name__ == "__main__":
    main()
