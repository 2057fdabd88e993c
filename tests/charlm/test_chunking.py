"""Chunking: what is held out, and the windows of the rest."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textrnn.charlm import chunking
from textrnn.errors import UserError
from textrnn.params.chunk import Chunk


def options(steps: int = 5, stride: int = 6, valid: float = 0.0, test: float = 0.0) -> Chunk:
    return Chunk(valid=valid, test=test, steps=steps, stride=stride, shards=1)


def windows(text: str, chunk: Chunk) -> list[str]:
    ids = np.array([ord(c) for c in text], np.int32)
    return ["".join(map(chr, example["tokens"])) for example in chunking.windows(ids, chunk)]


def test_the_end_is_held_out_in_order() -> None:
    found = chunking.cut("abcdefghij" * 10, options(valid=0.1, test=0.2))
    assert list(found) == ["train", "valid", "test"]
    assert found == {
        "train": "abcdefghij" * 7,
        "valid": "abcdefghij",
        "test": "abcdefghij" * 2,
    }


def test_nothing_is_held_out_where_nothing_is_asked() -> None:
    assert chunking.cut("abc", options()) == {"train": "abc", "valid": "", "test": ""}


@given(st.text(), st.floats(0, 0.49), st.floats(0, 0.5))
def test_the_parts_are_the_text(text: str, valid: float, test: float) -> None:
    found = chunking.cut(text, options(valid=valid, test=test))
    assert "".join(found.values()) == text
    assert abs(len(found["valid"]) - valid * len(text)) <= 1
    assert abs(len(found["test"]) - test * len(text)) <= 1


def test_windows_side_by_side_are_the_book_s() -> None:
    """Chunks of steps + 1, the remainder dropped."""
    assert windows("abcdefghijklmnop", options()) == ["abcdef", "ghijkl"]


def test_windows_may_overlap() -> None:
    assert windows("abcdefgh", options(steps=3, stride=2)) == ["abcd", "cdef", "efgh"]


def test_windows_of_streams_share_one_character() -> None:
    """The last target of one is the first input of the next."""
    assert windows("abcdefg", options(steps=2, stride=2)) == ["abc", "cde", "efg"]


def test_the_book_s_text_has_424_batches_an_epoch() -> None:
    count = chunking.count(1_112_350, options(steps=40, stride=41))
    assert -(-count // 64) == 424


@given(st.integers(1, 60), st.integers(1, 8), st.integers(1, 12))
def test_every_window_that_fits_is_counted(length: int, steps: int, stride: int) -> None:
    text = "".join(chr(ord("A") + i) for i in range(length))
    chunk = options(steps, stride)
    expected = [
        text[i : i + steps + 1] for i in range(0, length, stride) if i + steps + 1 <= length
    ]
    if not expected:
        with pytest.raises(UserError, match=f"{length} characters, fewer than one window's"):
            chunking.count(length, chunk)
        return
    assert windows(text, chunk) == expected
    assert chunking.count(length, chunk) == len(expected)
