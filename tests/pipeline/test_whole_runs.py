"""Both pipelines as a user runs them, by DVC, in a small copy of the repository on tiny corpora."""

import csv
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from hashlib import md5, sha256
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PARTS = ("dvc.yaml", "stages", "src", ".dvcignore", ".gitignore", ".gitattributes", ".dvc/plots")
IGNORED = shutil.ignore_patterns("__pycache__", "*.egg-info")
# check, fetch, a sentiment dataset, what is learnt without labels, classifiers, a pair of them, one
# with a baseline, character datasets and models, a pair of these, and one that adapts
STAGES = 1 + 1 + 5 + 4 + 2 * 3 + 1 + 1 + 2 * 3 + 2 * 5 + 1 + 2


def tiny_params(port: int, digest: str) -> dict[str, Any]:
    optimisation = {
        "epochs": 2,
        "optimizer": "adam",
        "learning_rate": 0.01,
        "schedule": "constant",
        "final_learning_rate": None,
        "clip_norm": 1.0,
        "early_stopping": None,
    }

    def classifier(cell: str, batches: dict[str, Any]) -> dict[str, Any]:
        return {
            "dataset": "tiny",
            "pretraining": "tiny" if cell == "GRU" else "scratch",
            "architecture": {
                "embedding": 3,
                "cell": cell,
                "units": 4,
                "layers": 1,
                "bidirectional": True,
                "dense": 3,
                "mask": cell == "GRU",
                "dropout": 0.1,
                "pooling": "mean-max" if cell == "GRU" else "last",
                "word_dropout": 0.1 if cell == "GRU" else 0.0,
                "adversarial": 0.5 if cell == "GRU" else 0.0,
            },
            "training": {
                **optimisation,
                "batches": batches,
                "precision": "mixed_bfloat16" if cell == "GRU" else "float32",
            },
            "determinism": "portable" if cell == "LSTM" else "machine",
            "seeds": [1, 2] if cell == "GRU" else [1],
        }

    def writer(dataset: str, cell: str, batches: dict[str, Any]) -> dict[str, Any]:
        return {
            "dataset": dataset,
            "architecture": {
                "embedding": 3,
                "cell": cell,
                "units": 5,
                "layers": 2,
                "dropout": 0.1,
                "locked": batches["method"] == "streams",
                "weight_drop": 0.1,
            },
            "training": {**optimisation, "batches": batches},
            "sampling": {
                "start": "the",
                "length": 12,
                "window": 5,
                "scale_factors": [1.0, 2.0],
                "seed": 1,
            },
            "determinism": "portable" if cell == "LSTM" else "machine",
            "seeds": [1],
        }

    fetch = {
        "sha256": digest,
        "mirror": None,
        "sources": [{"url": f"http://127.0.0.1:{port}/reviews.csv"}],
    }
    buckets = {"method": "buckets", "batch_size": 8, "shuffle": 100, "pool": 16}
    chunks = {"method": "chunks", "batch_size": 8, "shuffle": 50}
    chunk = {"valid": 0.1, "test": 0.1, "steps": 10, "shards": 2}
    novel = {"folder": "own", "name": "novel"}
    return {
        "corpora": {
            "raw": {
                "reviews": {
                    "format": "csv",
                    "fetch": fetch,
                    "read": {"text": "body", "label": "stars", "labels": {"5": 1, "1": 0}},
                }
            },
            "own": {
                "novel": {"format": "txt", "read": {"start": "BEGIN", "end": "END"}},
                "more": {"format": "csv", "read": {"text": "body", "label": None}},
            },
        },
        "sentiment": {
            "audit": {"shingle": 2, "similarity": 0.5},
            "baselines": {
                "lower": True,
                "punctuation": True,
                "nb_svm": {
                    "orders": [1, 2],
                    "smoothing": [1.0],
                    "penalty": [1.0],
                    "interpolation": [0.5, 1.0],
                },
                "tf_idf": {"orders": [1], "penalty": [1.0, 10.0]},
            },
            "datasets": {
                "tiny": {
                    "corpus": {"folder": "raw", "name": "reviews", "format": "csv"},
                    "split": {"method": "fractions", "seed": 1, "valid": 0.2, "test": 0.2},
                    "tokens": {"lower": True, "punctuation": True, "last": None},
                    "vocabulary": {"max_size": None, "min_count": 1, "order": "frequency"},
                    "encode": {"shards": 2},
                }
            },
            "unlabelled": {
                "more": {
                    "corpus": {"folder": "own", "name": "more", "format": "csv"},
                    "less": {"folder": "raw", "name": "reviews", "format": "csv"},
                }
            },
            "pretraining": {
                "tiny": {
                    "dataset": "tiny",
                    "unlabelled": "more",
                    "vectors": {
                        "dimension": 3,
                        "window": 2,
                        "negative": 2,
                        "subsample": 0.1,
                        "min_count": 2,
                        "epochs": 2,
                        "seed": 1,
                    },
                    "language_model": {
                        "cell": "GRU",
                        "units": 4,
                        "dropout": 0.1,
                        "samples": 5,
                        "training": {**optimisation, "batches": buckets},
                        "seed": 3,
                    },
                }
            },
            "models": {
                "padded": classifier("LSTM", {"method": "padded", "batch_size": 8}),
                "buckets": classifier("GRU", buckets),
            },
            "pairs": {"two": {"model": "buckets", "reference": "padded"}},
            "ensembles": {"both": {"model": "padded", "dataset": "tiny", "baseline": "nb-svm"}},
        },
        "charlm": {
            "baselines": {
                "ppmd": {"order": 4, "memory": 1},
                "ngrams": {"orders": [1, 2, 3], "valid": 0.1},
            },
            "datasets": {
                "windows": {"corpus": novel, "chunk": {**chunk, "stride": 5}},
                "ordered": {"corpus": novel, "chunk": {**chunk, "stride": 10}},
            },
            "models": {
                "chunks": writer("windows", "LSTM", chunks),
                "streams": writer("ordered", "GRU", {"method": "streams", "batch_size": 4}),
            },
            "pairs": {"two": {"model": "chunks", "reference": "streams"}},
            "adaptations": {
                "chunks": {
                    "dataset": "windows",
                    "dynamic": {
                        "segment": 7,
                        "learning_rate": 0.001,
                        "decay": 0.01,
                        "floor": 0.5,
                        "samples": 5,
                    },
                    "ngrams": {"context": 4},
                    "mixing": {"learning_rate": 0.01},
                }
            },
        },
    }


