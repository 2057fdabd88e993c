"""The language model: what it reads and learns, and the layers that a classifier takes over."""

from pathlib import Path

import numpy as np
import pytest

from textrnn import sharding, training
from textrnn.backend import keras
from textrnn.params.classifier import Architecture, Buckets
from textrnn.params.pretraining import LanguageModel
from textrnn.sentiment import language
from textrnn.sentiment.model import SHARED
from textrnn.sentiment.model import build as build_classifier

BUCKETS = {"method": "buckets", "batch_size": 4, "shuffle": 50, "pool": 8}
OPTIONS = LanguageModel.model_validate(
    {
        "cell": "LSTM",
        "units": 8,
        "dropout": 0.1,
        "samples": 20,
        "training": {
            "epochs": 60,
            "optimizer": "lazy_adam",
            "learning_rate": 0.02,
            "schedule": "constant",
            "final_learning_rate": None,
            "clip_norm": 1.0,
            "early_stopping": None,
            "batches": BUCKETS,
        },
        "seed": 1,
    }
)
VOCABULARY = 8
# Each token has one successor, and one predecessor.
TEXTS = [[(first + i) % 6 + 2 for i in range(length)] for first in range(6) for length in (3, 7)]


@pytest.fixture
def texts(tmp_path: Path) -> language.Texts:
    folders = [tmp_path / "labelled", tmp_path / "unlabelled"]
    labelled = [{"tokens": tokens, "label": [1]} for tokens in TEXTS[:5]]
    others = [{"tokens": tokens} for tokens in TEXTS[5:]]
    for folder, examples in zip(folders, (labelled, others), strict=True):
        folder.mkdir()
        sharding.write(folder, folder.name, examples, len(examples), 2)
    return language.Texts(folders)


def build(counts: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> keras.Model:
    keras.utils.set_random_seed(1)
    vectors = np.random.default_rng(1).normal(0, 0.3, (VOCABULARY, 5)).astype(np.float32)
    return language.build(OPTIONS, vectors, counts)


def test_all_texts_are_read_once_an_epoch_in_another_order_in_each(texts: language.Texts) -> None:
    epochs = texts.epochs(Buckets.model_validate(BUCKETS), 1)
    read = []
    for number in (0, 1):
        found = [row[row > 0].tolist() for (batch,) in epochs(number) for row in batch.numpy()]
        assert sorted(found) == sorted(TEXTS)
        read.append(found)
    assert read[0] != read[1]
    counted = np.bincount(np.concatenate(TEXTS), minlength=VOCABULARY)
    assert texts.counts(VOCABULARY).tolist() == counted.tolist()


def test_it_learns_what_comes_next_and_what_came_before(
    texts: language.Texts, tmp_path: Path
) -> None:
    training.prepare(1)
    model = build(texts.counts(VOCABULARY))
    step, batches = language.Reading(), OPTIONS.training.batches
    trainer = training.Trainer(
        model, step, texts.epochs(batches, 1), None, OPTIONS.training, tmp_path / "checkpoint"
    )
    history = trainer.run()
    assert history[0]["loss"] > 1.2  # of six tokens, log 6 = 1.79
    assert training.measure(model, step, texts.in_order(batches))["loss"] < 0.15


def test_a_classifier_has_the_layers_that_it_takes_over(texts: language.Texts) -> None:
    shape = Architecture(
        embedding=5, cell="LSTM", units=8, layers=2, bidirectional=True, dense=3, mask=True,
        dropout=0.1, pooling="mean-max", word_dropout=0.1, adversarial=1.0,
    )  # fmt: skip
    classifier, model = build_classifier(shape, VOCABULARY), build(texts.counts(VOCABULARY))
    paths = [w.path for w in model.weights]
    assert sorted(set(paths)) == sorted(paths)
    for name in SHARED:
        mine, its = (m.get_layer(name).weights for m in (model, classifier))
        assert [(w.path, w.shape) for w in mine] == [(w.path, w.shape) for w in its]
    np.testing.assert_array_equal(
        model.get_layer("embedding").embeddings,
        np.random.default_rng(1).normal(0, 0.3, (VOCABULARY, 5)).astype(np.float32),
    )
