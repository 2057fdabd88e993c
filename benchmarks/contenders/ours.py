"""This project's training, as its stages use it."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from contenders import reviews
from textrnn import optimizers, paths, training
from textrnn.charlm.model import build as build_writer
from textrnn.charlm.step import NextCharacter
from textrnn.params import character_model, classifier
from textrnn.params.base import load
from textrnn.sentiment import batching, vocabulary
from textrnn.sentiment.model import build
from textrnn.sentiment.step import Classification

Learn = Callable[[Any], Any]  # trains on one batch, and waits for it


def character_step(vocabulary: int, batch_spec: Any) -> Learn:
    """Return the training step of `charlm-train@book`."""
    training.prepare(1)
    architecture = load("charlm.models.book.architecture", character_model.Architecture)
    options = load("charlm.models.book.training", character_model.Training)
    model = build_writer(architecture, vocabulary)
    return _learn(model, NextCharacter(architecture, options.batches), options, batch_spec)


def review_step(mask: bool, batch_spec: Any) -> Learn:
    """Return the training step of `book-bilstm`, its padding masked or read."""
    training.prepare(1)
    model = build(reviews.architecture(mask), reviews.vocabulary_size())
    return _learn(model, Classification(), reviews.training(), batch_spec)


def _learn(model: Any, step: Any, options: Any, batch_spec: Any) -> Learn:
    optimizer = optimizers.build(options, 1)
    optimizer.build(model.trainable_variables)
    compiled = training.train_step(model, step, optimizer, batch_spec)

    def learn(batch: Any) -> None:
        compiled(batch, ())[0]["loss"].numpy()

    return learn


def epochs(name: str, **batches: object) -> Callable[[], dict[str, float]]:
    """Return what trains a model of params.yaml for one epoch more each time.

    Validation and checkpoint are included. It returns the validation accuracy that it has come to.
    What is given of `batches` takes the place of what params.yaml says.
    """
    training.prepare(1)
    architecture = load(f"sentiment.models.{name}.architecture", classifier.Architecture)
    options = load(f"sentiment.models.{name}.training", classifier.Training)
    options = options.model_copy(update={"batches": options.batches.model_copy(update=batches)})
    data = paths.Dataset("sentiment", load(f"sentiment.models.{name}.dataset", str))
    step = Classification()
    held_out = batching.in_order(data.shards("valid"), options.batches)
    model = build(architecture, vocabulary.read(data.vocab).size)
    trainer = training.Trainer(
        model,
        step,
        batching.texts(data.shards("train"), options.batches, 1),
        lambda: training.measure(model, step, held_out),
        options.model_copy(update={"early_stopping": None}),
        Path(tempfile.mkdtemp()) / "checkpoint.npz",
    )

    def epoch() -> dict[str, float]:
        number = len(trainer.history) + 1
        trainer.options = trainer.options.model_copy(update={"epochs": number})
        return {"valid_accuracy": trainer.run()[-1]["valid_accuracy"]}

    return epoch