def reviews() -> str:
    draw = random.Random(1)
    lines = ["stars,body"]
    for i in range(60):
        words = draw.choices(
            ["fine", "dull", "great", "film", "plot", "the", "a"], k=draw.randint(3, 12)
        )
        words[0] = "great" if i % 2 else "dull"
        lines.append(f'{5 if i % 2 else 1},"{" ".join(words)}, no. {i}"')
    return "\n".join(lines) + "\n"


def more_reviews() -> str:
    """Reviews without labels, ten of them such as `reviews` has too."""
    texts = [line.partition(",")[2] for line in reviews().splitlines()[1:]]
    return "\n".join(["body", *(t.replace("no.", "so") for t in texts), *texts[:10]]) + "\n"


def novel() -> str:
    draw = random.Random(2)
    words = draw.choices(["the", "island", "sea", "and", "captain", "\n"], k=500)
    return "header BEGIN " + " ".join(words) + " END footer"


def environment(folder: Path, **more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k != "TEXTRNN_MIRROR"}
    return kept | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(folder / "src"),
        "HOME": str(folder.parent / "home"),
        "DVC_NO_ANALYTICS": "1",
        "GIT_AUTHOR_NAME": "t",
        "GIT_AUTHOR_EMAIL": "t@example.org",
        "GIT_COMMITTER_NAME": "t",
        "GIT_COMMITTER_EMAIL": "t@example.org",
        **more,
    }


