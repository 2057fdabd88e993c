"""A trained model → a folder that TensorFlow and TensorFlow Serving load without this package."""

import json
from pathlib import Path
from typing import Any

from textrnn import atomic, weights
from textrnn.backend import keras, tf
from textrnn.charlm import alphabet
from textrnn.charlm import model as characters
from textrnn.errors import UserError
from textrnn.params import character_model, classifier
from textrnn.params.document import SentimentDataset
from textrnn.sentiment import model as sentiment
from textrnn.sentiment import vocabulary
from textrnn.serving import models
from textrnn.serving.export import examples
from textrnn.serving.export.classifier import Classifier
from textrnn.serving.export.portable import without_compiler
from textrnn.serving.export.tokens import Encoder
from textrnn.serving.export.writer import Writer

Opened = models.Opened[Any, Any]


def export(name: str, folder: Path, seed: int | None) -> list[str]:
    """Write a trained model as a SavedModel; return lines that say what it is and how it is used.

    Args:
        name: of the model in commands.
        folder: is written whole or not at all.
        seed: whose weights are taken; by default the first one's, as `predict` and `sample` do.

    Raises:
        UserError: something is in the folder's place, or it cannot be written; the model or its
            seed is not here.
    """
    _refuse_what_is_there(folder)
    if models.find(name).home.task == "sentiment":
        opened, module, request = _classifier(name, seed)
    else:
        opened, module, request = _writer(name, seed)
    try:
        with atomic.folder(folder) as part:
            tf.saved_model.save(module, str(part), signatures=module.offered)
            _describe(opened, part)
    except OSError as error:
        raise UserError(f"{folder} cannot be written: {error.strerror}.") from None
    except tf.errors.OpError as error:  # what TensorFlow meets while it writes
        raise UserError(f"{folder} cannot be written: {error.message}.") from None
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return [
        f"{folder} holds {opened.model.name}, seed {opened.seed}: {models.megabytes(size)}.",
        *examples.lines(opened.model.home.name, folder, request),
    ]


def _refuse_what_is_there(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder} is a file: name a folder that is new or empty.")
    if folder.is_dir() and any(folder.iterdir()):
        raise UserError(f"{folder} is not empty: name another folder, or remove this one.")


def _classifier(name: str, seed: int | None) -> tuple[Opened, Classifier, examples.Request]:
    opened = models.opened(name, "sentiment", vocabulary.read, classifier.Architecture, seed)
    dataset = opened.model.dataset_entry
    assert isinstance(dataset, SentimentDataset)  # noqa: S101 - by the task
    # With padding masked, a text's verdict is that of the text alone, as `predict` gives it.
    masking = opened.architecture.model_copy(update={"mask": True})
    network = _loaded(sentiment.build(masking, opened.known.size), opened)
    encoder = Encoder(dataset.tokens, opened.known, opened.model.data.vocab)
    names = opened.model.class_names
    request = examples.VERDICT if len(names) == 2 else examples.CLASS
    return opened, Classifier(network, encoder, names), request


def _writer(name: str, seed: int | None) -> tuple[Opened, Writer, examples.Request]:
    opened = models.opened(name, "charlm", alphabet.read, character_model.Architecture, seed)
    known = opened.known
    network = _loaded(characters.build(opened.architecture, known.size), opened)
    start = opened.model.document.charlm.models[opened.model.home.name].sampling.start
    if not set(start) <= set(known.characters):
        start = known.characters[-1]
    return opened, Writer(network, opened.architecture, known), examples.text(start)


def _loaded(network: keras.Model, opened: Opened) -> keras.Model:
    weights.load(network, opened.weights)
    return without_compiler(network)


def _describe(opened: Opened, folder: Path) -> None:
    """Say beside the graph what it was made from, where TensorFlow leaves place for it."""
    architecture = opened.architecture.model_dump()
    values = {
        "model": opened.model.name,
        "seed": opened.seed,
        "dataset": opened.model.dataset,
        "architecture": architecture,
        "vocabulary": opened.known.size,
    }
    if "classes" in architecture:
        values["classes"] = opened.model.class_names
    extra = folder / "assets.extra"
    extra.mkdir()
    text = json.dumps(values, indent=2) + "\n"
    (extra / "model.json").write_text(text, encoding="utf-8", newline="\n")
