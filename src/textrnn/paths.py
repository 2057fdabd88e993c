"""Where everything lies, relative to the repository's root (DVC runs stages from there)."""

from dataclasses import dataclass
from pathlib import Path

DATA = Path("data")
METRICS = Path("metrics")
CHECKPOINTS = Path(".checkpoints")
CHECKED = DATA / "params.checked"  # that params.yaml was found right
SPLITS = ("train", "valid", "test")


def corpus(folder: str, name: str, form: str) -> Path:
    """`data/raw/imdb.csv`, `data/own/novel.txt`."""
    return DATA / folder / f"{name}.{form}"


@dataclass(frozen=True)
class Dataset:
    """What the data stages make of one dataset of a task (`sentiment` or `charlm`)."""

    task: str
    name: str

    @property
    def home(self) -> Path:
        return DATA / self.task / "datasets" / self.name

    def rows(self, split: str) -> Path:
        """The rows of a split (sentiment), one JSON object a line."""
        return self.home / "rows" / f"{split}.jsonl"

    def text(self, split: str) -> Path:
        """The running text of a split (charlm)."""
        return self.home / "text" / f"{split}.txt"

    @property
    def vocab(self) -> Path:
        return self.home / ("vocab.txt" if self.task == "sentiment" else "vocab.json")

    def shards(self, split: str) -> Path:
        return self.home / "shards" / split


@dataclass(frozen=True)
class Model:
    """What training and evaluation make of one model of a task."""

    task: str
    name: str

    @property
    def home(self) -> Path:
        return DATA / self.task / "models" / self.name

    def weights(self, seed: int) -> Path:
        return self.home / f"seed-{seed}" / "weights.safetensors"

    def history(self, seed: int) -> Path:
        return self.home / f"seed-{seed}" / "history.json"

    @property
    def evaluation(self) -> Path:
        """What evaluation finds about single texts: too large, or too much others' own, for git."""
        return DATA / self.task / "evaluations" / self.name

    @property
    def metrics(self) -> Path:
        return METRICS / self.task / self.name

    @property
    def checkpoints(self) -> Path:
        return CHECKPOINTS / self.task / self.name
