"""Vocabularies: the book's ids, which tokens get one, and text → ids → text."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import tensorflow_datasets as tfds
from hypothesis import given
from hypothesis import strategies as st

from textrnn.params.split import Book
from textrnn.params.tokens import Tokens
from textrnn.params.tokens import Vocabulary as Options
from textrnn.reading.table import Row
from textrnn.sentiment import counting, splits, vocabulary
from textrnn.sentiment.tokens import tokenizer
from textrnn.sentiment.vocabulary import Vocabulary

ALL = Options(max_size=None, min_count=1, order="appearance")
words = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1)


def test_token_k_has_id_k_plus_1_an_unknown_one_n_plus_1_and_padding_0() -> None:
    vocab = Vocabulary(["the", "film", "was"])
    assert vocab.encode(["the", "film", "was"]) == [1, 2, 3]
    assert vocab.encode(["bad"]) == [4]
    assert vocab.unknown == 4
    assert vocab.size == 5
    assert vocabulary.PADDING == 0


def test_ids_become_tokens_without_padding() -> None:
    vocab = Vocabulary(["the", "film"])
    assert vocab.decode([2, 3, 1, 0, 0]) == ["film", "[UNK]", "the"]
    assert vocab.decode([3], unknown="?") == ["?"]
    with pytest.raises(IndexError):
        vocab.decode([4])


@given(st.lists(st.sampled_from("abcdef"), min_size=1), st.text("abcdefgh ", max_size=20))
def test_ids_are_those_of_the_book(train: list[str], text: str) -> None:
    """The book's encoder was made from the counts of the training tokens."""
    counts = Counter(train)
    book = tfds.deprecated.text.TokenTextEncoder(counts)
    vocab = Vocabulary(counting.select(counts, ALL))
    tokenize = tokenizer(Tokens(lower=False, punctuation=False, last=None))
    assert vocab.encode(tokenize(text)) == book.encode(text)
    assert vocab.size == book.vocab_size


@given(st.lists(words, unique=True), st.lists(words))
def test_encoding_and_decoding(tokens: list[str], text: list[str]) -> None:
    vocab = Vocabulary(tokens)
    ids = vocab.encode(text)
    assert all(1 <= i <= vocab.unknown < vocab.size for i in ids)
    assert [i == vocab.unknown for i in ids] == [t not in tokens for t in text]
    known = [t for t in text if t in tokens]
    assert vocab.decode(i for i in ids if i != vocab.unknown) == known
    assert vocab.encode(vocab.decode(range(vocab.size))) == list(range(1, vocab.size))


COUNTS = Counter("zadabadbe")  # z 1, a 3, d 2, b 2, e 1, in order of appearance


@pytest.mark.parametrize(
    ("size", "min_count", "order", "tokens"),
    [
        (None, 1, "appearance", "zadbe"),
        (None, 1, "frequency", "adbze"),
        (None, 2, "appearance", "adb"),
        (None, 4, "frequency", ""),
        (2, 1, "frequency", "ad"),  # of d and b, as frequent, the one seen first
        (2, 1, "appearance", "ad"),
        (4, 1, "appearance", "zadb"),
        (4, 2, "frequency", "adb"),
        (9, 1, "frequency", "adbze"),
    ],
)
def test_which_tokens_get_an_id(size: int | None, min_count: int, order: str, tokens: str) -> None:
    options = Options(max_size=size, min_count=min_count, order=order)  # type: ignore[arg-type]
    assert counting.select(COUNTS, options) == list(tokens)


@given(st.lists(words, unique=True))
def test_a_file_gives_back_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, tokens: list[str]
) -> None:
    file = tmp_path_factory.mktemp("vocabulary") / "vocab.txt"
    vocabulary.write(tokens, file)
    assert vocabulary.read(file).tokens == tokens


def test_a_file_holds_one_token_a_line_in_order_of_id(tmp_path: Path) -> None:
    vocabulary.write(["the", "café"], tmp_path / "vocab.txt")
    assert (tmp_path / "vocab.txt").read_bytes() == "the\ncafé\n".encode()


# ---------------------------------------------------------------- the book's reviews


@pytest.fixture(scope="module")
def train(reviews: list[Row]) -> list[str]:
    """The training texts of the book's split, in order."""
    book = Book(method="book", seed=1, test=25_000, train=20_000)
    places = splits.assign(book, len(reviews), [None] * len(reviews))["train"]
    return [reviews[place].text for place in places]


def count(texts: list[str], last: int | None) -> Counter[str]:
    tokenize = tokenizer(Tokens(lower=False, punctuation=False, last=last))

    def tokens() -> Iterator[str]:
        for text in texts:
            yield from tokenize(text)

    return Counter(tokens())


def test_the_book_vocabulary(train: list[str]) -> None:
    vocab = Vocabulary(counting.select(count(train, None), ALL))
    assert len(vocab.tokens) == 87_007
    tokenize = tokenizer(Tokens(lower=False, punctuation=False, last=None))
    assert vocab.encode(tokenize("This is an example!")) == [232, 9, 270, 1123]


def test_the_book_vocabulary_of_the_last_100_tokens(train: list[str]) -> None:
    assert len(counting.select(count(train, 100), ALL)) == 58_063
