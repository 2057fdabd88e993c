"""A model trained once for each of its seeds: weights and history of each, as files."""

import json
import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Protocol

from textrnn import atomic, checkpoints, distribution, training, weights
from textrnn.backend import keras, tf
from textrnn.params.optimisation import Optimisation
from textrnn.steps import Epochs, Step


class Place(Protocol):
    """Where a training leaves what it makes."""

    @property
    def home(self) -> Path:
        """The folder of the description, and of each seed's weights and history."""

    @property
    def checkpoints(self) -> Path: ...

    @property
    def metrics(self) -> Path:
        """The folder of the seconds that it took."""


def train(
    home: Place,
    description: str,
    build: Callable[[], keras.Model],
    step: Step,
    epochs: Callable[[int], Epochs],
    validate: Callable[[keras.Model], dict[str, float]] | None,
    options: Optimisation,
    seeds: Sequence[int],
    inputs: Iterable[Path],
    determinism: str,
) -> None:
    """Train `build()` with each seed and write the model's folder.

    Args:
        home: the paths of the model, or of what models start from.
        description: `weights.describe` of the model.
        build: makes the model with weights drawn from the seed in force.
        step: what a batch costs.
        epochs: gives a seed's batches.
        validate: measures on held-out data, or None.
        options: the model's `training`.
        seeds: one run each; finished ones are found again after a killed run.
        inputs: the files that the result depends on.
        determinism: the model's; epochs of another arithmetic are not gone on from.

    Of several workers the chief alone writes; all read its checkpoints.
    """
    parameters = description + options.model_dump_json() + determinism
    key = checkpoints.fingerprint(parameters, inputs)

    def run(seed: int) -> tuple[keras.Model, training.Trainer]:
        training.prepare(seed)
        with tf.distribute.get_strategy().scope(), training.precision(options.precision):
            model = build()
        check = (lambda: validate(model)) if validate else None
        file = home.checkpoints / key / f"seed-{seed}.safetensors"
        trainer = training.Trainer(model, step, epochs(seed), check, options, file)
        trainer.run()
        return model, trainer

    if not distribution.is_chief():
        for seed in seeds:
            run(seed)
        return
    seconds = 0.0
    with atomic.folder(home.home) as part:
        (part / "model.json").write_text(description, encoding="utf-8", newline="\n")
        for seed in seeds:
            model, trainer = run(seed)
            _write(part / f"seed-{seed}", model, trainer.history)
            seconds += trainer.seconds
    _keep_only(home.checkpoints / key)
    _write_seconds(home, seconds)


def _write(folder: Path, model: keras.Model, history: training.History) -> None:
    folder.mkdir()
    weights.save(model, folder / "weights.safetensors")
    (folder / "history.json").write_text(json.dumps(history, indent=1) + "\n", newline="\n")


def _keep_only(folder: Path) -> None:
    """Remove checkpoints of the model's other parameters, inputs and code."""
    for other in folder.parent.iterdir():
        if other != folder:
            shutil.rmtree(other)


def _write_seconds(home: Place, seconds: float) -> None:
    """Seconds differ from run to run, so they are kept out of git and of DVC's outputs."""
    with atomic.file(home.metrics / "timings.json") as part:
        part.write_text(json.dumps({"train_seconds": round(seconds, 1)}) + "\n", encoding="utf-8")