def run(folder: Path, *command: str, status: int = 0, **more: str) -> str:
    """Run a command in a folder; return what it printed."""
    done = subprocess.run(
        command, cwd=folder, env=environment(folder, **more), capture_output=True, text=True
    )
    output = done.stdout + done.stderr
    assert done.returncode == status, output
    return output


def ran(output: str) -> list[str]:
    """Return the stages that a `dvc repro` ran, in order."""
    return re.findall(r"Running stage '(.*?)'", output)


def edit_params(folder: Path, key: str, value: Any) -> None:
    file = folder / "params.yaml"
    values = yaml.safe_load(file.read_text())
    *parents, last = key.split(".")
    block = values
    for part in parents:
        block = block[part]
    block[last] = value
    file.write_text(yaml.safe_dump(values))


def json_lines(file: Path) -> list[Any]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def lock(folder: Path) -> Any:
    return yaml.safe_load((folder / "dvc.lock").read_text())["stages"]


def lay_out(folder: Path, params: dict[str, Any]) -> None:
    """Copy the repository's code to a folder, with other parameters, under git and DVC."""
    (folder.parent / "home").mkdir(exist_ok=True)
    run(folder, "git", "init", "-q")
    run(folder, "dvc", "init", "-q")
    for part in PARTS:
        source, target = ROOT / part, folder / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(
                source, target, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info")
            )
        else:
            shutil.copy(source, target)
    (folder / "data" / "own").mkdir(parents=True)
    shutil.copy(ROOT / "data" / ".gitignore", folder / "data" / ".gitignore")
    (folder / "data" / "own" / "novel.txt").write_text(novel())
    (folder / "data" / "own" / "more.csv").write_text(more_reviews())
    (folder / "metrics").mkdir()
    shutil.copy(ROOT / "metrics" / ".gitignore", folder / "metrics" / ".gitignore")
    (folder / "params.yaml").write_text(yaml.safe_dump(params))
    run(folder, "git", "add", "-A")
    run(folder, "git", "commit", "-qm", "start")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Serve the tiny reviews on loopback; give the port."""
    folder = tmp_path_factory.mktemp("www")
    (folder / "reviews.csv").write_text(reviews())

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.fixture(scope="session")
def params(server: int) -> dict[str, Any]:
    return tiny_params(server, sha256(reviews().encode()).hexdigest())


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory, params: dict[str, Any]) -> Path:
    """A repository in which everything has run once, and is committed."""
    folder = tmp_path_factory.mktemp("whole") / "repo"
    folder.mkdir()
    lay_out(folder, params)
    output = run(folder, "dvc", "repro")
    assert len(ran(output)) == STAGES
    assert ran(output)[0] == "check"
    run(folder, "git", "add", "-A")
    run(folder, "git", "commit", "-qm", "run")
    return folder


@pytest.fixture
def repo(whole: Path, tmp_path: Path) -> Path:
    """A copy of the repository in which everything has run, to change."""
    folder = tmp_path / "repo"
    shutil.copytree(whole, folder, symlinks=True)
    (tmp_path / "home").mkdir()
    return folder


def test_nothing_changed_runs_nothing(repo: Path) -> None:
    assert ran(run(repo, "dvc", "repro")) == []
    assert "up to date" in run(repo, "dvc", "status")
    assert run(repo, "git", "status", "--porcelain") == ""  # nothing made is left for git to see


def test_trainings_at_a_time_give_the_bytes_of_one_after_another(repo: Path) -> None:
    stages = ["charlm-train@chunks", "sentiment-train@buckets"]
    lock = repo / "dvc.lock"
    recorded = yaml.safe_load(lock.read_text())
    rest = {name: s for name, s in recorded["stages"].items() if name not in stages}
    lock.write_text(yaml.safe_dump(recorded | {"stages": rest}))
    for trained in (".checkpoints", ".dvc/cache/runs"):
        shutil.rmtree(repo / trained)
    output = run(repo, sys.executable, "-m", "textrnn.cli", "repro", "--jobs", "2", *stages)
    for stage in stages:
        assert re.search(rf"^{stage} +\| > python", output, re.MULTILINE)
    assert yaml.safe_load(lock.read_text()) == recorded


def test_a_models_rate_runs_that_model_alone(repo: Path) -> None:
    edit_params(repo, "sentiment.models.padded.training.learning_rate", 0.02)
    found = ran(run(repo, "dvc", "repro"))
    assert found[:3] == ["check", "sentiment-train@padded", "sentiment-evaluate@padded"]
    assert set(found[3:]) == {
        "sentiment-compare@padded",
        "sentiment-pair@two",
        "sentiment-ensemble@both",
    }
    changed = json.loads(run(repo, "dvc", "params", "diff", "--json"))
    assert changed["params.yaml"] == {
        "sentiment.models.padded.training.learning_rate": {"old": 0.01, "new": 0.02, "diff": 0.01}
    }
    metrics = json.loads(run(repo, "dvc", "metrics", "diff", "--json"))
    assert set(metrics) >= {"metrics/sentiment/padded/metrics.json"}
    of_padded = ("metrics/sentiment/padded/", "metrics/sentiment/buckets/against-padded.json")
    assert all(file.startswith(of_padded) for file in metrics)


def test_a_vocabulary_size_runs_that_dataset_on(repo: Path) -> None:
    edit_params(repo, "sentiment.datasets.tiny.vocabulary.max_size", 5)
    edit_params(repo, "sentiment.models.buckets.seeds", [1])
    models = {
        f"sentiment-{verb}@{m}"
        for verb in ("train", "evaluate", "compare")
        for m in ("padded", "buckets")
    }
    found = ran(run(repo, "dvc", "repro"))
    assert found[:2] == ["check", "sentiment-vocab@tiny"]
    of_dataset = {f"sentiment-{verb}@tiny" for verb in ("encode", "vectors", "pretrain")}
    of_both = {"sentiment-pair@two", "sentiment-ensemble@both"}
    assert set(found[2:]) == of_dataset | models | of_both
    vocab = repo / "data/sentiment/datasets/tiny/vocab.txt"
    assert len(vocab.read_text().split()) == 5


def test_sampling_code_runs_sampling_alone(repo: Path) -> None:
    file = repo / "src/textrnn/charlm/sampling.py"
    text = file.read_text().replace("draw(last, scales, ", "draw(last, 1.5 * scales, ")
    assert text != file.read_text()
    file.write_text(text)
    expected = {f"charlm-{v}@{m}" for v in ("sample", "examine") for m in ("chunks", "streams")}
    assert set(ran(run(repo, "dvc", "repro"))) == expected


def one_of_each(folder: Path) -> list[str]:
    """Return one instance of every stage of dvc.yaml."""
    found: dict[str, str] = {}
    for name in lock(folder):
        found.setdefault(name.split("@")[0], name)
    return list(found.values())


def cut_down(values: dict[str, Any], keys: list[str]) -> dict[str, Any]:
    """Return the parameters that are named by dotted keys, and nothing else."""
    kept: dict[str, Any] = {}
    for key in keys:
        source, target = values, kept
        *parents, last = key.split(".")
        for part in parents:
            source, target = source[part], target.setdefault(part, {})
        target[last] = source[last]
    return kept


def digest(path: Path) -> str:
    """Return a hash of a file, or of all files of a folder with their names."""
    if path.is_file():
        return md5(path.read_bytes(), usedforsecurity=False).hexdigest()
    files = sorted(p for p in path.rglob("*") if p.is_file())
    return str([(str(p.relative_to(path)), digest(p)) for p in files])


def test_every_stage_needs_no_more_than_it_declares(whole: Path, tmp_path: Path) -> None:
    """Run from nothing but declared files and parameters, each stage gives the same bytes.

    Every instance runs, so this is a second run of the whole graph from nothing as well.
    """
    (tmp_path / "home").mkdir()
    values = yaml.safe_load((whole / "params.yaml").read_text())
    for number, name in enumerate(lock(whole)):
        entry = lock(whole)[name]
        folder = tmp_path / str(number)
        for package in (whole / "src/textrnn").rglob("__init__.py"):
            target = folder / package.relative_to(whole)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(package, target)
        for dep in entry["deps"]:
            target = folder / dep["path"]
            target.parent.mkdir(parents=True, exist_ok=True)
            source = whole / dep["path"]
            (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
        declared = list(entry.get("params", {}).get("params.yaml", {}))
        (folder / "params.yaml").write_text(yaml.safe_dump(cut_down(values, declared)))
        run(folder, *entry["cmd"].split())
        for out in entry["outs"]:
            assert digest(folder / out["path"]) == digest(whole / out["path"]), (name, out["path"])


LEARNING = ("vocab", "vectors", "pretrain", "train")  # verbs


def test_nothing_that_learns_opens_a_test_file(repo: Path) -> None:
    """Each stage gives the same bytes where every test file is one that cannot be read.

    A folder stands in a file's place: it is found, and to open it is an error. (Root may read a
    file whatever its mode.) An evaluation, which has to read them, shows that this is so.
    """
    files = [f for f in repo.glob("data/*/datasets/**/*") if f.is_file() and "test" in f.stem]
    assert {f.suffix for f in files} == {".jsonl", ".tfrecord", ".txt"}
    for file in files:
        file.unlink()
        file.mkdir()
    shutil.rmtree(repo / ".checkpoints")
    stages = {
        name: entry
        for name, entry in lock(repo).items()
        if name.split("@")[0].endswith(tuple(f"-{verb}" for verb in LEARNING))
    }
    assert len(stages) == 3 + 2 + 2
    for name, entry in stages.items():
        outs = [repo / out["path"] for out in entry["outs"]]
        before = [digest(out) for out in outs]
        for out in outs:
            (shutil.rmtree if out.is_dir() else Path.unlink)(out)
        run(repo, *entry["cmd"].split())
        assert [digest(out) for out in outs] == before, name
    for stage, model in (("sentiment", "padded"), ("charlm", "chunks")):
        run(repo, "python", f"stages/{stage}/evaluate.py", model, status=1)


def test_no_text_of_the_labelled_corpus_is_among_the_unlabelled(whole: Path) -> None:
    """Ten of those without labels are: a language model that read them would know test texts."""
    rows = (whole / "data/sentiment/datasets/tiny/rows").glob("*.jsonl")
    labelled = {row["text"] for file in rows for row in json_lines(file)}
    with (whole / "data/own/more.csv").open(newline="") as file:
        given = [row["body"] for row in csv.DictReader(file)]
    assert len(labelled) == 60
    assert len(labelled & set(given)) == 10
    kept = whole / "data/sentiment/unlabelled/more.jsonl"
    assert json_lines(kept) == [text for text in given if text not in labelled]


# What a stage loads as it runs, and for some parameters alone: test_own_corpus.py sees it do so.
LOADED_LATER = {
    "sentiment-split": "textrnn.backend",
    "sentiment-vocab": "textrnn.sentiment.engines.local.vocab",
    "sentiment-encode": "textrnn.sentiment.engines.local.encode",
}


def test_every_stage_loads_the_modules_that_it_declares(whole: Path) -> None:
    list_modules = (
        "import importlib, runpy, sys; runpy.run_path(sys.argv[1], run_name='x');"
        "[importlib.import_module(name) for name in sys.argv[2:]];"
        "print(*[m.__file__ for n, m in sys.modules.items() if n.split('.')[0] == 'textrnn'])"
    )
    for name in one_of_each(whole):
        entry = lock(whole)[name]
        script = entry["cmd"].split()[1]
        later = [LOADED_LATER[kind] for kind in [name.split("@")[0]] if kind in LOADED_LATER]
        output = run(whole, sys.executable, "-c", list_modules, script, *later).split()
        loaded = {str(Path(p).relative_to(whole)) for p in output if not p.endswith("__init__.py")}
        declared = {d["path"] for d in entry["deps"] if d["path"].startswith("src/")}
        assert loaded == declared, name


def test_packages_hold_nothing_but_a_docstring() -> None:
    for file in (ROOT / "src/textrnn").rglob("__init__.py"):
        lines = file.read_text().strip()
        assert lines.startswith('"""'), file
        assert lines.count('"""') == 2, file
        assert lines.endswith('"""'), file


