"""Several workers learn what one process learns; the chief alone writes; a lost worker is told."""

import contextlib
import functools
import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from contenders import grown
from textrnn import distribution, paths, sharding
from textrnn.errors import UserError
from textrnn.sentiment.starts import Start

ROOT = Path(__file__).parent.parent
TRAINING = {
    "epochs": 10,
    "optimizer": "lazy_adam",
    "learning_rate": 0.01,
    "schedule": "cosine",
    "final_learning_rate": 0.001,
    "clip_norm": 0.05,  # so low that gradients are clipped
    "early_stopping": None,
}
CLASSIFIER = {
    "dataset": "tiny",
    "pretraining": "scratch",
    "architecture": {
        "embedding": 4, "cell": "LSTM", "units": 5, "layers": 1, "bidirectional": True, "dense": 3,
        "mask": True, "dropout": 0.3, "pooling": "mean-max", "word_dropout": 0.2,
    },
    "training": TRAINING
    | {"batches": {"method": "buckets", "batch_size": 8, "shuffle": 50, "pool": 40}},
    "determinism": "machine",
    "seeds": [1],
}  # fmt: skip
BATCHES = {"method": "files", "batch_size": 8, "shuffle": 24, "pool": 16, "lanes": 4}
BY_FILE = CLASSIFIER | {"training": TRAINING | {"batches": BATCHES}}
WRITER = {
    "dataset": "tiny",
    "architecture": {
        "embedding": 3,
        "cell": "LSTM",
        "units": 4,
        "layers": 2,
        "dropout": 0.3,
        "locked": True,
        "weight_drop": 0.3,
    },
    "training": TRAINING | {"optimizer": "adam", "batches": {"method": "streams", "batch_size": 8}},
    "determinism": "machine",
    "seeds": [1],
}


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what both train stages read: 39 texts, and 40 windows of a text."""
    folder = tmp_path_factory.mktemp("workers")
    params = {
        "sentiment": {"models": {"tiny": CLASSIFIER, "by-file": BY_FILE}},
        "charlm": {"models": {"tiny": WRITER}},
    }
    (folder / "params.yaml").write_text(yaml.safe_dump(params))
    draw = random.Random(1)
    reviews, novel = (paths.Dataset(task, "tiny") for task in ("sentiment", "charlm"))
    (folder / Start("scratch").home).mkdir(parents=True)
    for split, count in (("train", 39), ("valid", 9)):
        rows = [
            {"tokens": draw.choices(range(1, 9), k=draw.randint(1, 12)), "label": [i % 2]}
            for i in range(count)
        ]
        where = folder / reviews.shards(split)
        where.mkdir(parents=True)
        sharding.write(where, split, rows, count, 4)
    (folder / reviews.vocab).write_text("".join(f"word{i}\n" for i in range(7)))
    text = "".join(draw.choices("abcd ", k=400))
    windows = [{"tokens": [" abcd".index(c) for c in text[i * 9 : i * 9 + 9]]} for i in range(40)]
    where = folder / novel.shards("train")
    where.mkdir(parents=True)
    sharding.write(where, "train", windows, 40, 1)
    (folder / novel.vocab).write_text(json.dumps(list(" abcd")))
    for split, part in (("train", text[:360]), ("valid", text[360:])):
        file = folder / novel.text(split)
        file.parent.mkdir(exist_ok=True)
        file.write_text(part)
    return folder


# A stage whose process is killed as it comes to a step, counted from 1, of its training.
DYING = """
import os, runpy, signal, sys
step, sys.argv = int(sys.argv[1]), sys.argv[2:]
from textrnn import training
made = training.train_step
def train_step(*args):
    run, steps = made(*args), iter(range(1, step))
    return lambda *batch: run(*batch) if next(steps, 0) else os.kill(os.getpid(), signal.SIGKILL)
