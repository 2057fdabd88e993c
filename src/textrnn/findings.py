"""Where baselines and audits of a dataset leave what they find."""

from dataclasses import dataclass
from pathlib import Path

from textrnn.paths import DATA, METRICS

KINDS = ("baselines", "audits")  # folders beside those of models: no model may bear such a name


@dataclass(frozen=True)
class Findings:
    """What a stage of one kind finds about one dataset of a task (`sentiment` or `charlm`)."""

    task: str
    kind: str
    dataset: str

    @property
    def home(self) -> Path:
        """What is found about single texts: too large for git."""
        return DATA / self.task / self.kind / self.dataset

    @property
    def metrics(self) -> Path:
        return METRICS / self.task / self.kind / self.dataset / "metrics.json"
