"""Every kind of remote with many objects, dying halfway through a push and through a pull."""

import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from pipeline import servers, tiny
from pipeline.layout import run

SIZE = 2_000  # bytes of an object
OWN = Path("data/own/many")
KINDS = (servers.local, servers.ssh, servers.webdav, servers.s3)


def soak(folder: Path, objects: int) -> Iterator[bool]:
    """Push and pull so many objects through each kind of remote; yield whether all arrived."""
    original = folder / "original"
    tiny.lay_out(original)
    draw = random.Random(1)
    (original / OWN).mkdir()
    for i in range(objects):
        (original / OWN / f"{i}").write_bytes(draw.randbytes(SIZE))
    run(original, "dvc", "add", "-q", str(OWN))
    for kind in KINDS:
        place = folder / kind.__name__
        (place / "server").mkdir(parents=True)
        try:
            with kind(place / "server") as near:
                said = _through(near, original, place, objects)
        except pytest.skip.Exception as reason:
            print(f"{kind.__name__}: not tried: {reason}", flush=True)
            continue
        except (AssertionError, subprocess.TimeoutExpired) as failure:
            said = str(failure)
        print(f"{kind.__name__}, {objects:,} objects: {said or 'nothing lost'}", flush=True)
        yield not said


def _through(near: servers.Server, original: Path, place: Path, objects: int) -> str:
    """Return what went wrong, or nothing."""
    repo = place / "repo"
    shutil.copytree(original, repo)
    is_far = "127.0.0.1" in " ".join([near.url, *near.options.values()])
    with servers.line(near) if is_far else nullcontext() as line:
        server = line.before(near) if line else near
        server.add_to(repo)
        tiny.commit(repo)
        server.unlock(repo)
        for where, verb in ((repo, "push"), (place / "clone", "pull")):
            if verb == "pull":
                run(place, "git", "clone", "-q", str(repo), "clone")
                server.unlock(where)
            if line:
                line.cut_after(objects * SIZE // 2)
                run(where, "dvc", verb, fails=True)
                line.mend()
            run(where, "dvc", verb)
        for file in (repo / OWN).iterdir():
            if (place / "clone" / OWN / file.name).read_bytes() != file.read_bytes():
                return f"{file.name} is another"
        verify = (sys.executable, "-m", "textrnn.cli", "verify", "--remote", "store")
        said = run(place / "clone", *verify)
    return "" if re.match("All is well", said) else said