training.train_step = train_step
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def start(
    folder: Path, model: str, cluster: str = "", dies_at: int | None = None
) -> subprocess.Popen[str]:
    task, name = model.split("/")
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    dying = [] if dies_at is None else ["-c", DYING, str(dies_at)]
    return subprocess.Popen(
        [sys.executable, *dying, ROOT / "stages" / task / "train.py", name],
        cwd=folder,
        env=env | {"TF_CONFIG": cluster},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@contextlib.contextmanager
def workers(
    folder: Path, model: str, count: int, dying: Mapping[int, int] | None = None
) -> Iterator[list[subprocess.Popen[str]]]:
    """Start so many workers on free ports, some to die at a step; none is left at the end."""
    clusters = enumerate(grown.clusters(count))
    started = [start(folder, model, config, (dying or {}).get(i)) for i, config in clusters]
    try:
        yield started
    finally:
        for process in started:
            process.kill()
            process.communicate()


def copy(source: Path, name: str) -> Path:
    target = source.with_name(name)
    return Path(shutil.copytree(source, target))


def train(folder: Path, model: str, count: int) -> tuple[list[float], dict[str, bytes]]:
    """Train with so many workers; return the losses by epoch, and every file of the model."""
    if count == 1:
        done = start(folder, model)
        assert done.communicate(timeout=200)[0] is not None
        assert done.returncode == 0
    else:
        with workers(folder, model, count) as started:
            said = [each.communicate(timeout=200)[0] for each in started]
            assert [each.returncode for each in started] == [0] * count, said
            assert said[1:] == [""] * (count - 1)  # the chief shows progress
    home = folder / paths.Model(*model.split("/")).home
    history = json.loads((home / "seed-1/history.json").read_text())
    files = {str(f.relative_to(home)): f.read_bytes() for f in home.rglob("*") if f.is_file()}
    return [row["loss"] for row in history], files


Undisturbed = Callable[[str, int], tuple[list[float], dict[str, bytes]]]


@pytest.fixture(scope="module")
def undisturbed(laid_out: Path) -> Undisturbed:
    """What `train` gives of a model and so many workers, trained once for all tests."""

    @functools.cache
    def trained(model: str, count: int) -> tuple[list[float], dict[str, bytes]]:
        return train(copy(laid_out, f"{model.replace('/', '-')}-{count}"), model, count)

    return trained


@pytest.mark.parametrize("model", ["sentiment/tiny", "sentiment/by-file", "charlm/tiny"])
def test_two_and_four_workers_learn_what_one_process_does(
    undisturbed: Undisturbed, model: str
) -> None:
    """Ten epochs of five steps: dropout, clipping, carried state, a smaller last batch."""
    found = {n: undisturbed(model, n)[0] for n in (1, 2, 4)}
    assert len(found[1]) == 10
    for count in (2, 4):
        np.testing.assert_allclose(found[count], found[1], rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    ("model", "refused"),
    [
        ("sentiment/by-file", "lanes: 4 cannot be dealt out"),
        ("charlm/tiny", "batch_size: 8 streams cannot be dealt out"),
    ],
)
def test_what_cannot_be_dealt_out_in_equal_numbers_is_refused(
    laid_out: Path, model: str, refused: str
) -> None:
    with workers(copy(laid_out, f"three-{model.replace('/', '-')}"), model, 3) as started:
        said = started[0].communicate(timeout=200)[0]
    assert f"{refused} to 3 workers or GPUs in equal numbers" in said
    assert "Traceback" not in said


CHIEF, OTHER = 0, 1


@pytest.mark.parametrize(
    ("model", "lost", "step"),
    [
        ("sentiment/tiny", CHIEF, 1),
        ("sentiment/tiny", OTHER, 50),
        ("charlm/tiny", OTHER, 4),
        ("charlm/tiny", CHIEF, 28),
    ],
)
def test_a_lost_worker_is_told_and_a_new_start_ends_with_the_same_bytes(
    laid_out: Path, undisturbed: Undisturbed, model: str, lost: int, step: int
) -> None:
    """Of fifty steps: the first, one before the first checkpoint, one in midst, and the last."""
    task, name = model.split("/")
    folder = copy(laid_out, f"{task}-lost-{step}")
    with workers(folder, model, 2, {lost: step}) as started:
        said = [each.communicate(timeout=200)[0] for each in started]
    assert started[lost].returncode == -signal.SIGKILL
    assert started[1 - lost].returncode == 1
    assert f"{task}-train@{name}: another worker of TF_CONFIG has ended" in said[1 - lost]
    assert "Traceback" not in said[1 - lost]
    assert not (folder / paths.Model(task, name).home).exists()
    assert train(folder, model, 2) == undisturbed(model, 2)


# ---------------------------------------------------------------- TF_CONFIG


def chief(monkeypatch: pytest.MonkeyPatch, config: Any) -> bool:
    monkeypatch.setenv("TF_CONFIG", config if isinstance(config, str) else json.dumps(config))
    return distribution.is_chief()


def test_the_first_worker_is_the_chief(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TF_CONFIG", raising=False)
    assert distribution.is_chief()
    cluster = {"worker": ["a:1", "b:1"]}
    for index, expected in ((0, True), (1, False)):
        task = {"type": "worker", "index": index}
        assert chief(monkeypatch, {"cluster": cluster, "task": task}) is expected


def test_a_chief_that_is_named_is_the_chief(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = {"chief": ["a:1"], "worker": ["b:1"]}
    for kind, expected in (("chief", True), ("worker", False)):
        config = {"cluster": cluster, "task": {"type": kind, "index": 0}}
        assert chief(monkeypatch, config) is expected


@pytest.mark.parametrize("config", ["{", "[]", '{"cluster": []}'])
def test_a_tf_config_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, config: str) -> None:
    with pytest.raises(UserError, match=r"TF_CONFIG is .* not as in"):
        chief(monkeypatch, config)


def test_parameter_servers_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_CONFIG", json.dumps({"cluster": {"worker": ["a:1"], "ps": ["b:1"]}}))
    with pytest.raises(UserError, match="ps take no part"):
        distribution.join()


def test_all_gpus_are_refused_where_there_is_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("TF_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text("execution: {devices: all}")
    with pytest.raises(UserError, match="there is no GPU"):
        distribution.join()
