"""A user's own reviews, with columns and labels of their own, from the file to metrics."""

import hashlib
import json
import random
import re
import shutil
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.layout import ROOT, copy_repository, run

SHOP = Path("data/own/shop.csv")

# Runs a stage's script, and writes down which modules and parameters that took.
WATCHED = """
import json, pathlib, runpy, sys
from textrnn.params import base

report, *sys.argv = sys.argv[1:]
load, keys = base.load, []
base.load = lambda key, *rest: keys.append(key) or load(key, *rest)
runpy.run_path(sys.argv[0], run_name="__main__")
files = [m.__file__ for n, m in sys.modules.items() if n.split(".")[0] == "textrnn"]
pathlib.Path(report).write_text(json.dumps({"keys": keys, "files": files}))
"""


def opinions(seed: int, count: int) -> Iterator[tuple[bool, str]]:
    draw = random.Random(seed)
    for i in range(count):
        words = [
            *draw.choices(["the", "plot", "a", "score", "and"], k=6),
            "warm" if i % 2 else "dull",
        ]
        draw.shuffle(words)
        yield bool(i % 2), " ".join(words)


def shop() -> bytes:
    lines = [
        f"film {i % 12};{'liked' if good else 'hated'};{text}"
        for i, (good, text) in enumerate(opinions(1, 72))
    ]
    return "\n".join(["title;verdict;what was said", *lines, "film 3;unsure;well", ""]).encode()


def films() -> bytes:
    lines = [f"{text},{int(good)}" for good, text in opinions(2, 60)]
    return "\n".join(["review,sentiment", *lines, ""]).encode()


def params(url: str) -> dict[str, Any]:
    """Return parameters: the user's corpus with a model, and a fetched one split as the book's."""
    values: dict[str, Any] = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    sentiment = values["sentiment"]
    dataset, model = sentiment["datasets"]["rotten-tomatoes"], sentiment["models"]["quick"]
    values["corpora"] = {
        "raw": {
            "films": {
                "format": "csv",
                "fetch": {
                    "sha256": hashlib.sha256(films()).hexdigest(),
                    "mirror": None,
                    "sources": [{"url": f"{url}/films.csv"}],
                },
                "read": {"text": "review", "label": "sentiment"},
            },
        },
        "own": {
            "shop": {
                "format": "csv",
                "read": {
                    "text": "what was said",
                    "label": "verdict",
                    "group": "title",
                    "labels": {"liked": 1, "hated": 0},
                    "drop": ["unsure"],
                    "delimiter": ";",
                },
            },
        },
    }
    sentiment["datasets"] = {
        "shop": dataset
        | {
            "corpus": {"folder": "own", "name": "shop", "format": "csv"},
            "split": {"method": "grouped", "seed": 1, "valid": 0.25, "test": 0.25},
        },
        "films": dataset
        | {
            "corpus": {"folder": "raw", "name": "films", "format": "csv"},
            "split": {"method": "book", "seed": 1, "test": 20, "train": 30},
        },
    }
    sentiment["models"] = {
        "shop": model
        | {
            "dataset": "shop",
            "architecture": model["architecture"] | {"embedding": 4, "units": 4, "dense": 4},
            "training": model["training"] | {"epochs": 1},
        },
    }
    sentiment |= {"pairs": {}, "ensembles": {}, "pretraining": {}, "unlabelled": {}}
    values["charlm"] |= {"datasets": {}, "models": {}, "pairs": {}, "adaptations": {}}
    return values


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("served")
    (folder / "films.csv").write_bytes(films())

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, url: str) -> Path:
    """A repository in which both datasets are made, and the model of the user's is evaluated."""
    folder = tmp_path_factory.mktemp("own") / "repository"
    copy_repository(folder)
    (folder / "params.yaml").write_text(yaml.safe_dump(params(url)), encoding="utf-8")
    (folder / SHOP).parent.mkdir()
    (folder / SHOP).write_bytes(shop())
    run(folder, "dvc", "add", str(SHOP))  # as docs/own-corpus.md says, to share it
    run(folder, "dvc", "repro")
    return folder


@pytest.fixture
def folder(finished: Path, tmp_path: Path) -> Path:
    """A copy of that repository, to be changed."""
    shutil.copytree(finished, tmp_path / "repository", symlinks=True)
    return tmp_path / "repository"