def test_what_a_dvc_user_asks_for(repo: Path) -> None:
    shown = json.loads(run(repo, "dvc", "metrics", "show", "--json"))
    assert set(next(iter(shown.values()))["data"]) == {
        f"metrics/{m}.json"
        for m in (
            "sentiment/padded/metrics",
            "sentiment/padded/comparison",
            "sentiment/buckets/metrics",
            "sentiment/buckets/comparison",
            "sentiment/buckets/against-padded",
            "sentiment/padded/with-nb-svm",
            "sentiment/audits/tiny/metrics",
            "sentiment/baselines/tiny/metrics",
            "charlm/chunks/metrics",
            "charlm/chunks/generated",
            "charlm/streams/metrics",
            "charlm/streams/generated",
            "charlm/chunks/adapted",
            "charlm/chunks/contrast",
            "charlm/chunks/comparison",
            "charlm/chunks/against-streams",
            "charlm/streams/comparison",
            "charlm/audits/windows/metrics",
            "charlm/audits/ordered/metrics",
            "charlm/baselines/windows/metrics",
            "charlm/baselines/ordered/metrics",
        )
    }
    run(repo, "dvc", "plots", "show")
    assert (repo / "dvc_plots/index.html").exists()
    for plot in ("learning_curve", "roc", "confusion", "calibration", "by_length"):
        vega = run(
            repo, "dvc", "plots", "show", f"metrics/sentiment/padded/{plot}.csv", "--show-vega"
        )
        assert '"rev": "workspace"' in vega
    assert "sentiment-train@padded" in run(repo, "dvc", "dag", "sentiment-evaluate@padded")
    key = "sentiment.models.padded.training.learning_rate"
    run(repo, "dvc", "exp", "run", "-n", "faster", "-S", f"{key}=0.5", "sentiment-evaluate@padded")
    assert "faster" in run(repo, "dvc", "exp", "show", "--csv")


