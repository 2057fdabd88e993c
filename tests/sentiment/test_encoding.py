"""Rows → examples, and the text that has no token."""

from pathlib import Path

import pytest

from textrnn.errors import UserError
from textrnn.params.tokens import Tokens
from textrnn.sentiment import encoding
from textrnn.sentiment.rows import Row
from textrnn.sentiment.tokens import tokenizer
from textrnn.sentiment.vocabulary import Vocabulary

ROWS = [Row(7, 1, "a fine film"), Row(3, 0, "!!! ...")]
KNOWN = Vocabulary(["fine", "a", "!"])
SOURCE = Path("rows/train.jsonl")


def words(punctuation: bool) -> Tokens:
    return Tokens(lower=False, punctuation=punctuation, last=None)


def test_a_row_becomes_ids_and_a_label() -> None:
    found = list(encoding.encode(ROWS, tokenizer(words(True)), KNOWN, SOURCE))
    assert found == [
        {"tokens": [2, 1, 4], "label": [1]},
        {"tokens": [3, 3, 3, 4, 4, 4], "label": [0]},
    ]


def test_the_last_tokens_alone_are_encoded() -> None:
    last = tokenizer(Tokens(lower=False, punctuation=False, last=1))
    found = encoding.encode([Row(1, 0, "a fine"), Row(2, 1, "film a")], last, KNOWN, SOURCE)
    assert [example["tokens"] for example in found] == [[1], [2]]


def test_a_text_without_a_token_is_refused_by_file_and_line() -> None:
    with pytest.raises(UserError) as caught:
        list(encoding.encode(ROWS, tokenizer(words(False)), KNOWN, SOURCE))
    assert str(caught.value).startswith(f"{SOURCE}, line 2: '!!! ...' has no token.")
    assert "tokens.punctuation: true" in str(caught.value)
