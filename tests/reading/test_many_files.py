"""Corpora of many files: CSV, JSON lines and Parquet, compressed or not, on a disk or elsewhere."""

import bz2
import csv
import gzip
import io
import json
import lzma
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import fsspec
import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from textrnn.errors import UserError
from textrnn.params.corpus import ReadTable
from textrnn.reading import listing, records
from textrnn.reading.table import Row, read_table

READ = ReadTable(text="body", label="stars", labels={"1": 0, "5": 1}, drop=["3"])

Content = Sequence[tuple[Any, str]]


def as_csv(content: Content) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([("stars", "body"), *content])
    return out.getvalue().encode()


def as_json_lines(content: Content) -> bytes:
    lines = [json.dumps({"body": text, "stars": stars, "more": [1]}) for stars, text in content]
    return "\n".join([*lines, ""]).encode()


def as_parquet(content: Content) -> bytes:
    stars, texts = zip(*content, strict=True)
    out = io.BytesIO()
    table = pyarrow.table({"stars": list(stars), "id": range(len(texts)), "body": list(texts)})
    parquet.write_table(table, out, row_group_size=2)
    return out.getvalue()


FORMS: dict[str, Callable[[Content], bytes]] = {
    "csv": as_csv,
    "jsonl": as_json_lines,
    "ndjson": as_json_lines,
    "parquet": as_parquet,
}
PACKED: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
}


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty repository's folder of corpora; a relative path is seen from the repository."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data" / "own").mkdir(parents=True)
    return tmp_path / "data" / "own"


@pytest.fixture
def memory() -> Iterator[Any]:
    """A storage that is no disk: fsspec's own, in memory."""
    fs = fsspec.filesystem("memory")
    yield fs
    fs.rm("/", recursive=True)


def listed(own: Path, *patterns: str) -> Path:
    file = own / "reviews.files"
    listing.write(listing.gather(patterns, Path.cwd()), file)
    return file


def error(corpus: Path, read: ReadTable = READ) -> str:
    with pytest.raises(UserError) as caught:
        list(read_table(corpus, read))
    return str(caught.value)


# ---------------------------------------------------------------- formats

plain = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip)


@pytest.mark.parametrize("packed", PACKED)
@pytest.mark.parametrize("form", FORMS)
def test_every_format_gives_the_same_rows(form: str, packed: str, own: Path) -> None:
    content = [
        (5, "Über alles, „gut“"),
        (1, 'no "good"\nat all'),
        (3, "so so"),
        (5, "\u2028 \0 🙂"),
    ]
    file = own / "parts" / f"part-0.{form}{packed}"
    file.parent.mkdir()
    file.write_bytes(PACKED[packed](FORMS[form](content)))
    assert list(read_table(listed(own, "data/own/parts"), READ)) == [
        Row(1, content[0][1], 1, None),
        Row(2, content[1][1], 0, None),
        Row(4, content[3][1], 1, None),
    ]