def test_a_grid_is_queued_run_and_shown(repo: Path) -> None:
    model, target = "sentiment.models.padded", "sentiment-evaluate@padded"
    grid = (f"{model}.architecture.cell=SimpleRNN,GRU", f"{model}.training.learning_rate=0.02")
    textrnn = (sys.executable, "-m", "textrnn.cli", "sweep", "sentiment/padded")
    assert "no two experiments of sentiment/padded" in run(repo, *textrnn, status=1)
    choices = [part for each in grid for part in ("-S", each)]
    run(repo, "dvc", "exp", "run", "--queue", target, *choices)
    assert run(repo, "dvc", "queue", "status").count("Queued") == 2
    run(repo, "dvc", "exp", "run", "--run-all", "--jobs", "2")
    shown = run(repo, *textrnn)
    assert "SimpleRNN" in shown
    assert "learning_rate" not in shown  # the same in both
    page = repo / "page.md"
    page.write_text("<!-- begin sweep -->\n<!-- end sweep -->\n")
    assert "of 2 experiments" in run(repo, *textrnn, "--page", "page.md")
    assert page.read_text().count("| `GRU` | ") == 1
    assert (repo / "page.svg").read_text().startswith("<svg")
    run(repo, "dvc", "exp", "run", "--queue", target, "-S", grid[1])
    run(repo, "dvc", "exp", "remove", "--queue")
    assert "Queued" not in run(repo, "dvc", "queue", "status")


