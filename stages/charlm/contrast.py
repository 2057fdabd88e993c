"""Contrast what learns from its test text with what does not: costs by block → differences."""

from textrnn import paths, tables
from textrnn.charlm import blocks, comparison
from textrnn.findings import Findings
from textrnn.params.base import load
from textrnn.stage import stage


@stage
def main(model: str) -> None:
    dataset = load(f"charlm.adaptations.{model}.dataset", str)

    ways = comparison.of_coders(blocks.adaptations(model))
    baselines = comparison.of_coders(Findings("charlm", "baselines", dataset).home)
    found = comparison.contrast(ways, baselines)
    tables.write_metrics(found, paths.Model("charlm", model).metrics / "contrast.json")


if __name__ == "__main__":
    main()