def lock(folder: Path) -> dict[str, dict[str, Any]]:
    stages: dict[str, dict[str, Any]] = yaml.safe_load((folder / "dvc.lock").read_text())["stages"]
    return stages


def ran(output: str) -> list[str]:
    return re.findall(r"^Running stage '(.+)':$", output, re.MULTILINE)


def test_own_reviews_reach_metrics_and_are_left_alone(finished: Path) -> None:
    metrics = json.loads((finished / "metrics/sentiment/shop/metrics.json").read_text())
    assert 0 <= metrics["test"]["accuracy"] <= 1
    home = finished / "data/sentiment/datasets/shop/rows"
    lines = [line for file in home.iterdir() for line in file.read_text().splitlines()]
    rows = sorted((json.loads(line) for line in lines), key=lambda row: row["row"])
    assert [(bool(row["label"]), row["text"]) for row in rows] == list(opinions(1, 72))
    assert (finished / SHOP).read_bytes() == shop()


def test_own_reviews_may_grow(folder: Path) -> None:
    grown = shop() + b"film 12;liked;warm warm warm\n"
    (folder / SHOP).unlink()
    (folder / SHOP).write_bytes(grown)
    assert ran(run(folder, "dvc", "repro", "sentiment-split@shop")) == ["sentiment-split@shop"]
    assert (folder / SHOP).read_bytes() == grown
    home = folder / "data/sentiment/datasets/shop/rows"
    assert sum(len(file.read_text().splitlines()) for file in home.iterdir()) == 73


@pytest.mark.parametrize(
    "name", ["fetch@films", "sentiment-split@films", "sentiment-split@shop", "sentiment-vocab@shop"]
)
def test_what_a_stage_declares_is_what_it_takes(finished: Path, tmp_path: Path, name: str) -> None:
    """Run from declared files and parameters alone: same bytes, nothing undeclared, nothing idle.

    Beside what tests of imports see, this sees modules that are loaded while a stage runs, as
    TensorFlow is by the book's split.
    """
    stage = lock(finished)[name]
    deps = [Path(dep["path"]) for dep in stage["deps"]]
    packages = [p.relative_to(finished) for p in (finished / "src").rglob("__init__.py")]
    for path in (*deps, *packages):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(finished / path, tmp_path / path)
    declared: dict[str, Any] = stage["params"]["params.yaml"]
    values: dict[str, Any] = {}
    for key, value in declared.items():
        *above, last = key.split(".")
        block = values
        for part in above:
            block = block.setdefault(part, {})
        block[last] = value
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(values), encoding="utf-8")
    before = set(tmp_path.rglob("*"))

    run(tmp_path, sys.executable, "-c", WATCHED, "report.json", *stage["cmd"].split()[1:])

    outs = [Path(out["path"]) for out in stage["outs"]]
    for out in outs:
        assert (tmp_path / out).read_bytes() == (finished / out).read_bytes()
    made = {p.relative_to(tmp_path) for p in set(tmp_path.rglob("*")) - before if p.is_file()}
    assert made == {*outs, Path("report.json")}
    report = json.loads((tmp_path / "report.json").read_text())
    loaded = {Path(file).relative_to(tmp_path) for file in report["files"]} - set(packages)
    assert loaded <= set(deps)
    assert set(report["keys"]) == set(declared)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("sentiment.models.shop.seed", 1, "sentiment.models.shop.seed is not a known key"),
        ("sentiment.models.shop.dataset", "shp", "did you mean shop?"),
        ("sentiment.datasets.shop.corpus.name", "films", "corpora.own.films does not exist"),
        ("sentiment.models.shop.training.epochs", "ten", "sentiment.models.shop.training.epochs"),
        ("sentiment.datasets.shop.vocabulary.min_count", None, "vocabulary.min_count"),
    ],
)
def test_wrong_parameters_stop_everything(
    folder: Path, key: str, value: object, message: str
) -> None:
    file = folder / "params.yaml"
    values = block = yaml.safe_load(file.read_text(encoding="utf-8"))
    *above, last = key.split(".")
    for part in above:
        block = block[part]
    block[last] = value
    file.write_text(yaml.safe_dump(values), encoding="utf-8")
    output = run(folder, "dvc", "repro", fails=True)
    assert message in output
    assert ran(output) in ([], ["check"])
    assert "Traceback" not in output
