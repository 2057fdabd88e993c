"""Reading corpora: what stands in the file comes out, or the row that is wrong is named."""

import csv
import io
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textrnn.errors import UserError
from textrnn.params import base
from textrnn.params.corpus import ReadTable, ReadText
from textrnn.reading import FIELD_LIMIT, Row, read_table, read_text

MIRROR = os.environ.get("TEXTRNN_MIRROR")

REVIEWS = ReadTable(text="review", label="sentiment")
FILMS = ReadTable(
    text="text", label="kind", group="film", labels={"fresh": 1, "rotten": 0}, drop=["plot"]
)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A user's own corpus, not yet written."""
    (tmp_path / "own").mkdir()
    return tmp_path / "own" / "reviews.csv"


def write(file: Path, content: str | bytes) -> Path:
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def error(file: Path, read: ReadTable = REVIEWS) -> str:
    """What reading a table says is wrong with it."""
    with pytest.raises(UserError) as caught:
        list(read_table(file, read))
    return str(caught.value)


# ---------------------------------------------------------------- tables

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip)
rows = st.lists(st.tuples(texts, st.integers(0, 1), texts), min_size=1)


@given(rows=rows, delimiter=st.sampled_from(",;\t"), quoting=st.sampled_from([0, 1]))
def test_any_text_survives(rows, delimiter, quoting, tmp_path_factory):
    file = tmp_path_factory.getbasetemp() / "any.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, delimiter=delimiter, quoting=quoting)
        writer.writerows([("text", "kind", "film"), *rows])
    read = ReadTable(text="text", label="kind", group="film", delimiter=delimiter)
    assert list(read_table(file, read)) == [
        Row(number, *row) for number, row in enumerate(rows, start=1)
    ]


def test_nul_is_text(own):
    assert [r.text for r in read_table(write(own, "review\na\0b\n"), PLAIN)] == ["a\0b"]


PLAIN = ReadTable(text="review", label=None)


def test_labels_are_mapped_and_dropped_rows_still_count(own):
    write(own, "film,text,kind\nA,good,fresh\nA,,plot\nB,bad,rotten\n")
    assert list(read_table(own, FILMS)) == [
        Row(1, "good", label=1, group="A"),
        Row(3, "bad", label=0, group="B"),
    ]


def test_columns_that_are_not_named_are_none(own):
    assert list(read_table(write(own, "id,review\n7,good\n"), PLAIN)) == [
        Row(1, "good", None, None)
    ]


def test_blank_lines_are_no_rows(own):
    write(own, "\nreview\n\none\n\n\ntwo\n\n")
    assert [(r.number, r.text) for r in read_table(own, PLAIN)] == [(1, "one"), (2, "two")]


@pytest.mark.parametrize("header", ["review", '"review"'])
def test_byte_order_mark_is_no_part_of_the_header(header, own):
    write(own, f"\ufeff{header}\n\ufeffone\n")
    assert [r.text for r in read_table(own, PLAIN)] == ["\ufeffone"]


def test_text_and_labels_are_not_trimmed(own):
    write(own, "review,sentiment\n  good ,1\n")
    assert [r.text for r in read_table(own, REVIEWS)] == ["  good "]
    assert "label '1 '" in error(write(own, "review,sentiment\ngood,1 \n"))


def test_rows_are_read_as_they_are_asked_for(own):
    good = read_table(write(own, "review,sentiment\ngood,1\nbad,maybe\n"), REVIEWS)
    assert next(good) == Row(1, "good", 1, None)
    with pytest.raises(UserError, match="row 2"):
        next(good)


def test_long_texts_are_read_up_to_the_limit(own):
    long = "x" * FIELD_LIMIT
    write(own, f"review\n{long}\n")
    assert [r.text for r in read_table(own, PLAIN)] == [long]
    assert f"longer than {FIELD_LIMIT:,} characters" in error(
        write(own, f"review\nshort\n{long}x\n"), PLAIN
    )


def test_unknown_label_names_the_row_and_the_remedy(own):
    write(own, "review,sentiment\n" + "fine,1\n" * 1481 + "so so,maybe\n")
    assert error(own) == (
        f"{own}, row 1,482: label 'maybe' is neither 0 nor 1. Map it in params.yaml: "
        "corpora.own.reviews.read.labels: {maybe: 1, '0': 0, '1': 1}"
    )


def test_the_remedy_for_an_unknown_label_works(own):
    write(own, "review,sentiment\ngood,1\nso so,vielleicht: ä\n")
    mapping = error(own).partition(".read.labels: ")[2]
    (own.parent / "params.yaml").write_text(f"text: review\nlabel: sentiment\nlabels: {mapping}\n")
    read = base.validate(base.read(own.parent / "params.yaml"), ReadTable)
    assert [r.label for r in read_table(own, read)] == [1, 1]
    assert "vielleicht: ä" in mapping


