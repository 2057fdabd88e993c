"""Models as files: weights in safetensors beside a JSON description; loading runs no code."""

import json
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy.typing as npt
from pydantic import BaseModel
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from textrnn.backend import keras
from textrnn.errors import UserError

Arrays = Mapping[str, npt.NDArray[Any]]


def describe(architecture: BaseModel, dataset: str, vocabulary: int) -> str:
    """Return the JSON text from which the model can be built again."""
    values = {
        "dataset": dataset,
        "vocabulary": vocabulary,
        "architecture": architecture.model_dump(),
    }
    return json.dumps(values, indent=2) + "\n"


def save(model: keras.Model, file: Path) -> None:
    """Write the weights: the same weights always give the same bytes (`.keras` holds a date)."""
    save_file({w.path: w.numpy() for w in model.weights}, file)


def load(model: keras.Model, file: Path) -> None:
    """Give the model the weights of a file.

    Raises:
        UserError: the file is damaged, or holds the weights of another architecture.
    """
    _assign(model.weights, _read(file), file)


def load_layers(model: keras.Model, names: Iterable[str], file: Path) -> None:
    """Give some of a model's layers their weights in a file, which may hold others.

    Raises:
        UserError: the file is damaged, or its layers are of other shapes.
    """
    layers = [model.get_layer(name) for name in names]
    wanted = [weight for layer in layers for weight in layer.weights]
    paths = {weight.path for weight in wanted}
    found = {name: value for name, value in _read(file).items() if name in paths}
    _assign(wanted, found, file)


def _read(file: Path) -> Arrays:
    try:
        return load_file(file)
    except SafetensorError as error:
        raise UserError(f"{file} is damaged ({error}). Run `dvc checkout --force`.") from None


def _assign(wanted: Collection[keras.Variable], values: Arrays, file: Path) -> None:
    expected = {w.path: tuple(w.shape) for w in wanted}
    found = {name: value.shape for name, value in values.items()}
    if found != expected:
        wrong = min(set(found.items()) ^ set(expected.items()))
        raise UserError(
            f"{file} does not fit the architecture: {wrong[0]} {wrong[1]}. Run `dvc repro`."
        )
    for weight in wanted:
        weight.assign(values[weight.path])