def test_a_colleague_pulls_and_runs_nothing(repo: Path, tmp_path: Path) -> None:
    run(repo, "dvc", "remote", "add", "-q", "-d", "shared", str(tmp_path / "remote"))
    run(repo, "git", "commit", "-qam", "remote")
    run(repo, "dvc", "push", "--run-cache")
    run(tmp_path, "git", "clone", "-q", str(repo), "clone")
    clone = tmp_path / "clone"
    assert "metrics/charlm/chunks" in run(clone, "dvc", "metrics", "show")  # before any pull
    (clone / "data/own").mkdir(parents=True, exist_ok=True)
    for name in ("novel.txt", "more.csv"):
        shutil.copy(repo / "data/own" / name, clone / "data/own" / name)
    run(clone, "dvc", "pull", "--run-cache")
    assert ran(run(clone, "dvc", "repro")) == []
    assert digest(clone / "data/sentiment") == digest(repo / "data/sentiment")


def test_a_wrong_parameter_is_refused_before_any_work(repo: Path) -> None:
    edit_params(repo, "charlm.models.streams.training.learning_rte", 1.0)
    output = run(repo, "dvc", "repro", status=255)
    assert ran(output) == ["check"]
    assert "charlm.models.streams.training.learning_rte is not a known key" in output
    assert "did you mean learning_rate?" in output


