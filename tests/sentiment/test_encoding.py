"""Rows → records of shards, and the rows that are refused."""

from pathlib import Path

import pytest

from textrnn import sharding, shards
from textrnn.errors import UserError
from textrnn.params.tokens import Tokens
from textrnn.sentiment import encoding, ranges, rows, vocabulary
from textrnn.sentiment.rows import Row

ROWS = [Row(7, 1, "a fine film"), Row(3, 0, "!!! ...")]


def encode(folder: Path, written: list[Row], options: Tokens) -> list[dict[str, list[int]]]:
    """Encode rows as the stage does, with a vocabulary of three tokens; read the shard."""
    vocabulary.write(["fine", "a", "!"], folder / "vocab.txt")
    rows.write(map(rows.line, written), folder / "train.jsonl")
    [part] = ranges.divide(folder / "train.jsonl")
    records = encoding.encoder(folder / "vocab.txt", options)(part)
    sharding.write_records(folder, "train", records, len(written), 1)
    return list(shards.read(folder))


def words(punctuation: bool, last: int | None = None) -> Tokens:
    return Tokens(lower=False, punctuation=punctuation, last=last)


def test_a_row_becomes_ids_and_a_label(tmp_path: Path) -> None:
    assert encode(tmp_path, ROWS, words(punctuation=True)) == [
        {"tokens": [2, 1, 4], "label": [1]},
        {"tokens": [3, 3, 3, 4, 4, 4], "label": [0]},
    ]


def test_the_last_tokens_alone_are_encoded(tmp_path: Path) -> None:
    two = [Row(1, 0, "a fine"), Row(2, 1, "film a")]
    found = encode(tmp_path, two, words(punctuation=False, last=1))
    assert [example["tokens"] for example in found] == [[1], [2]]


def test_a_text_without_a_token_is_refused_by_file_and_line(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        encode(tmp_path, ROWS, words(punctuation=False))
    file = tmp_path / "train.jsonl"
    assert str(caught.value).startswith(f"{file}, line 2: '!!! ...' has no token.")
    assert "tokens.punctuation: true" in str(caught.value)


@pytest.mark.parametrize("line", [b"[]\n", b'{"row": 1}\n', b"{\n", b"\n", b'"\xff"\n'])
def test_a_line_that_is_no_row_is_refused_by_file_and_line(tmp_path: Path, line: bytes) -> None:
    """Its number is that in the file, whichever range it is in."""
    file = tmp_path / "rows.jsonl"
    rows.write(map(rows.line, ROWS * 3), file)
    file.write_bytes(file.read_bytes() + line)
    *_, last = ranges.divide(file, length=80)
    assert last.first > 1
    for read in (ranges.read(last), rows.read(file)):
        with pytest.raises(UserError, match=f"^{file}, line 7: not a row"):
            list(read)
