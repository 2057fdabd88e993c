"""`textrnn init`: what it finds, what it adds, and that it adds all or nothing."""

import gzip
import io
import random
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from textrnn import cli
from textrnn.own import catalogue, origin
from textrnn.params import base, document
from textrnn.reading import listing

Init = Callable[..., tuple[int, str, str]]


def reviews(rows: int = 60) -> str:
    draw = random.Random(1)
    lines = ["stars,body,film"]
    for i in range(rows):
        words = " ".join(draw.choices(["fine", "dull", "film"], k=draw.randint(3, 12)))
        lines.append(f'{i % 5 + 1},"{words}, no. {i}",film {i // 4}')
    return "\n".join(lines) + "\n"


@pytest.fixture
def repo(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "a repository"
    (folder / "mine").mkdir(parents=True)
    for name in ("params.yaml", "dvc.yaml"):
        shutil.copy(root / name, folder)
    (folder / "mine" / "My reviews.csv").write_text(reviews())
    (folder / "mine" / "novel.txt").write_text("The end of the sea.\n" * 200)
    monkeypatch.chdir(folder / "mine")
    return folder


@pytest.fixture
def init(repo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Init:
    """`textrnn init …`, called in the folder of the user's files → status, output, errors."""

    def init(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.chdir(repo / "mine")
        monkeypatch.setattr(sys, "argv", ["textrnn", "init", *arguments])
        monkeypatch.setattr(sys, "stdin", io.StringIO())
        with pytest.raises(SystemExit) as ended:
            cli.main()
        monkeypatch.chdir(repo)
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return init


STARS = ("sentiment", "My reviews.csv", "--text", "body", "--label", "stars")
GOOD = (*STARS, "--positive", "4", "--positive", "5", "--drop", "3")


def test_reviews_become_corpus_dataset_and_model(repo: Path, init: Init) -> None:
    status, out, err = init(*GOOD)
    assert (status, err) == (0, "")
    found = document.load()
    corpus = found.corpora.own["My-reviews"].read.model_dump()
    assert corpus["labels"] == {"4": 1, "5": 1, "1": 0, "2": 0}
    assert (corpus["text"], corpus["label"], corpus["drop"]) == ("body", "stars", ["3"])
    assert found.sentiment.datasets["My-reviews"].corpus.name == "My-reviews"
    assert found.sentiment.models["My-reviews"].dataset == "My-reviews"
    assert (repo / "data/own/My-reviews.csv").read_text() == reviews()
    for said in ("60 rows, 48 of them used", "positive: 4 (12), 5 (12)", "left out: 3 (12)"):
        assert said in out
    assert "dvc repro sentiment-evaluate@My-reviews" in out


def test_stars_of_which_nothing_is_said_stay_five_classes(repo: Path, init: Init) -> None:
    status, out, err = init(*STARS)
    assert (status, err) == (0, "")
    found = document.load()
    labels = found.corpora.own["My-reviews"].read.model_dump()["labels"]
    assert labels == {"1": 0, "2": 1, "3": 2, "4": 3, "5": 4}
    assert found.sentiment.models["My-reviews"].architecture.classes == 5
    assert "60 rows, 60 of them used" in out
    assert "5 classes, one a label: 1 (12), 2 (12), 3 (12), 4 (12), 5 (12)" in out
    assert "so few rows that a split may have none of them" in out


def test_a_novel_becomes_corpus_dataset_and_model(repo: Path, init: Init) -> None:
    status, out, err = init("charlm", "novel.txt", "--start", "The end", "--name", "sea")
    assert (status, err) == (0, "")
    found = document.load()
    assert found.corpora.own["sea"].read.model_dump() == {"start": "The end", "end": None}
    assert found.charlm.models["sea"].sampling.start == "The"
    assert (repo / "data/own/sea.txt").read_bytes() == (repo / "mine/novel.txt").read_bytes()
    assert "4,000 characters in 200 lines, 13 different, 0 of them fewer than 5 times" in out


def test_check_passes_and_every_comment_survives(repo: Path, init: Init, root: Path) -> None:
    init(*GOOD)
    init("charlm", "novel.txt")
    sys.argv[1:] = ["check"]
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert not ended.value.code
    after = (repo / "params.yaml").read_text()
    kept = iter(after.splitlines())
    before = (root / "params.yaml").read_text()
    assert all(line.replace("own: {} ", "own: ") in kept for line in before.splitlines())
    old, new = base.read(root / "params.yaml"), base.read()
    for section, part in (("corpora", "own"), ("sentiment", "models"), ("charlm", "datasets")):
        for name in ("My-reviews", "novel"):
            new[section][part].pop(name, None)
        assert new[section][part] == old[section][part]


def test_labels_0_and_1_and_groups(repo: Path, init: Init) -> None:
    text = reviews().replace("\n1,", "\n0,").replace("\n2,", "\n1,").replace(",", ";", 122)
    lines = [line for line in text.splitlines() if line[0] in "s01"]
    table = "\n".join(line.replace(",", ";") for line in lines)
    (repo / "mine" / "films.csv").write_text(table)
    status, out, err = init(
        *("sentiment", "films.csv", "--text", "body", "--label", "stars"),
        *("--group", "film", "--delimiter", ";"),
    )
    assert (status, err) == (0, "")
    added: Any = base.read()
    assert added["corpora"]["own"]["films"]["read"] == {
        "text": "body",
        "label": "stars",
        "group": "film",
        "delimiter": ";",
    }
    assert added["sentiment"]["datasets"]["films"]["split"]["method"] == "grouped"
    assert "groups: " in out


@pytest.mark.parametrize(
    ("given", "name", "parts"),
    [
        ("parts", "parts", [0, 1, 2]),
        ("parts/*-[12].csv.gz", "parts", [1, 2]),
        ("parts/part-0.csv.gz", "part-0", [0]),
    ],
)
def test_many_files_are_listed_and_stay_where_they_are(
    given: str, name: str, parts: list[int], repo: Path, init: Init
) -> None:
    header, *rows = reviews().splitlines(keepends=True)
    (repo / "mine" / "parts").mkdir()
    for part in range(3):
        content = "".join([header, *rows[part::3]]).encode()
        (repo / "mine" / "parts" / f"part-{part}.csv.gz").write_bytes(gzip.compress(content))
    status, out, err = init("sentiment", given, *GOOD[2:])
    assert (status, err) == (0, "")
    found = document.load()
    assert found.corpora.own[name].format == found.sentiment.datasets[name].corpus.format == "files"
    assert f"data/own/{name}.files. Next:" in out
    assert f"{20 * len(parts)} rows, " in out
    files = listing.read(repo / f"data/own/{name}.files")
    assert [file.url for file in files] == [f"mine/parts/part-{i}.csv.gz" for i in parts]


def test_only_a_list_of_files_is_listed_anew(
    repo: Path, init: Init, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def files(name: str) -> str:
        monkeypatch.setattr(sys, "argv", ["textrnn", "files", name, "mine"])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert ended.value.code == 1
        return capsys.readouterr().err

    assert "corpora.own.parts does not exist, and has no list of files" in files("parts")
    init(*GOOD)
    assert "corpora.own.My-reviews is of format csv, and has no list" in files("My-reviews")
    (repo / "mine" / "parts").mkdir()
    shutil.copy(repo / "mine" / "My reviews.csv", repo / "mine" / "parts" / "1.csv")
    init("sentiment", "parts", *GOOD[2:])
    assert "did you mean parts?" in files("part")
    assert not (repo / "data/own/My-reviews.files").exists()


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_json_lines_and_parquet_become_corpora_too(form: str, repo: Path, init: Init) -> None:
    table = pd.read_csv(io.StringIO(reviews()))
    if form == "jsonl":
        table.to_json(repo / "mine" / "talk.jsonl", orient="records", lines=True)
    else:
        table.to_parquet(repo / "mine" / "talk.parquet")
    status, out, err = init("sentiment", f"talk.{form}", *GOOD[2:])
    assert (status, err) == (0, "")
    assert "60 rows, 48 of them used" in out
    assert document.load().sentiment.datasets["talk"].corpus.format == form
    assert (repo / f"data/own/talk.{form}").is_file()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((*STARS, "--drop", "1", "--drop", "2", "--drop", "3"), "--positive '5'"),
        ((*STARS[:4], "--label", "body"), "of more than 20 none is made a class"),
        ((*STARS[:2], "--text", "boddy", "--label", "stars"), "did you mean body?"),
        ((*GOOD, "--positive", "6"), "no row has the label '6'"),
        ((*GOOD, "--name", "imdb"), "sentiment.datasets.imdb already"),
        ((*GOOD, "--name", "a b"), "the name 'a b' may hold only"),
        (("sentiment", "none.csv", *STARS[2:]), "none.csv is not here"),
        (("sentiment", "*.parquet", *STARS[2:], "--name", "a"), "*.parquet names no file"),
        (
            ("sentiment", "*.parquet", *STARS[2:], "--name", "imdb"),
            "sentiment.datasets.imdb already",
        ),
        (("charlm", "novel.txt", "--name", "book"), "charlm.models.book already"),
        (("charlm", "novel.txt", "--end", "FINIS"), "novel.txt has no 'FINIS' for --end."),
        (("charlm", "novel.txt", "--start", "FINIS"), "novel.txt has no 'FINIS' for --start."),
        (("charlm", "empty.txt"), "empty.txt is empty"),
        (("charlm", "short.txt"), "too few"),
        ((*STARS[:2], "--text", "stars,body", *STARS[4:], "--delimiter", ";"), "--delimiter"),
    ],
)
def test_what_cannot_be_added_adds_nothing(
    repo: Path, init: Init, arguments: tuple[str, ...], said: str
) -> None:
    (repo / "mine" / "short.txt").write_text("short")
    (repo / "mine" / "empty.txt").touch()
    before = (repo / "params.yaml").read_bytes()
    status, out, err = init(*arguments)
    assert (status, out) == (1, "")
    assert err.startswith("textrnn: ")
    assert said in err
    assert err.count("\n") == 1
    assert (repo / "params.yaml").read_bytes() == before
    assert not (repo / "data").exists()


def test_a_name_is_added_once(repo: Path, init: Init) -> None:
    init(*GOOD)
    before = (repo / "params.yaml").read_bytes()
    assert "corpora.own.My-reviews already" in init(*GOOD)[2]
    assert (repo / "params.yaml").read_bytes() == before


def test_another_file_of_the_name_is_not_overwritten(repo: Path, init: Init) -> None:
    (repo / "data/own").mkdir(parents=True)
    (repo / "data/own/novel.txt").write_text("another")
    assert "data/own/novel.txt is there already" in init("charlm", "novel.txt")[2]
    assert (repo / "data/own/novel.txt").read_text() == "another"


def test_a_file_that_lies_there_already_is_described(repo: Path, init: Init) -> None:
    (repo / "data/own").mkdir(parents=True)
    shutil.move(repo / "mine/novel.txt", repo / "data/own/novel.txt")
    assert init("charlm", "../data/own/novel.txt")[0] == 0
    assert "novel" in document.load().corpora.own


def test_a_layout_that_cannot_be_added_to_is_left_alone(repo: Path, init: Init) -> None:
    """The last seeds are an alias of the first: where they end, nobody can say."""
    file = repo / "params.yaml"
    first, *others, rest = file.read_text().split("seeds: [1]\n")
    file.write_text(
        "seeds: [1]\n".join([first + "seeds: &s [1]\n" + others[0], *others[1:]])
        + f"seeds: *s\n{rest}"
    )
    before = file.read_bytes()
    assert "add them by hand" in init("charlm", "novel.txt")[2]
    assert file.read_bytes() == before
    assert not (repo / "data").exists()


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("My reviews (1).csv", "My-reviews-1"),
        ("été.csv", "t"),
        ("a_b-c.csv", "a_b-c"),
        ("/home/me/a.b.jsonl.gz", "a-b"),
        ("exported/part-*.csv.gz", "exported"),
        ("s3://bucket/reviews/*.parquet", "reviews"),
        ("s3://bucket/*/*.parquet", "bucket"),
    ],
)
def test_names_are_made_of_files(name: str, made: str) -> None:
    assert catalogue.name_of(origin.stem(name), None) == made
