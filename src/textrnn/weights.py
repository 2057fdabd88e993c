"""Models as files: weights in safetensors beside a JSON description; loading runs no code."""

import json
from pathlib import Path

from pydantic import BaseModel
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from textrnn.backend import keras
from textrnn.errors import UserError


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
    try:
        weights = load_file(file)
    except SafetensorError as error:
        raise UserError(f"{file} is damaged ({error}). Run `dvc checkout --force`.") from None
    expected = {w.path: tuple(w.shape) for w in model.weights}
    found = {name: value.shape for name, value in weights.items()}
    if found != expected:
        wrong = min(set(found.items()) ^ set(expected.items()))
        raise UserError(
            f"{file} does not fit the architecture: {wrong[0]} {wrong[1]}. Run `dvc repro`."
        )
    for weight in model.weights:
        weight.assign(weights[weight.path])
