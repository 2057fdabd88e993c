"""Tokens: the book's, as `tfds` made them; the same classes in `regex`, Python and TensorFlow."""

import re
import sys
import unicodedata
from typing import Any

import pytest
import regex
import tensorflow_datasets as tfds
from hypothesis import given
from hypothesis import strategies as st

from textrnn.backend import tf
from textrnn.params.tokens import Tokens
from textrnn.reading.table import Row
from textrnn.sentiment.tokens import MARK, WORD, pattern, tokenizer

BOOK = Tokens(lower=False, punctuation=False, last=None)
SURROGATES = range(0xD800, 0xE000)

tokenize = tokenizer(BOOK)


def options(**changed: object) -> Tokens:
    return BOOK.model_copy(update=changed)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("This is an example!", ["This", "is", "an", "example"]),
        ("It's 10/10 -- don't_miss<br />", ["It", "s", "10", "10", "don", "t_miss", "br"]),
        ("naïve café ÆØÅ, 東京 Ünïcödé", ["naïve", "café", "ÆØÅ", "東京", "Ünïcödé"]),
        ("½ ² Ⅷ ٣", ["½", "²", "Ⅷ", "٣"]),
        ("", []),
        (" \t\n…!", []),
    ],
)
def test_known_texts(text: str, tokens: list[str]) -> None:
    assert tokenize(text) == tokens


# ---------------------------------------------------------------- oracles


@pytest.fixture(scope="module")
def book_tokenizer() -> Any:
    """The tokenizer that the book used, with the settings that it used."""
    return tfds.deprecated.text.Tokenizer()


TEXTS = [
    "I went and saw this movie last night after being coaxed to by a few friends of mine.",
    "It's a <br /><br />wonder... 'Tis 9/10!! (or_so) — déjà vu, naïve: \"¿Qué?\"",
    "東京 is 東京; Ωμέγα and ωμέγα; e\u0301 is no é; ½ cup; x²",
    "tabs\tand\nlines\r\nand\u00a0spaces\u2028and\x00nothing",
    "___ _a_ a-b-c 1,000.50 $5 100%",
    "",
    "!?",
]


@pytest.mark.parametrize("text", TEXTS)
def test_samples_are_taken_apart_as_by_the_book(book_tokenizer: Any, text: str) -> None:
    assert tokenize(text) == book_tokenizer.tokenize(text)


def test_real_reviews_are_taken_apart_as_by_the_book(
    book_tokenizer: Any, reviews: list[Row]
) -> None:
    for row in reviews[::25]:
        assert tokenize(row.text) == book_tokenizer.tokenize(row.text)


@given(st.text(st.characters(exclude_categories=["Cs", "Cn"])))
def test_any_text_is_taken_apart_as_by_python(text: str) -> None:
    assert tokenize(text) == re.findall(r"\w+", text)


@given(st.text(), st.booleans(), st.booleans())
def test_any_text_is_taken_apart_as_by_the_expression(
    text: str, lower: bool, punctuation: bool
) -> None:
    assert_as_by_the_expression(text, lower=lower, punctuation=punctuation)


@pytest.mark.parametrize("punctuation", [False, True])
def test_every_character_is_taken_apart_as_by_the_expression(punctuation: bool) -> None:
    every = characters()
    for i in range(0, len(every), 256):
        text = "".join(f"a{c}B{c}{c}" for c in every[i : i + 256])
        assert_as_by_the_expression(text, lower=False, punctuation=punctuation)


def assert_as_by_the_expression(text: str, *, lower: bool, punctuation: bool) -> None:
    """It is not looked at where texts are taken apart, only where a character is met first."""
    wanted = options(lower=lower, punctuation=punctuation)
    found = regex.findall(pattern(wanted), text.lower() if lower else text)
    assert tokenizer(wanted)(text) == found


def characters() -> list[str]:
    """Every code point but surrogates, which UTF-8 cannot hold."""
    return [chr(c) for c in range(sys.maxunicode + 1) if c not in SURROGATES]


def test_word_characters_are_those_of_python_where_it_assigns_any() -> None:
    assert unicodedata.unidata_version == "14.0.0"
    word, python = regex.compile(WORD), re.compile(r"\w")
    differing = [c for c in characters() if bool(word.match(c)) != bool(python.match(c))]
    assert all(unicodedata.category(c) == "Cn" for c in differing)


@pytest.mark.parametrize("expression", [WORD, MARK])
def test_tensorflow_takes_the_same_classes(expression: str) -> None:
    """A graph can tokenise; only what Unicode 14 does not assign may differ between the tables."""
    text = characters()
    found = tf.strings.regex_full_match(text, expression).numpy()
    ours = regex.compile(expression)
    differing = [c for c, f in zip(text, found, strict=True) if bool(ours.fullmatch(c)) != f]
    assert all(unicodedata.category(c) == "Cn" for c in differing)


# ---------------------------------------------------------------- options


def test_lower_case() -> None:
    assert tokenizer(options(lower=True))("So GOOD, ÉTÉ") == ["so", "good", "été"]


def test_each_mark_is_a_token() -> None:
    found = tokenizer(options(punctuation=True))("Well... 5$, it's_so <br/>")
    assert found == ["Well", ".", ".", ".", "5", "$", ",", "it", "'", "s_so", "<", "br", "/", ">"]


@given(st.text(st.characters(exclude_categories=["Cs", "Cn"])))
def test_marks_only_add_tokens(text: str) -> None:
    found = tokenizer(options(punctuation=True))(text)
    words = [t for t in found if regex.fullmatch(WORD, t)]
    marks = [t for t in found if not regex.fullmatch(WORD, t)]
    assert words == tokenize(text)
    assert marks == [c for c in text if unicodedata.category(c)[0] in "PS" and c != "_"]


@given(st.text(alphabet="ab .,", max_size=30), st.integers(1, 5))
def test_only_the_last_tokens_are_kept(text: str, last: int) -> None:
    found = tokenizer(options(last=last))(text)
    whole = tokenize(text)
    assert found == whole[max(0, len(whole) - last) :]


@given(st.text(), st.booleans(), st.booleans())
def test_no_token_holds_white_space(text: str, lower: bool, punctuation: bool) -> None:
    """A vocabulary file holds one token a line."""
    found = tokenizer(options(lower=lower, punctuation=punctuation))(text)
    assert all(t and not re.search(r"\s", t) and t.splitlines() == [t] for t in found)
