"""Occlusion: a sum's summands; of a network, what it says of the text without a word."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serving.conftest import WORDS, opinionated
from textrnn.backend import keras
from textrnn.errors import UserError
from textrnn.params.classifier import Architecture
from textrnn.params.tokens import Tokens
from textrnn.sentiment import tokens, vocabulary
from textrnn.sentiment.model import build
from textrnn.serving import attribution, prediction
from textrnn.serving.attribution import Explainer, Values

OPTIONS = Tokens(lower=True, punctuation=True, last=None)
VOCAB = vocabulary.Vocabulary(WORDS)
WEIGHTS = {"good": 1.5, "bad": -2.0, "film": 0.0}


def linear(texts: Sequence[Sequence[str]]) -> Values:
    return np.array([0.25 + sum(WEIGHTS[word] for word in text) for text in texts])


def neither_nor(texts: Sequence[Sequence[str]]) -> Values:
    """Sure as soon as one word is there."""
    return np.array([float(any(word == "good" for word in text)) for text in texts])


@pytest.fixture(scope="module")
def explainer(classifying: keras.Model) -> Explainer:
    return Explainer(classifying, OPTIONS, VOCAB)


@pytest.fixture(scope="module")
def judge(classifying: keras.Model) -> prediction.Classifier:
    return prediction.Classifier(classifying, tokens.tokenizer(OPTIONS), VOCAB)


def log_odds(judge: prediction.Classifier, text: str) -> float:
    p = judge.judge([text])[0].probability
    return float(np.log(p / (1 - p)))


def test_of_a_sum_each_word_is_worth_its_summand() -> None:
    words = ["good", "film", "bad", "good"]
    assert attribution.occlusion(linear, words) == (1.25, [1.5, 0.0, -2.0, 1.5])
    assert attribution.occlusion(linear, ["bad"]) == (-1.75, [-2.0])


@given(words=st.lists(st.sampled_from(sorted(WEIGHTS)), min_size=1, max_size=9))
def test_a_sum_s_words_and_its_constant_make_up_the_whole(words: list[str]) -> None:
    whole, parts = attribution.occlusion(linear, words)
    assert whole == pytest.approx(0.25 + sum(parts))


def test_what_is_said_twice_is_not_missed_once() -> None:
    assert attribution.occlusion(neither_nor, ["good", "good"]) == (1.0, [0.0, 0.0])
    assert attribution.occlusion(neither_nor, ["good", "film"]) == (1.0, [1.0, 0.0])


def test_a_model_is_asked_for_a_batch_at_a_time() -> None:
    asked = []

    def ask(texts: Sequence[Sequence[str]]) -> Values:
        asked.append(len(texts))
        return linear(texts)

    attribution.occlusion(ask, ["good"] * 130)
    assert asked == [1, 64, 64, 2]


def test_a_text_with_too_many_words_to_weigh_is_refused() -> None:
    with pytest.raises(UserError, match=r"4,001 tokens, .* at most 4,000"):
        attribution.occlusion(linear, ["good"] * 4_001)


def test_a_word_is_worth_what_its_absence_changes(
    explainer: Explainer, judge: prediction.Classifier
) -> None:
    found = explainer.explain("A fine, DULL film!")
    assert found.probability == pytest.approx(
        judge.judge(["a fine, dull film!"])[0].probability, rel=1e-5
    )
    shorter = ["fine, dull film!", "a , dull film!", "a fine dull film!", "a fine, film!"]
    shorter += ["a fine, dull!", "a fine, dull film"]
    whole = log_odds(judge, "a fine, dull film!")
    expected = [whole - log_odds(judge, text) for text in shorter]
    np.testing.assert_allclose([w.contribution for w in found.words], expected, atol=1e-4)
    assert np.ptp(expected) > 0.1
    assert [w.span.token for w in found.words] == ["a", "fine", ",", "dull", "film", "!"]
    assert [w.is_known for w in found.words] == [True, True, False, True, True, True]


@settings(max_examples=3)
@given(count=st.sampled_from([1, 63, 64, 65, 130]))
def test_any_number_of_words(
    explainer: Explainer, judge: prediction.Classifier, count: int
) -> None:
    words = [WORDS[i % 4] for i in range(count)]
    found = explainer.explain(" ".join(words))
    assert len(found.words) == count
    whole = log_odds(judge, " ".join(words))
    assert found.log_odds == pytest.approx(whole, abs=1e-4)
    if count > 1:
        expected = whole - log_odds(judge, " ".join(words[:-1]))
        assert found.words[-1].contribution == pytest.approx(expected, abs=1e-4)


def test_without_its_only_word_a_text_is_padding(
    explainer: Explainer, classifying: keras.Model
) -> None:
    found = explainer.explain("dull")
    p = float(classifying(np.zeros((1, 1), np.int64))[0, 0])
    expected = found.log_odds - np.log(p / (1 - p))
    assert found.words[0].contribution == pytest.approx(expected, abs=1e-4)


def test_a_model_that_is_very_sure_loses_no_digits() -> None:
    """The float32 next below 1 has log-odds of 16.6: probabilities would end there."""
    options = Architecture(
        embedding=2,
        cell="GRU",
        units=2,
        layers=1,
        bidirectional=False,
        dense=2,
        mask=False,
        dropout=0.0,
    )
    network = opinionated(build(options, VOCAB.size))
    kernel, bias = network.layers[-1].get_weights()
    network.layers[-1].set_weights([kernel, bias + 40])
    found = Explainer(network, OPTIONS, VOCAB).explain("a dull film")
    assert found.probability == 1.0
    assert 30 < found.log_odds < 50
    assert all(word.contribution for word in found.words)


def test_more_than_two_classes_are_refused() -> None:
    ids = keras.Input((None,), dtype="int64")
    network = keras.Model(ids, keras.layers.Embedding(3, 4)(ids))
    with pytest.raises(UserError, match="tells 4 classes apart"):
        Explainer(network, OPTIONS, VOCAB)


def test_a_text_without_words_is_refused(explainer: Explainer) -> None:
    with pytest.raises(UserError, match=r"no word in ' \\n'"):
        explainer.explain(" \n")


@pytest.mark.usefixtures("repo")
def test_it_is_loaded_by_its_name_in_commands(explainer: Explainer) -> None:
    text = "the dull film"
    found = attribution.load("sentiment/tiny").explain(text)
    assert found == explainer.explain(text)
    with pytest.raises(UserError, match="did you mean sentiment/tiny"):
        attribution.load("sentiment/tinny")
