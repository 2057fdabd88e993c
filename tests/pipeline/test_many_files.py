"""A corpus of many files on a real S3 server: listed, split, listed anew, and never copied."""

import gzip
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow
import pytest
from pyarrow import parquet

from pipeline import servers
from pipeline.layout import copy_repository, run
from pipeline.servers import Server

TEXTRNN = ("python", "-m", "textrnn.cli")
ROWS = Path("data/sentiment/datasets/reviews/rows")
STARS = ("--text", "body", "--label", "stars", "--positive", "5")
ALL = "s3://store/textrnn/*"
PUT = "import fsspec, sys; url, file = sys.argv[1:]; fsspec.filesystem('s3').put_file(file, url)"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    (tmp_path / "server").mkdir()
    with servers.s3(tmp_path / "server") as server:
        server.folder.mkdir(parents=True)
        yield server


@pytest.fixture
def repo(server: Server, tmp_path: Path) -> Path:
    """A repository whose user may read the bucket, by fsspec's own settings."""
    settings = {
        "key": server.secrets["access_key_id"],
        "secret": server.secrets["secret_access_key"],
        "endpoint_url": server.options["endpointurl"],
    }
    home = tmp_path / ".config" / "fsspec"
    home.mkdir(parents=True)
    (home / "conf.json").write_text(json.dumps({"s3": settings}))
    copy_repository(tmp_path / "repo")
    return tmp_path / "repo"


def opinions(part: int) -> list[dict[str, object]]:
    return [
        {"stars": 5 if i % 2 else 1, "body": f"a {'fine' if i % 2 else 'dull'} film, {part}-{i}"}
        for i in range(20)
    ]


def put(repo: Path, name: str, content: bytes) -> None:
    """Put a file into the bucket, as its user would: the server sees nothing else at once."""
    file = repo.parent / name
    file.write_bytes(content)
    run(repo, "python", "-c", PUT, f"s3://store/textrnn/{name}", str(file))


def put_two(repo: Path) -> None:
    lines = "".join(json.dumps(row) + "\n" for row in opinions(1))
    put(repo, "part-1.jsonl.gz", gzip.compress(lines.encode(), mtime=0))
    table = io.BytesIO()
    parquet.write_table(pyarrow.Table.from_pylist(opinions(2)), table)
    put(repo, "part-2.parquet", table.getvalue())


def found(repo: Path) -> list[tuple[int, int, str]]:
    lines = [
        json.loads(line)
        for split in ("train", "valid", "test")
        for line in (repo / ROWS / f"{split}.jsonl").read_text().splitlines()
    ]
    return sorted((line["row"], line["label"], line["text"]) for line in lines)


def expected(*parts: int) -> list[tuple[int, int, str]]:
    rows = [row for part in parts for row in opinions(part)]
    return [(i, int(row["stars"] == 5), str(row["body"])) for i, row in enumerate(rows)]


def test_from_a_bucket_to_rows_and_again(repo: Path) -> None:
    put_two(repo)
    said = run(repo, *TEXTRNN, "init", "sentiment", ALL, "--name", "reviews", *STARS)
    assert "40 rows, 40 of them used" in said
    assert "2 files, 0.0 MB together. They are read where they are." in said
    assert sorted(path.name for path in (repo / "data/own").iterdir()) == ["reviews.files"]
    run(repo, "dvc", "repro", "sentiment-split@reviews")
    assert found(repo) == expected(1, 2)

    lines = ["stars,body", *(f'{row["stars"]},"{row["body"]}"' for row in opinions(3)), ""]
    put(repo, "part-3.csv", "\n".join(lines).encode())
    assert "Stage 'sentiment-split@reviews' didn't change" in run(
        repo, "dvc", "repro", "sentiment-split@reviews"
    )  # what the listing does not name is not there
    said = run(repo, *TEXTRNN, "files", "reviews", ALL)
    assert "Wrote data/own/reviews.files: 1 new, 0 changed, 0 gone." in said
    run(repo, "dvc", "repro", "sentiment-split@reviews")
    assert found(repo) == expected(1, 2, 3)

    put(repo, "part-3.csv", b"stars,body\n5,other\n")
    said = run(
        repo, "dvc", "repro", "--force", "--single-item", "sentiment-split@reviews", fails=True
    )
    assert "s3://store/textrnn/part-3.csv has changed since it was listed." in said


def test_a_bucket_that_may_not_be_read(repo: Path, tmp_path: Path) -> None:
    put_two(repo)
    settings = tmp_path / ".config" / "fsspec" / "conf.json"
    settings.write_text(settings.read_text().replace("secret-key", "wrong-key"))
    said = run(repo, *TEXTRNN, "init", "sentiment", ALL, "--name", "reviews", *STARS, fails=True)
    assert said.startswith(f"textrnn: {ALL} cannot be read: ")
    assert "Traceback" not in said
    assert not (repo / "data/own").exists()