def test_text_in_the_place_of_a_label_is_not_repeated_whole(own):
    write(own, f"review,sentiment\n1,{'long ' * 1000}\n")
    assert error(own).endswith(
        "Does corpora.own.reviews.read.label in params.yaml name the right column?"
    )
    assert len(error(own)) < 300


@pytest.mark.parametrize(
    ("read", "words"),
    [
        (ReadTable(text="reviews", label=None), ["read.text", "did you mean review?"]),
        (ReadTable(text="review", label="stars"), ["read.label", "'stars'"]),
        (ReadTable(text="review", label=None, group="filme"), ["read.group", "did you mean film?"]),
        (ReadTable(text="twice", label=None), ["read.text", "2 times"]),
        (
            ReadTable(text="review", label=None, delimiter=";"),
            ["review,sentiment,film,twice,twice"],
        ),
    ],
)
def test_missing_column_tells_which_there_are(read, words, own):
    message = error(write(own, "review,sentiment,film,twice,twice\ngood,1,A,x,y\n"), read)
    for word in [f"{own} has the columns review", "film", "corpora.own.reviews.", *words]:
        assert word in message


CUT = "The file is cut short"


@pytest.mark.parametrize(
    ("content", "where", "what"),
    [
        ("review,sentiment\ngood,1\n \t\u00a0,0\n", "row 2", "the text is empty"),
        ("review,sentiment\ngood,1\n,0\n", "row 2", "the text is empty"),
        ("review,sentiment\ngood,1\nbad,\n", "row 2", "label '' is neither 0 nor 1"),
        ("review,sentiment\ngood,1\nba", "row 2", CUT),
        ("review,sentiment\ngood,1\nbad, really,0\n", "row 2", "3 fields, but the header has 2"),
        ('review,sentiment\ngood,1\n"bad', "row 2", "is not closed"),
        ('review,sentiment\n"good,1\nbad,0\n"so,1\n', "row 1", "is not closed or not doubled"),
        ('review,sentiment\ngood,1\n"so "so"",1\n', "row 2", "not doubled"),
        ('"review,sentiment\n', "header", "is not closed"),
        ("review,sentiment\ngood,1\ncafé,0\n".encode("latin-1"), "row 2", "0xE9 is not UTF-8"),
        ("review,sentiment,ort\na,1,x\nb,0,Köln\n".encode("latin-1"), "row 2", "0xF6 is not UTF-8"),
        ("review,sentiment\ngood,1\n".encode("utf-16"), "header", "0xFF is not UTF-8"),
        (b"review,sentiment\n\xed\xa0\x80,1\n", "row 1", "0xED is not UTF-8"),
    ],
)
def test_damaged_row_is_named(content, where, what, own):
    message = error(write(own, content))
    assert message.startswith(f"{own}, {where}: ")
    assert what in message


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff"])
def test_empty_file(content, own):
    assert error(write(own, content)) == f"{own} is empty."


def test_header_alone(own):
    assert error(write(own, "review,sentiment\n")) == f"{own} has a header, but no rows below it."


def test_nothing_but_dropped_rows(own):
    message = error(write(own, "film,text,kind\nA,once,plot\n"), FILMS)
    assert "no rows but those that corpora.own.reviews.read.drop leaves out" in message


@pytest.mark.parametrize(
    ("folder", "remedy"), [("own", "Put your own corpus there"), ("raw", "dvc repro fetch@reviews")]
)
def test_file_that_is_not_there(folder, remedy, tmp_path):
    file = tmp_path / folder / "reviews.csv"
    assert f"{file} is not here. " in error(file)
    assert remedy in error(file)
    with pytest.raises(UserError, match=remedy):
        read_text(file, ReadText(start=None, end=None))


def schema(yaml_text: str, folder: Path) -> ReadTable:
    (folder / "params.yaml").write_text(f"read: {{text: t, label: l, {yaml_text}}}")
    return base.load("read", ReadTable, folder / "params.yaml")


def test_labels_may_be_numbers_in_yaml(tmp_path):
    read = schema("labels: {1: 0, -2: 1, '03': 1}, drop: [3, none]", tmp_path)
    assert read.labels == {"1": 0, "-2": 1, "03": 1}
    assert read.drop == ["3", "none"]


@pytest.mark.parametrize(
    ("yaml_text", "message"),
    [
        (
            "labels: {yes: 1, 'no': 0}",
            "read.labels.True: quote the label: YAML reads yes and on as True",
        ),
        ("drop: [a, off]", "read.drop.1: quote the label: YAML reads no and off"),
    ],
)
def test_labels_that_yaml_takes_for_truth_values_are_to_be_quoted(yaml_text, message, tmp_path):
    with pytest.raises(UserError, match=message) as caught:
        schema(yaml_text, tmp_path)
    assert len(str(caught.value).splitlines()) == 1


# ---------------------------------------------------------------- running text

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
