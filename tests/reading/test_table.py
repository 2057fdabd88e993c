"""Reading tables: what stands in the file comes out, or the row that is wrong is named."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textrnn.errors import UserError
from textrnn.params import base
from textrnn.params.corpus import ReadTable
from textrnn.reading.records import FIELD_LIMIT
from textrnn.reading.table import Row, read_table

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


def test_a_row_without_a_group_is_refused(own):
    """A CSV has an empty cell for it: all such rows would be one group."""
    read = ReadTable(text="review", label="sentiment", group="film")
    write(own, 'review,sentiment,film\ngood,1,f1\nbad,0,""\n')
    assert error(own, read) == f"{own}, row 2: nothing stands in the column 'film'."


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
    message = error(write(own, "review,sentiment\n"))
    assert message == f"{own} has no rows: nothing, or nothing but a header."


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
