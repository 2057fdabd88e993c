"""Which graph is killed: the quick models as committed, or the tests' tiny ones."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pipeline import test_whole_runs as whole_runs
from pipeline.layout import copy_repository

QUICK = ("sentiment-evaluate@quick", "charlm-evaluate@quick", "charlm-sample@quick")


@dataclass(frozen=True)
class Graph:
    """How a repository is laid out in which nothing has run, what is run there, and what first."""

    lay_out: Callable[[Path], None]
    fetch: tuple[str, ...]  # is done once: to be killed in a download again and again is no use
    targets: tuple[str, ...]


def _quick(folder: Path) -> None:
    copy_repository(folder)


def _tiny(folder: Path) -> None:
    folder.mkdir()
    reviews = whole_runs.reviews()
    params = whole_runs.tiny_params(9, sha256(reviews.encode()).hexdigest())
    whole_runs.lay_out(folder, params)
    (folder / "data/raw").mkdir()
    (folder / "data/raw/reviews.csv").write_text(reviews)
    whole_runs.run(folder, "dvc", "repro", "check")
    whole_runs.run(folder, "dvc", "commit", "--force", "fetch@reviews")


GRAPHS = {
    "quick": Graph(_quick, ("fetch@rotten-tomatoes", "fetch@hamlet"), QUICK),
    "tiny": Graph(_tiny, (), ()),
}
