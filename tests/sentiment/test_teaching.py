"""The teacher is the baseline: it says of texts what that says, however many at a time."""

import random

import numpy as np
import pytest

from textrnn.params.sentiment_baselines import NbSvm, SentimentBaselines, TfIdf
from textrnn.sentiment import baselines, classes, teaching
from textrnn.sentiment.teaching import Teacher
from textrnn.sentiment.tokenised import Texts

GRID = NbSvm(orders=[1, 2], smoothing=[1.0], penalty=[0.1, 1.0], interpolation=[0.5, 1.0])


def texts(count: int, seed: int) -> Texts:
    draw = random.Random(seed)
    labels = [i % 2 for i in range(count)]
    tokens = [
        draw.choices(["fine", "good", "so"] if label else ["dull", "bad", "so"], k=4)
        + draw.choices(["good", "bad", "film"], k=2)
        for label in labels
    ]
    return Texts(tokens, np.array(labels))


TRAIN, VALID, MORE = texts(60, 1), texts(30, 2), texts(23, 3)


def test_the_teacher_is_the_baseline_that_validation_chooses() -> None:
    options = SentimentBaselines(
        lower=True, punctuation=True, nb_svm=GRID, tf_idf=TfIdf(orders=[1], penalty=[1.0])
    )
    chosen = baselines.choose(options, TRAIN, VALID, 2)
    table = chosen.predict(MORE)
    wanted = classes.probabilities(table[table["baseline"] == "nb-svm"])
    teacher = Teacher(GRID, TRAIN, VALID)
    assert teacher.chosen.settings == chosen.chosen["nb-svm"].settings
    np.testing.assert_allclose(teacher(iter(MORE.tokens)), wanted, rtol=1e-6)


def test_it_matters_not_how_many_are_judged_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    teacher = Teacher(GRID, TRAIN, VALID)
    whole = teacher(MORE.tokens)
    monkeypatch.setattr(teaching, "TOGETHER", 4)
    np.testing.assert_allclose(teacher(MORE.tokens), whole, rtol=1e-6)
    assert whole.dtype == np.float32
    assert np.mean((whole > 0.5) == MORE.labels) > 0.8


def test_no_text_is_no_answer() -> None:
    assert Teacher(GRID, TRAIN, VALID)([]).shape == (0,)