@given(content=st.lists(st.tuples(st.sampled_from([1, 5]), plain), min_size=1))
@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_any_text_survives(
    form: str, content: Content, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.getbasetemp() / f"any.{form}"
    file.write_bytes(FORMS[form](content))
    found = [(row.text, row.label) for row in read_table(file, READ)]
    assert found == [(text, int(stars == 5)) for stars, text in content]


@pytest.mark.parametrize("form", FORMS)
def test_one_file_needs_no_listing(form: str, own: Path) -> None:
    file = own / f"reviews.{form}"
    file.write_bytes(FORMS[form]([(5, "good")]))
    assert list(read_table(file, READ)) == [Row(1, "good", 1, None)]


@pytest.mark.parametrize(
    ("label", "as_text"), [(True, "true"), (4.0, "4.0"), (-1, "-1"), ("yes", "yes")]
)
@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_a_label_that_is_no_text_is_named_as_json_names_it(
    form: str, label: Any, as_text: str, own: Path
) -> None:
    file = own / f"reviews.{form}"
    file.write_bytes(FORMS[form]([(label, "good")]))
    read = ReadTable(text="body", label="stars", labels={as_text: 1, "other": 0})
    assert [row.label for row in read_table(file, read)] == [1]


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_what_is_missing_or_no_text_is_named(form: str, own: Path) -> None:
    file = own / f"reviews.{form}"
    content: list[tuple[Any, Any]] = [(5, "good"), (None, "good")]
    file.write_bytes(FORMS[form](content))
    assert error(file) == f"{file}, row 2: nothing stands in the column 'stars'."
    file.write_bytes(FORMS[form]([(5, "good"), (5, None)]))  # type: ignore[list-item]
    assert error(file).startswith(f"{file}, row 2: the text is empty.")
    number = ReadTable(text="stars", label=None)
    assert "corpora.own.reviews.read.text names a column of int, not text" in error(file, number)
    near = ReadTable(text="bodi", label=None)
    assert "'bodi' stands there 0 times; did you mean body?" in error(file, near)


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (b'{"body": "good", "stars": 5', "not JSON ("),
        (b"[1, 2]", "list where an object is wanted"),
        (b'{"body": "caf\xe9", "stars": 5}', "the byte 0xE9 is not UTF-8. Save the file as UTF-8."),
        (b'{"body": "\\ud800", "stars": 5}', "half of a surrogate pair"),
        (b"[" * 100_000, "not JSON ("),
    ],
)
def test_a_damaged_line_is_named(line: bytes, what: str, own: Path) -> None:
    file = own / "reviews.jsonl"
    file.write_bytes(b'\n{"body": "good", "stars": 5}\n\n' + line + b"\n")
    assert error(file).startswith(f"{file}, row 2: ")
    assert what in error(file)


