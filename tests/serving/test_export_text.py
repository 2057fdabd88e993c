"""Text in an exported graph: lower case, tokens and ids are the pipeline's, for every character."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from textrnn.backend import tf
from textrnn.params.tokens import Tokens
from textrnn.sentiment import tokens, vocabulary
from textrnn.serving.export import unicode
from textrnn.serving.export.lowercase import CHARACTERS, FINAL, SIGMA, Lowercase
from textrnn.serving.export.tokens import Encoder

WORDS = ["the", "The", "a", "b", ".", "i\u0307", "ας", "σ", "ß", "_", "東京"]
VOCAB = vocabulary.Vocabulary(WORDS)
OPTIONS = [
    Tokens(lower=lower, punctuation=punctuation, last=last)
    for lower in (False, True)
    for punctuation in (False, True)
    for last in (None, 3)
]
TEXTS = tf.TensorSpec((None,), tf.string)

# Characters that tokenizers and lower case treat apart, among any others.
tricky = st.sampled_from(["Σ", "İ", "I", "A", "a", "_", "`", ".", "'", "ͅ", "\u0307", " ", "\x00"])
texts = st.text(st.one_of(tricky, st.characters(exclude_categories=["Cs"])), max_size=30)
words = st.lists(st.sampled_from([*WORDS, "x", " ", " ", "Σ"]), max_size=20).map("".join)


def tensor(given: list[str]) -> tf.Tensor:
    return tf.constant(np.array([text.encode() for text in given], object))


@pytest.fixture(scope="module")
def lowercase() -> Callable[[tf.Tensor], tf.Tensor]:
    made: Callable[[tf.Tensor], tf.Tensor] = tf.function(Lowercase(), input_signature=[TEXTS])
    return made


@pytest.fixture(scope="module")
def encoders(tmp_path_factory: pytest.TempPathFactory) -> dict[Tokens, Any]:
    file = tmp_path_factory.mktemp("vocabulary") / "vocab.txt"
    vocabulary.write(WORDS, file)
    return {
        options: tf.function(Encoder(options, VOCAB, file), input_signature=[TEXTS])
        for options in OPTIONS
    }


def every_character(before: str, after: str) -> list[str]:
    """Return texts in which each character stands between these two, and between spaces."""
    return [
        " ".join(before + c + after for c in CHARACTERS[i : i + 5000])
        for i in range(0, len(CHARACTERS), 5000)
    ]


@pytest.mark.parametrize(
    ("before", "after"), [("", ""), ("a", "Σ"), ("aΣ", "b"), ("Σ", "ΣΣ"), ("aΣ", "")]
)
def test_every_character_in_lower_case(lowercase: Any, before: str, after: str) -> None:
    """By itself, and on both sides of the letter whose lower case hangs on its neighbours."""
    given = every_character(before, after)
    found = lowercase(tensor(given)).numpy()
    for text, lower in zip(given, found, strict=True):
        assert lower.decode() == text.lower()


@given(text=st.text(st.sampled_from("ΣΣΣAa1.'\u0345\u0307ʰ İ"), max_size=12))
@settings(max_examples=300)
def test_sigmas_among_letters_and_marks(lowercase: Any, text: str) -> None:
    assert lowercase(tensor([text])).numpy()[0].decode() == text.lower()


@given(st.lists(texts, min_size=1, max_size=4))
def test_lower_case_of_any_text(lowercase: Any, given: list[str]) -> None:
    found = lowercase(tensor(given)).numpy()
    assert [lower.decode() for lower in found] == [text.lower() for text in given]


# The last tokens alone would leave most characters out.
@pytest.mark.parametrize("options", [o for o in OPTIONS if o.last is None], ids=str)
def test_every_character_is_taken_apart_as_by_the_pipeline(
    encoders: dict[Tokens, Any], options: Tokens
) -> None:
    given = every_character("a", "b")
    found = encoders[options](tensor(given)).to_list()
    tokenize = tokens.tokenizer(options)
    for text, ids in zip(given, found, strict=True):
        assert ids == VOCAB.encode(tokenize(text))


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@given(given=st.lists(st.one_of(texts, words), min_size=1, max_size=4))
def test_ids_are_the_pipeline_s(
    encoders: dict[Tokens, Any], options: Tokens, given: list[str]
) -> None:
    found = encoders[options](tensor(given)).to_list()
    tokenize = tokens.tokenizer(options)
    assert found == [VOCAB.encode(tokenize(text)) for text in given]


def test_bytes_that_are_no_text_are_refused(encoders: dict[Tokens, Any]) -> None:
    for encode in encoders.values():
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"not UTF-8.*number.*\[\[1\]\]"):
            encode(tf.constant([b"fine", b"caf\xe9", b"\xff"]))


@given(st.lists(st.sampled_from([0x41, 0xC3, 0xA9, 0xE2, 0x82, 0xED, 0xA0, 0xF4, 0x90, 0xFF])))
def test_what_is_utf8_is_what_python_takes_for_it(parts: list[int]) -> None:
    given = tf.constant(np.array([bytes(parts)], object))
    try:
        bytes(parts).decode()
    except UnicodeDecodeError:
        with pytest.raises(tf.errors.InvalidArgumentError, match="not UTF-8"):
            unicode.checked(given)
    else:
        assert unicode.checked(given).numpy()[0] == bytes(parts)


def test_ranges() -> None:
    assert unicode.of("abcxz") == [(97, 99), (120, 120), (122, 122)]
    assert unicode.found_by("[a-cé]") == [(97, 99), (0xE9, 0xE9)]
    rest = unicode.others([(0, 96), (99, 0xD7FF)])
    assert rest == [(97, 98), (0xE000, unicode.LAST)]
    assert regex.fullmatch(r"\[\\x\{61\}-\\x\{62\}\]", unicode.class_of([(97, 98)]))


def test_a_sigma_ends_a_word(lowercase: Any) -> None:
    """The rule by hand: a cased letter before, none after, apostrophes not counting."""
    for text, last in [("ΑΣ", FINAL), ("Σ", "σ"), ("ΑΣ'", FINAL), ("ΑΣ'Α", "α"), ("1Σ", "σ")]:
        assert lowercase(tensor([text])).numpy()[0].decode().strip("'")[-1] == last
    assert lowercase(tensor([SIGMA * 3])).numpy()[0].decode() == "σσς"
