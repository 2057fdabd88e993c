"""A full disk, a folder that may not be written, two runs at once, no memory: nothing is lost.

Every stage runs on tiny corpora. What a machine refuses is one sentence, no half output is taken
for a whole one, and the next run ends with the same bytes.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline import test_whole_runs as whole_runs
from pipeline import tiny
from pipeline.layout import run
from pipeline.test_whole_runs import digest, edit_params

DATASET = Path("data/sentiment/datasets/tiny")

# Runs stages one after another in one process (TensorFlow takes seconds to load): each without a
# limit, then from nothing with a limit on a file's size, then without it again.
DRIVER = """
import contextlib, io, json, resource, runpy, shutil, sys
from pathlib import Path
from pipeline.test_whole_runs import digest

def attempt(command):
    sys.argv, said, status = command, io.StringIO(), 0
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        try:
            runpy.run_path(command[0], run_name="__main__")
        except SystemExit as end:
            status = 1 if isinstance(end.code, str) else end.code
            said.write(end.code if isinstance(end.code, str) else "")
    return status or 0, said.getvalue()

def files(outs):
    return [p for out in outs for p in [out, *out.rglob("*")] if p.is_file()]

def remove(outs):
    for path in [*outs, Path(".checkpoints")]:
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)

for name, entry in json.loads(sys.argv[1]).items():
    command, outs = entry["cmd"].split()[1:], [Path(out) for out in entry["outs"]]
    assert attempt(command)[0] == 0, name
    whole = {str(out): digest(out) for out in outs}
    limit = max(p.stat().st_size for p in files(outs)) - 1
    remove(outs)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    status, said = attempt(command)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    left = {str(out): digest(out) for out in outs if out.exists()}
    tops = (Path("data"), Path("metrics"), Path(".checkpoints"))
    parts = [str(part) for top in tops for part in top.rglob(".*.part")]
    again, _ = attempt(command)
    mended = {str(out): digest(out) for out in outs}
    print(json.dumps({"stage": name, "status": status, "said": said, "parts": parts,
        "whole": whole, "left": left, "again": again, "mended": mended}), file=sys.__stdout__)
"""


LIST = """
import json
from dvc.repo import Repo
def listed(s):
    return {"cmd": s.cmd, "outs": [out.def_path for out in s.outs]}

print(json.dumps({s.addressing: listed(s) for s in Repo().index.stages}))
"""

# In the order of dvc.yaml, which is one in which they can run.
KINDS = list(yaml.safe_load((whole_runs.ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"])


def kind_of(name: str) -> str:
    return name.split("@")[0]


# ---------------------------------------------------------------- a full disk


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with an instance of every stage, in which nothing has run."""
    folder = tmp_path_factory.mktemp("faults") / "repo"
    folder.mkdir()
    (folder.parent / "www").mkdir()
    reviews = whole_runs.reviews()
    params = whole_runs.tiny_params(9, sha256(reviews.encode()).hexdigest())
    params["corpora"]["raw"]["reviews"]["fetch"]["mirror"] = "reviews.csv"
    whole_runs.lay_out(folder, params)
    (folder.parent / "www/reviews.csv").write_text(reviews)
    return folder


@pytest.fixture(scope="module")
def filled(laid_out: Path) -> dict[str, dict[str, Any]]:
    """What happened to each stage on a full disk."""
    listed = json.loads(whole_runs.run(laid_out, "python", "-c", LIST))
    stages = {name: listed[name] for name in sorted(listed, key=lambda n: KINDS.index(kind_of(n)))}
    tests = Path(__file__).parents[1]
    more = {
        "PYTHONPATH": f"{laid_out / 'src'}{os.pathsep}{tests}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "TEXTRNN_MIRROR": str(laid_out.parent / "www"),
    }
    output = whole_runs.run(laid_out, "python", "-c", DRIVER, json.dumps(stages), **more)
    lines = [json.loads(line) for line in output.splitlines() if line.startswith('{"stage"')]
    return {line["stage"]: line for line in lines}


@pytest.mark.parametrize("kind", KINDS)
def test_a_full_disk_stops_a_stage_in_one_sentence(
    kind: str, filled: dict[str, dict[str, Any]]
) -> None:
    names = [name for name in filled if kind_of(name) == kind]
    assert names
    for name in names:
        found = filled[name]
        assert found["status"] == 1, found
        sentence = re.search(
            rf"^{name}: (data|metrics|\.checkpoints)/\S+ cannot be written: .*\. Make room .* "
            rf"`dvc repro {name}` again",
            found["said"],
            re.MULTILINE,
        )
        assert sentence, found["said"]
        assert "Traceback" not in found["said"]
        assert found["parts"] == []
        for out, content in found["left"].items():  # whole, or not there at all
            assert content == found["whole"][out], out
        assert found["again"] == 0
        assert found["mended"] == found["whole"]


# ---------------------------------------------------------------- tiny data stages, by DVC


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("original") / "repo"
    tiny.lay_out(folder)
    return folder


@pytest.fixture
def repo(original: Path, tmp_path: Path) -> Path:
    """A repository in which the data stages have run, to break."""
    folder = tmp_path / "repo"
    shutil.copytree(original, folder)
    return folder