def test_parquet_is_read_in_parts(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = own / "reviews.parquet"
    file.write_bytes(as_parquet([(5, str(i)) for i in range(10)]))
    monkeypatch.setattr(records, "BATCH", 3)
    assert [row.text for row in read_table(file, READ)] == [str(i) for i in range(10)]


@pytest.mark.parametrize("content", [b"", b"PAR1", b"stars,body\n5,good\n"])
def test_what_is_no_parquet_is_refused(content: bytes, own: Path) -> None:
    file = own / "reviews.parquet"
    file.write_bytes(content)
    assert error(file).startswith(f"{file} is not Parquet, or damaged: ")


# ---------------------------------------------------------------- listings


def test_files_are_read_in_the_order_of_the_listing(own: Path) -> None:
    parts = own / "parts"
    (parts / "deeper").mkdir(parents=True)
    (parts / "b.jsonl").write_bytes(as_json_lines([(5, "b")]))
    (parts / "a.csv").write_bytes(as_csv([(5, "a1"), (1, "a2")]))
    (parts / "deeper" / "c.csv").write_bytes(as_csv([(5, "c")]))
    (parts / "_SUCCESS").touch()
    (parts / ".a.csv.crc").touch()
    found = listed(own, "data/own/parts")
    assert [file.url for file in listing.read(found)] == [
        f"data/own/parts/{name}" for name in ("a.csv", "b.jsonl", "deeper/c.csv")
    ]
    assert [(r.number, r.text) for r in read_table(found, READ)] == [
        (1, "a1"), (2, "a2"), (1, "b"), (1, "c"),
    ]  # fmt: skip
    globbed = listed(own, "data/own/parts/*.jsonl", "data/own/parts/*")
    assert [Path(file.url).name for file in listing.read(globbed)] == ["b.jsonl", "a.csv"]


def test_files_outside_the_repository_keep_their_whole_path(
    own: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("elsewhere") / "part.csv"
    other.write_bytes(as_csv([(5, "good")]))
    assert [file.url for file in listing.read(listed(own, str(other)))] == [other.as_posix()]


def test_a_storage_that_is_no_disk(own: Path, memory: Any) -> None:
    memory.pipe("/bucket/reviews/1.jsonl.gz", gzip.compress(as_json_lines([(5, "one")])))
    memory.pipe("/bucket/reviews/2.parquet", as_parquet([(1, "two")]))
    found = listed(own, "memory://bucket/reviews/*")
    assert [file.url for file in listing.read(found)] == [
        "memory:///bucket/reviews/1.jsonl.gz",
        "memory:///bucket/reviews/2.parquet",
    ]
    assert [row.text for row in read_table(found, READ)] == ["one", "two"]
    memory.rm("/bucket/reviews/2.parquet")
    assert error(found) == "memory:///bucket/reviews/2.parquet is not there."


def test_a_folder_of_a_storage_needs_no_slash(own: Path, memory: Any) -> None:
    memory.pipe("/bucket/reviews/1.jsonl", as_json_lines([(5, "one")]))
    found = listed(own, "memory://bucket/reviews")
    assert [file.url for file in listing.read(found)] == ["memory:///bucket/reviews/1.jsonl"]


def test_a_file_that_is_called_as_a_pattern_is_a_file(own: Path) -> None:
    (own / "part[1].csv").write_bytes(as_csv([(5, "good")]))
    assert [row.text for row in read_table(listed(own, "data/own/part[1].csv"), READ)] == ["good"]


class WithoutLength(BaseHTTPRequestHandler):
    """A server that does not say how long its file is."""

    content = as_csv([(5, "good")])

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.content)

    def do_HEAD(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


def test_a_server_that_does_not_say_a_file_s_length(own: Path) -> None:
    with HTTPServer(("127.0.0.1", 0), WithoutLength) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        found = listed(own, f"http://127.0.0.1:{server.server_port}/reviews.csv")
        [file] = listing.read(found)
        assert file.bytes == len(WithoutLength.content)
        assert [row.text for row in read_table(found, READ)] == ["good"]
        server.shutdown()


def test_a_file_that_has_changed_is_refused(own: Path) -> None:
    part = own / "part.csv"
    part.write_bytes(as_csv([(5, "good")]))
    found = listed(own, "data/own/part.csv")
    part.write_bytes(as_csv([(5, "goof")]))
    assert error(found) == (
        "data/own/part.csv has changed since it was listed. List the corpus anew: "
        "`textrnn files reviews …`."
    )


def test_a_file_without_rows_is_none_of_the_others_business(own: Path) -> None:
    (own / "a.csv").write_bytes(as_csv([]))
    (own / "b.csv").write_bytes(as_csv([(5, "good")]))
    assert [row.text for row in read_table(listed(own, "data/own/*.csv"), READ)] == ["good"]
    assert "has no rows" in error(listed(own, "data/own/a.csv"))


def test_the_damaged_one_of_many_is_named(own: Path) -> None:
    (own / "a.csv").write_bytes(as_csv([(5, "good")]))
    (own / "b.csv").write_bytes(as_csv([(5, "good"), (2, "so so")]))
    said = error(listed(own, "data/own/*.csv"))
    assert said.startswith("data/own/b.csv, row 2: label '2' is neither 1 nor 5. Map it in ")
    assert "corpora.own.reviews.read.labels" in said


@pytest.mark.parametrize("packed", [".gz", ".bz2", ".xz"])
def test_a_file_that_was_cut_short_is_named(packed: str, own: Path) -> None:
    whole = PACKED[packed](as_csv([(5, f"good {i}") for i in range(1000)]))
    (own / f"a.csv{packed}").write_bytes(whole[: len(whole) // 2])
    assert error(listed(own, "data/own/a.*")).startswith(f"data/own/a.csv{packed}")


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("data/own/*.csv", "data/own/*.csv names no file."),
        ("data/own/none.csv", "data/own/none.csv is not there."),
        ("nowhere://bucket/a.csv", "nowhere://bucket/a.csv cannot be read: Protocol not known"),
    ],
)
def test_a_pattern_that_names_nothing(pattern: str, said: str, own: Path) -> None:
    with pytest.raises(UserError) as caught:
        listing.gather([pattern], Path.cwd())
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize(
    "content", ["", "{}\n", "[]\n", '{"url": 1, "bytes": 2, "version": "x"}\n', "\udc80\n"]
)
def test_a_listing_that_is_none_is_refused(content: str, own: Path) -> None:
    file = own / "reviews.files"
    file.write_text(content, errors="surrogateescape")
    assert error(file).startswith(f"{file}")
    assert error(file).endswith("List the corpus anew: `textrnn files reviews …`.")


def test_a_name_that_tells_no_format_is_refused(own: Path) -> None:
    (own / "a.txt").write_bytes(as_csv([(5, "good")]))
    assert "data/own/a.txt, whose name does not tell what it is" in error(
        listed(own, "data/own/a.txt")
    )
