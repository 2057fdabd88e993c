"""Let a model and a baseline answer together: the predictions of both, twins → metrics."""

import pandas as pd

from textrnn import paths, tables
from textrnn.findings import Findings
from textrnn.params.base import load
from textrnn.params.ensembles import Ensemble
from textrnn.sentiment import comparison, ensemble
from textrnn.stage import stage


@stage
def main(name: str) -> None:
    options = load(f"sentiment.ensembles.{name}", Ensemble)
    home = paths.Model("sentiment", options.model)
    baselines = Findings("sentiment", "baselines", options.dataset).home

    said = pd.read_csv(baselines / "predictions.csv")
    model = pd.read_csv(home.evaluation / "predictions.csv")
    found = ensemble.splits(model, said[said["baseline"] == options.baseline])
    parts = {
        options.model: comparison.of_model(home.evaluation),
        options.baseline: comparison.of_baselines(baselines)[options.baseline],
    }
    twins = comparison.twins_in_train(Findings("sentiment", "audits", options.dataset).home)
    values = ensemble.summary(found, parts, twins)
    tables.write_metrics(values, home.metrics / f"with-{options.baseline}.json")


if __name__ == "__main__":
    main()
