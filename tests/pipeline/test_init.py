"""A corpus of one's own: `textrnn init`, then the data stages, in a copy of the repository."""

import json
import shutil
from pathlib import Path

import pytest

from pipeline.layout import copy_repository, run

TEXTRNN = ("python", "-m", "textrnn.cli")
DATASETS = "data/sentiment/datasets/reviews"


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository, in a path with spaces, in which both data pipelines have run on own corpora."""
    folder = tmp_path_factory.mktemp("own") / "my repository"
    copy_repository(folder)
    mine = folder.parent / "mine"
    mine.mkdir()
    rows = [f"{i % 5 + 1},a {'fine' if i % 5 > 2 else 'dull'} film no. {i}" for i in range(50)]
    (mine / "reviews.csv").write_text("\n".join(["stars,body", *rows]) + "\n")
    (mine / "novel.txt").write_text("The end of the sea, and of the island.\n" * 50)
    stars = ("--text", "body", "--label", "stars", "--positive", "4", "--positive", "5")
    run(folder / "src", *TEXTRNN, "init", "sentiment", "../../mine/reviews.csv", *stars)
    run(folder / "src", *TEXTRNN, "init", "charlm", "../../mine/novel.txt")
    run(folder, "dvc", "repro", "sentiment-encode@reviews", "charlm-chunk@novel")
    return folder


def test_rows_have_the_labels_that_were_said(repo: Path) -> None:
    lines = [
        json.loads(line)
        for split in ("train", "valid", "test")
        for line in (repo / DATASETS / "rows" / f"{split}.jsonl").read_text().splitlines()
    ]
    assert len(lines) == 50
    assert {(line["label"], line["text"].split()[1]) for line in lines} == {
        (1, "fine"),
        (0, "dull"),
    }


def test_the_novel_is_cut_whole(repo: Path) -> None:
    texts = [
        (repo / f"data/charlm/datasets/novel/text/{split}.txt").read_text()
        for split in ("train", "valid", "test")
    ]
    assert "".join(texts) == "The end of the sea, and of the island.\n" * 50


def test_a_folder_and_a_file_are_pulled_in_one_command(repo: Path) -> None:
    """In the form in which `serving.models.how_to_get` gives it."""
    run(repo, "dvc", "remote", "add", "--default", "shared", str(repo.parent / "remote"))
    run(repo, "dvc", "push")
    shutil.rmtree(repo / DATASETS)
    shutil.rmtree(repo / ".dvc" / "cache")
    run(repo, "dvc", "pull", f"{DATASETS}/shards/train", f"{DATASETS}/vocab.txt")
    assert list((repo / DATASETS / "shards/train").iterdir())
    assert (repo / DATASETS / "vocab.txt").is_file()
