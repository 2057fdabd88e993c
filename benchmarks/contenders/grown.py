"""The small corpus, grown to a multiple of its size, and the stages and trainings on it."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from contenders import growth, reviews
from harness import ROOT, Figures, Go
from textrnn import paths

SMALL = paths.Dataset("sentiment", "rotten-tomatoes")
MODEL = "quick"


def data_stages(times: int, **execution: object) -> Go:
    """Vocab and encode, as a user runs them, on so many times the small corpus."""
    folder = lay_out(times, execution)
    size = (folder / SMALL.rows("train")).stat().st_size

    def go() -> Figures:
        found = {"mb": size / 1e6}
        for verb in ("vocab", "encode"):
            started = time.perf_counter()
            _run(folder, f"{verb}.py", SMALL.name)
            found[f"{verb}_s"] = time.perf_counter() - started
        return found

    return go


def epochs(times: int, **batches: object) -> Go:
    """Epochs of the small model on so many times its corpus; the first one is the preparation."""
    os.chdir(encoded(times))
    from contenders import ours

    epoch = ours.epochs(MODEL, **batches)
    epoch()
    rows, padded = _lengths(batches)

    def go() -> Figures:
        started = time.perf_counter()
        epoch()
        seconds = time.perf_counter() - started
        return {"rows": rows, "padded_to_real": padded, "seconds": seconds}

    return go


def _lengths(batches: Mapping[str, object]) -> tuple[int, float]:
    """Return how many texts an epoch has, and how many positions it computes for each token."""
    from textrnn.params.base import load
    from textrnn.params.classifier import Training
    from textrnn.sentiment import batching

    options = load(f"sentiment.models.{MODEL}.training", Training).batches
    options = options.model_copy(update=dict(batches))
    epoch = list(batching.texts(SMALL.shards("train"), options, 1)(0))
    return sum(len(labels) for *_, labels in epoch), reviews.padded_to_real(epoch)


def cluster(workers: int, few: int = 2, many: int = 8) -> Go:
    """An epoch of the small model by so many workers: what `many - few` epochs more take."""
    source = encoded(1)

    def go() -> Figures:
        long, short = (_train(source, workers, count) for count in (many, few))
        return {"seconds": (long - short) / (many - few)}

    return go


def _train(source: Path, workers: int, count: int) -> float:
    """Return the seconds that a training of so many epochs takes, in a copy of a folder."""
    with tempfile.TemporaryDirectory() as copy:
        folder = Path(shutil.copytree(source, Path(copy, "training")))
        values = yaml.safe_load((folder / "params.yaml").read_text(encoding="utf-8"))
        values["sentiment"]["models"][MODEL]["training"] |= {
            "epochs": count,
            "early_stopping": None,
        }
        (folder / "params.yaml").write_text(yaml.safe_dump(values), encoding="utf-8")
        started = time.perf_counter()
        _together(folder, clusters(workers))
        return time.perf_counter() - started


def clusters(workers: int) -> list[str]:
    """Return `TF_CONFIG` of each worker, on free ports of this machine; one has none."""
    if workers == 1:
        return [""]
    sockets = [socket.socket() for _ in range(workers)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    addresses = [f"127.0.0.1:{each.getsockname()[1]}" for each in sockets]
    for each in sockets:
        each.close()
    return [
        json.dumps({"cluster": {"worker": addresses}, "task": {"type": "worker", "index": i}})
        for i in range(workers)
    ]


def _together(folder: Path, clusters: Sequence[str]) -> None:
    running = [_start(folder, {"TF_CONFIG": each}, "train.py", MODEL) for each in clusters]
    assert [each.wait() for each in running] == [0] * len(running)


# ---------------------------------------------------------------- folders and stages


def lay_out(times: int, execution: Mapping[str, object]) -> Path:
    """Return a folder with params.yaml and the rows: training grown, the rest as it is."""
    folder = Path(tempfile.mkdtemp())
    values: dict[str, Any] = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    values["execution"] = dict(execution)
    (folder / "params.yaml").write_text(yaml.safe_dump(values), encoding="utf-8")
    real = ROOT / SMALL.rows("train")
    (folder / SMALL.rows("train")).parent.mkdir(parents=True)
    if times == 1:
        shutil.copy(real, folder / SMALL.rows("train"))
    else:
        growth.write(folder / SMALL.rows("train"), SMALL, times * real.stat().st_size)
    for split in ("valid", "test"):
        shutil.copy(ROOT / SMALL.rows(split), folder / SMALL.rows(split))
    return folder


def encoded(times: int) -> Path:
    """Return such a folder in which vocab and encode have run."""
    folder = lay_out(times, {})
    for verb in ("vocab", "encode"):
        _run(folder, f"{verb}.py", SMALL.name)
    return folder


def _run(folder: Path, script: str, name: str) -> None:
    assert _start(folder, {}, script, name).wait() == 0


def _start(
    folder: Path, environment: Mapping[str, str], script: str, name: str
) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, ROOT / "stages" / "sentiment" / script, name],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), **environment},
    )
