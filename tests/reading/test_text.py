"""Reading a running text: from marker to marker, or what is wrong is named."""

import io
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textrnn.errors import UserError
from textrnn.params.corpus import ReadText
from textrnn.reading.text import read_text

MIRROR = os.environ.get("TEXTRNN_MIRROR")


def write(file: Path, content: str | bytes) -> Path:
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


@pytest.mark.parametrize(
    ("folder", "remedy"), [("own", "Put your own corpus there"), ("raw", "dvc repro fetch@novel")]
)
def test_file_that_is_not_there(folder, remedy, tmp_path):
    file = tmp_path / folder / "novel.txt"
    with pytest.raises(UserError, match=remedy):
        read_text(file, ReadText(start=None, end=None))


BOOK = "Start here? END. no: START\r\none\rtwo\nEND. START END.\n"


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        (None, None, "Start here? END. no: START\none\ntwo\nEND. START END.\n"),
        ("START", None, "START\none\ntwo\nEND. START END.\n"),
        (None, "END.", "Start here? "),
        ("START", "END.", "START\none\ntwo\n"),
        ("START", "START", "START\none\ntwo\nEND. "),
        ("one\ntwo", "END", "one\ntwo\n"),
    ],
)
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_text_from_marker_to_marker(mark, start, end, text, tmp_path):
    file = write(tmp_path / "book.txt", mark + BOOK)
    assert read_text(file, ReadText(start=start, end=end)) == text


@given(text=st.text(st.characters(exclude_categories=["Cs"])).filter(str.strip))
def test_text_is_what_python_reads(text, tmp_path_factory):
    file = write(tmp_path_factory.getbasetemp() / "any.txt", text)
    expected = io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8-sig").read()
    if expected.strip():
        assert read_text(file, ReadText(start=None, end=None)) == expected


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        ("BEGIN", None, "the start marker 'BEGIN' is not in the text. Change it in params.yaml, "),
        (None, "FIN", "the end marker 'FIN' is not in the text. Change it in params.yaml, "),
        ("START", "Start", "the end marker 'Start' is not in the text behind the start marker."),
    ],
)
def test_marker_that_is_not_there(start, end, message, tmp_path):
    (tmp_path / "raw").mkdir()
    file = write(tmp_path / "raw" / "book.txt", BOOK)
    with pytest.raises(UserError) as caught:
        read_text(file, ReadText(start=start, end=end))
    assert f"{file}: {message}" in str(caught.value)
    use = "start" if start == "BEGIN" else "end"
    assert f"corpora.raw.book.read.{use}; null takes" in str(caught.value)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_byte_that_is_not_utf8_is_named(mark, newline, tmp_path):
    before = f"{mark}eins{newline}zwölf{newline}".encode()
    file = write(tmp_path / "book.txt", before + b"caf\xe9")
    with pytest.raises(UserError) as caught:
        read_text(file, ReadText(start=None, end=None))
    assert f"{file}, line 3: the byte 0xE9 (at offset {len(before) + 3})" in str(caught.value)


@pytest.mark.parametrize(
    ("content", "start", "end"),
    [("", None, None), ("\ufeff \r\n", None, None), (" \nEND", None, "END")],
)
def test_no_text_left(content, start, end, tmp_path):
    file = write(tmp_path / "book.txt", content)
    with pytest.raises(UserError, match=r"book\.txt has no text between"):
        read_text(file, ReadText(start=start, end=end))


@pytest.mark.skipif(not MIRROR, reason="TEXTRNN_MIRROR is not set: no real corpora here")
def test_the_mysterious_island():
    read = ReadText(start="THE MYSTERIOUS ISLAND", end="End of the Project Gutenberg")
    text = read_text(Path(str(MIRROR), "1268-0.txt"), read)
    assert len(text) == 1_112_350
    assert len(set(text)) == 80
