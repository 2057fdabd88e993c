"""Verdicts: what evaluation says of the same texts, whatever else is asked."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serving.conftest import WORDS
from textrnn import sharding
from textrnn.backend import keras
from textrnn.errors import UserError
from textrnn.params.classifier import Buckets
from textrnn.params.tokens import Tokens
from textrnn.sentiment import (
    batching,
    encoding,
    evaluation,
    ranges,
    rows,
    tokens,
    vocabulary,
)
from textrnn.serving import prediction

TOKENIZE = tokens.tokenizer(Tokens(lower=True, punctuation=True, last=None))
VOCAB = vocabulary.Vocabulary(WORDS)
TEXTS = ["A fine film!", "dull", "The film, the film... unheard of", "a a a a a dull", "fine dull"]


@pytest.fixture(scope="module")
def classifier(classifying: keras.Model) -> prediction.Classifier:
    return prediction.Classifier(classifying, TOKENIZE, VOCAB)


@pytest.mark.usefixtures("repo")
def test_a_model_says_what_evaluation_says(tmp_path: Path, classifying: keras.Model) -> None:
    """By way of the shards that the pipeline would write of the same texts."""
    split = [rows.Row(i, i % 2, text) for i, text in enumerate(TEXTS)]
    folder = tmp_path / "test"
    folder.mkdir()
    rows.write(map(rows.line, split), tmp_path / "test.jsonl")
    [part] = ranges.divide(tmp_path / "test.jsonl")
    records = encoding.encode(part, TOKENIZE, encoding.PackedIds(VOCAB))
    sharding.write_records(folder, "test", records, len(split), 1)
    buckets = Buckets(method="buckets", batch_size=2, shuffle=9, pool=4)
    expected = evaluation.predict(classifying, batching.in_order(folder, buckets))["probability"]
    found = prediction.load("sentiment/tiny").judge(TEXTS)
    np.testing.assert_allclose([v.probability for v in found], expected, rtol=1e-5)
    assert np.ptp(expected) > 0.1
    assert [v.text for v in found] == TEXTS
    assert [v.label for v in found] == [int(p > 0.5) for p in expected]


@settings(max_examples=15)
@given(texts=st.lists(st.sampled_from(TEXTS), min_size=1, max_size=6))
def test_a_verdict_does_not_depend_on_what_else_is_asked(
    classifier: prediction.Classifier, texts: list[str]
) -> None:
    alone = {text: classifier.judge([text])[0].probability for text in set(texts)}
    found = [verdict.probability for verdict in classifier.judge(texts)]
    np.testing.assert_allclose(found, [alone[text] for text in texts], rtol=1e-5)


def test_more_texts_than_fit_into_a_batch(classifier: prediction.Classifier) -> None:
    texts = TEXTS * (prediction.TOGETHER // 2)
    alone = [classifier.judge([text])[0].probability for text in TEXTS]
    found = [verdict.probability for verdict in classifier.judge(texts)]
    np.testing.assert_allclose(found, alone * (prediction.TOGETHER // 2), rtol=1e-5)


def test_unknown_words_are_named(classifier: prediction.Classifier) -> None:
    (verdict,) = classifier.judge(["A splendid film, splendid"])
    assert verdict.unknown == ["splendid", ",", "splendid"]
    assert verdict.tokens == 5


def test_a_text_without_words_is_refused(classifier: prediction.Classifier) -> None:
    with pytest.raises(UserError, match=r"text 2 has no word in it: ' '"):
        classifier.judge(["a", " "])


@pytest.mark.parametrize(("probability", "label", "word"), [(0.5, 0, "negative"), (0.51, 1, "pos")])
def test_a_half_is_no_yes(probability: float, label: int, word: str) -> None:
    verdict = prediction.Verdict("x", [1 - probability, probability], 1, [])
    assert verdict.label == label
    assert verdict.word.startswith(word)
    assert verdict.as_line() == f"{verdict.word}  {probability:.3f}  x"


def test_a_text_of_which_no_word_is_known_is_marked() -> None:
    line = prediction.Verdict("x y", [0.5, 0.5], 2, ["x", "y"]).as_line()
    assert line == "negative  0.500  x y  (of which it knows no word)"