def test_no_network_and_no_mirror_is_one_clear_error(repo: Path) -> None:
    source = [{"url": "http://127.0.0.1:9/reviews.csv"}]
    edit_params(repo, "corpora.raw.reviews.fetch.sources", source)
    edit_params(repo, "corpora.raw.reviews.fetch.mirror", "reviews.csv.gz")
    (repo / "data/raw/reviews.csv").unlink()
    output = run(repo, "python", "stages/fetch.py", "reviews", status=1)
    assert output.startswith("fetch@reviews: data/raw/reviews.csv")
    for part in (sha256(reviews().encode()).hexdigest(), source[0]["url"], "make quick"):
        assert part in output
    assert "Traceback" not in output
    assert list((repo / "data/raw").iterdir()) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"stars,body\n1,bad\n3,middling\n", "row 2: label '3' is neither 1 nor 5"),
        (b"stars,body\n1,bad\n5, \n", "row 2"),
        (b"stars,text\n1,bad\n", "body"),
        (b"stars,body\n1,bad\n5,caf\xe9\n", "row 2"),
        (b'stars,body\n1,bad\n5,"cut sh', "row 2"),
    ],
)
def test_bad_input_names_file_and_row(repo: Path, content: bytes, message: str) -> None:
    before = digest(repo / "data/sentiment/datasets/tiny/rows")
    (repo / "data/raw/reviews.csv").unlink()
    (repo / "data/raw/reviews.csv").write_bytes(content)
    output = run(repo, "python", "stages/sentiment/split.py", "tiny", status=1)
    assert output.startswith("sentiment-split@tiny: data/raw/reviews.csv")
    assert message in output
    assert "Traceback" not in output
    assert digest(repo / "data/sentiment/datasets/tiny/rows") == before


def test_a_killed_training_ends_with_the_same_bytes(repo: Path) -> None:
    edit_params(repo, "charlm.models.chunks.training.epochs", 6)
    shutil.rmtree(repo / ".checkpoints")
    command = ["python", "stages/charlm/train.py", "chunks"]
    run(repo, *command)
    expected = digest(repo / "data/charlm/models/chunks")
    shutil.rmtree(repo / ".checkpoints")
    killed = subprocess.Popen(
        command, cwd=repo, env=environment(repo), stdout=subprocess.DEVNULL, start_new_session=True
    )
    while not list(repo.glob(".checkpoints/*/*/*/*.safetensors")):
        time.sleep(0.01)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    output = run(repo, *command)
    assert "going on after epoch" in output
    assert digest(repo / "data/charlm/models/chunks") == expected
