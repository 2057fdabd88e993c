"""What one machine pushes, another pulls: a real server of each kind of remote, on loopback."""

import random
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from pipeline import servers, tiny
from pipeline.layout import run
from pipeline.servers import Server

KINDS = {f.__name__: f for f in (servers.local, servers.ssh, servers.webdav, servers.s3)}
SHARD = "data/sentiment/datasets/tiny/shards/train/train-00001-of-00002.tfrecord"

# As a user of the remote would: a server need not see what happens to its files behind its back.
DELETE = (
    "import sys; from dvc.repo import Repo; odb = Repo().cloud.get_remote_odb('store')\n"
    "for name in sys.argv[1:]: odb.delete(name)"
)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("original") / "repo"
    tiny.lay_out(folder)
    return folder


@pytest.fixture(params=KINDS)
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    folder = tmp_path / "server"
    folder.mkdir()
    with KINDS[request.param](folder) as server:
        yield server


@pytest.fixture
def repo(original: Path, server: Server, tmp_path: Path) -> Path:
    """A repository in which the data stages have run, and that knows the remote."""
    folder = tmp_path / "repo"
    shutil.copytree(original, folder)
    server.add_to(folder)
    tiny.commit(folder)
    server.unlock(folder)
    return folder


def clone(repo: Path, server: Server, name: str) -> Path:
    folder = repo.parent / name
    run(repo.parent, "git", "clone", "-q", str(repo), name)
    server.unlock(folder)
    return folder


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Return the content of every file under data/."""
    files = [path for path in (folder / "data").rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_a_colleague_pulls_and_runs_nothing(repo: Path, server: Server) -> None:
    run(repo, "dvc", "push", "--run-cache")
    there = clone(repo, server, "clone")
    run(there, "dvc", "pull", "--run-cache")
    assert bytes_of(there) == bytes_of(repo)  # corpora of one's own among them
    assert "Running stage" not in run(there, "dvc", "repro")
    assert run(there, "git", "status", "--porcelain") == ""
    (there / "dvc.lock").unlink()  # now only the run cache knows
    assert run(there, "dvc", "repro").count("is cached - skipping run") == len(tiny.STAGES)
    assert (there / "dvc.lock").read_bytes() == (repo / "dvc.lock").read_bytes()


def test_an_ssh_server_s_key_is_pinned(original: Path, tmp_path: Path) -> None:
    """As docs/remotes.md has it: OpenSSH knows the server's key, and DVC comes through OpenSSH."""
    (tmp_path / "server").mkdir()
    repo = tmp_path / "repo"
    shutil.copytree(original, repo)
    known = tmp_path / "known_hosts"
    with servers.ssh(tmp_path / "server") as server:
        place, keyfile = urlsplit(server.url), server.secrets["keyfile"]
        user, port = place.username, place.port
        (tmp_path / ".ssh").mkdir()
        (tmp_path / ".ssh/config").write_text(
            f"Host pinned\n  User {user}\n  IdentityFile {keyfile}\n"
            f"  ProxyCommand ssh -o StrictHostKeyChecking=yes -o UserKnownHostsFile={known}"
            f" -i {keyfile} -p {port} -W 127.0.0.1:{port} {user}@127.0.0.1\n"
        )
        run(repo, "dvc", "remote", "add", "-q", "-d", "store", f"ssh://pinned{place.path}")
        for owner, fails in (("user", True), ("host", False)):
            key = (tmp_path / f"server/{owner}_key.pub").read_text()
            known.write_text(f"[127.0.0.1]:{port} {key}")
            run(repo, "dvc", "push", fails=fails)
            assert server.folder.exists() != fails


def test_a_byte_that_flips_on_the_server(repo: Path, server: Server) -> None:
    run(repo, "dvc", "push")
    good = (repo / SHARD).read_bytes()
    [file] = [p for p in server.folder.rglob("*") if p.is_file() and p.read_bytes() == good]
    file.chmod(0o644)
    file.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    there = clone(repo, server, "clone")
    run(there, "dvc", "pull", fails=True)
    assert not (there / SHARD).exists()

    verify = (sys.executable, "-m", "textrnn.cli", "verify", "--remote", "store")
    finding = run(repo, *verify, fails=True)
    assert f"({SHARD}): its bytes are not those of its name." in finding
    named = re.findall(r"/([0-9a-f]{2})/([0-9a-f]{30}(?:\.dir)?)", finding)
    assert len(named) == 2
    run(repo, "python", "-c", DELETE, *("".join(name) for name in named))
    run(repo, "dvc", "push")
    assert run(repo, *verify).startswith("All is well")
    assert file.read_bytes() == good


def test_an_experiment_is_shared(original: Path, tmp_path: Path) -> None:
    repo, hub = tmp_path / "repo", tmp_path / "hub.git"
    shutil.copytree(original, repo)
    run(repo, "dvc", "remote", "add", "-q", "-d", "store", str(tmp_path / "store"))
    tiny.commit(repo)
    run(tmp_path, "git", "clone", "-q", "--bare", str(repo), str(hub))
    run(repo, "git", "remote", "add", "origin", str(hub))
    change = "sentiment.datasets.tiny.vocabulary.max_size=3"
    run(repo, "dvc", "exp", "run", "-q", "-n", "few-words", "-S", change)
    run(repo, "dvc", "push", "-q")
    run(repo, "dvc", "exp", "push", "origin", "few-words")

    run(tmp_path, "git", "clone", "-q", str(hub), "clone")
    there = tmp_path / "clone"
    run(there, "dvc", "exp", "pull", "origin", "few-words")
    run(there, "dvc", "exp", "apply", "few-words")
    run(there, "dvc", "pull", "-q")
    assert len((there / "data/sentiment/datasets/tiny/vocab.txt").read_text().split()) == 3
    assert "Running stage" not in run(there, "dvc", "repro")


OWN = Path("data/own/many")


# Over S3 the client tries each object again for minutes: `make soak` has the patience.
@pytest.mark.parametrize("kind", ["ssh", "webdav"])
def test_a_remote_that_dies_halfway(original: Path, tmp_path: Path, kind: str) -> None:
    """Halfway through a push, and halfway through a pull; then it is there again."""
    (tmp_path / "server").mkdir()
    repo = tmp_path / "repo"
    shutil.copytree(original, repo)
    draw = random.Random(1)
    (repo / OWN).mkdir()
    for i in range(40):
        (repo / OWN / f"{i}").write_bytes(draw.randbytes(20_000))
    run(repo, "dvc", "add", "-q", str(OWN))
    total = len([path for path in (repo / ".dvc/cache/files").rglob("*") if path.is_file()])
    with KINDS[kind](tmp_path / "server") as near, servers.line(near) as line:
        server = line.before(near)
        server.add_to(repo)
        tiny.commit(repo)
        server.unlock(repo)
        line.cut_after(400_000)
        assert "Traceback" not in run(repo, "dvc", "push", fails=True)
        assert len([p for p in server.folder.rglob("*") if p.is_file()]) < total
        line.mend()
        run(repo, "dvc", "push")
        there = clone(repo, server, "clone")
        line.cut_after(400_000)
        assert "Traceback" not in run(there, "dvc", "pull", fails=True)
        assert not (there / OWN).exists() or bytes_of(there).items() <= bytes_of(repo).items()
        line.mend()
        run(there, "dvc", "pull")
        assert bytes_of(there) == bytes_of(repo)
        verify = (sys.executable, "-m", "textrnn.cli", "verify", "--remote", "store")
        assert run(there, *verify).startswith("All is well")