def data(folder: Path) -> str:
    return digest(folder / "data")


# ---------------------------------------------------------------- a real full disk


def test_a_full_disk_by_dvc(repo: Path) -> None:
    """On a file system of its own, which is full: what the stage and DVC say, and what is kept."""
    _needs_mounts()
    kept = digest(repo / DATASET)
    edit_params(repo, "sentiment.datasets.tiny.encode.shards", 3)
    shards = DATASET / "shards"
    fill = f"dd if=/dev/zero of={shards}/filling bs=1k 2> /dev/null"
    on_a_full_disk = f"mount -t tmpfs -o size=16k tmpfs {shards} && ! {fill} && dvc repro"
    mounts = ("unshare", "--map-root-user", "--mount", "sh", "-c")
    said = run(repo, *mounts, on_a_full_disk, fails=True)
    assert (
        f"sentiment-encode@tiny: {shards}/train cannot be written: No space left on device. "
        "Make room on that disk"
    ) in said
    assert "failed to reproduce 'sentiment-encode@tiny'" in said
    assert "Traceback" not in said
    assert digest(repo / DATASET) == kept
    assert "Running stage 'sentiment-encode@tiny'" in run(repo, "dvc", "repro")
    assert len(list((repo / shards / "train").iterdir())) == 3
    assert run(repo, sys.executable, "-m", "textrnn.cli", "verify").startswith("All is well")


def _needs_mounts() -> None:
    mount = ["unshare", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    if shutil.which("unshare") is None or subprocess.run(mount, check=False).returncode != 0:
        pytest.skip("this machine lets no process mount a file system of its own")


# ---------------------------------------------------------------- a folder that may not be written


def as_anyone(*command: str) -> tuple[str, ...]:
    """Return the command as run by someone whom permissions bind: root passes over them."""
    if os.geteuid() != 0:
        return command
    if shutil.which("setpriv") is None:
        pytest.skip("this machine has no setpriv, and permissions do not bind root")
    return ("setpriv", "--bounding-set=-dac_override,-dac_read_search", *command)


@pytest.fixture
def locked(repo: Path) -> Iterator[Path]:
    """A repository in which a stage's output folder may only be read."""
    edit_params(repo, "sentiment.datasets.tiny.vocabulary.max_size", 3)
    (repo / DATASET).chmod(0o555)
    yield repo
    (repo / DATASET).chmod(0o755)


def test_a_read_only_folder_is_named(locked: Path) -> None:
    before = data(locked)
    for command, named in (
        (("python", "stages/sentiment/vocab.py", "tiny"), "sentiment-vocab@tiny: "),
        (("dvc", "repro"), "ERROR: failed to reproduce 'sentiment-vocab@tiny'"),
    ):
        said = run(locked, *as_anyone(*command), fails=True)
        assert named in said
        assert str(DATASET) in said
        assert "Permission denied" in said
        assert "Traceback" not in said
        assert data(locked) == before
    (locked / DATASET).chmod(0o755)
    run(locked, *as_anyone("dvc", "repro"))
    assert len((locked / DATASET / "vocab.txt").read_text().split()) == 3


# ---------------------------------------------------------------- two runs at once


def test_the_second_of_two_runs_is_told_who_is_running(original: Path, repo: Path) -> None:
    script = repo / "stages/sentiment/vocab.py"
    wait = (
        "import pathlib, time\n\npathlib.Path('waiting').touch()\n"
        "while not pathlib.Path('go').exists():\n    time.sleep(0.01)\n"
    )
    docstring, rest = script.read_text().split("\n", 1)
    script.write_text(f"{docstring}\n{wait}{rest}")
    environment = whole_runs.environment(repo, DVC_SITE_CACHE_DIR=str(repo.parent / "dvc"))
    with subprocess.Popen(["dvc", "repro", "-q"], cwd=repo, env=environment) as first:
        while not (repo / "waiting").exists():
            assert first.poll() is None
            time.sleep(0.01)
        said = run(repo, "dvc", "repro", fails=True)
        (repo / "go").touch()
        assert first.wait(120) == 0
    assert "is busy, it is being blocked by" in said
    assert f"(PID {first.pid})" in said
    assert data(repo) == data(original)
    assert "Running stage" not in run(repo, "dvc", "repro")
    assert run(repo, sys.executable, "-m", "textrnn.cli", "verify").startswith("All is well")


def test_a_lock_that_was_cut_short(original: Path, repo: Path) -> None:
    """As a killed `dvc` may leave it: DVC names the file, and goes on once it is removed."""
    lock = repo / ".dvc/tmp/rwlock"
    lock.parent.mkdir(exist_ok=True)
    lock.write_bytes(b"")
    script = repo / "stages/sentiment/vocab.py"
    script.write_text(f"{script.read_text()}# another line\n")
    said = run(repo, "dvc", "repro", fails=True)
    assert "Unable to read RWLock-file" in said
    assert ".dvc/tmp/rwlock" in said
    lock.unlink()
    run(repo, "dvc", "repro")
    assert data(repo) == data(original)
