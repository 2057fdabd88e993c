"""Word vectors: the same every time, near for words of like company, laid out by id."""

import random
from collections.abc import Iterator

import numpy as np
import pytest

from textrnn.errors import UserError
from textrnn.params.pretraining import SkipGram
from textrnn.sentiment import vectors
from textrnn.sentiment.vocabulary import Vocabulary

OPTIONS = SkipGram(dimension=8, window=2, negative=5, subsample=0.5, min_count=2, epochs=8, seed=1)


def texts() -> Iterator[str]:
    """`red` and `blue` stand where the other might, `up` and `down` likewise."""
    draw = random.Random(1)
    for _ in range(600):
        yield f"the {draw.choice(['red', 'blue'])} paint"
        yield f"we went {draw.choice(['up', 'down'])} hill"
    yield "hapax"


def learn(options: SkipGram = OPTIONS) -> dict[str, np.ndarray]:
    return vectors.skip_gram(vectors.Texts(texts, str.split, 1201), options)


def cosine(one: np.ndarray, other: np.ndarray) -> float:
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


def test_words_of_like_company_are_near() -> None:
    found = learn()
    assert cosine(found["red"], found["blue"]) > cosine(found["red"], found["up"]) + 0.2
    assert cosine(found["up"], found["down"]) > cosine(found["blue"], found["down"]) + 0.2


def test_the_same_texts_give_the_same_vectors() -> None:
    one, other = learn(), learn()
    assert set(one) == {"the", "red", "blue", "paint", "we", "went", "up", "down", "hill"}
    for token in one:
        assert one[token].tobytes() == other[token].tobytes()
    assert learn(OPTIONS.model_copy(update={"seed": 2}))["red"].tobytes() != one["red"].tobytes()


def test_vectors_stand_at_the_ids() -> None:
    found = learn()
    vocab = Vocabulary(["blue", "never", "red"])
    table = vectors.of_vocabulary(found, vocab, OPTIONS)
    assert table.shape == (5, 8)
    assert table.dtype == np.float32
    assert not table[0].any()
    scale = vectors.SPREAD / np.std(np.stack(list(found.values())))
    np.testing.assert_allclose(table[[1, 3]], scale * np.stack([found["blue"], found["red"]]))
    assert 0 < np.std(table[[2, 4]]) < 2 * vectors.SPREAD_OF_UNSEEN


def test_texts_without_a_frequent_token_are_refused() -> None:
    with pytest.raises(UserError, match=r"no token stands 9 times .* lower vectors\.min_count"):
        vectors.skip_gram(
            vectors.Texts(lambda: ["a b c"], str.split, 1),
            OPTIONS.model_copy(update={"min_count": 9}),
        )
