"""A model by its name in commands, `sentiment/quick`: what is declared, and what is here."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from textrnn import lockfile, paths
from textrnn.errors import UserError
from textrnn.params import base, document, problems
from textrnn.params.base import Params
from textrnn.params.corpus import TWO, ReadTable, class_names
from textrnn.params.document import (
    CharacterDataset,
    CharacterModel,
    Document,
    SentimentDataset,
    SentimentModel,
)
from textrnn.serving import lineage, minutes

TASKS = ("sentiment", "charlm")


class Known(Protocol):
    """A vocabulary or an alphabet."""

    @property
    def size(self) -> int: ...


K = TypeVar("K", bound=Known)
A = TypeVar("A", bound=Params)


class Description(Params):
    """`model.json`: what a model's folder says of itself."""

    dataset: str
    vocabulary: int
    architecture: dict[str, Any]


@dataclass(frozen=True)
class Named:
    """A model that params.yaml declares, whether its weights are here or not."""

    home: paths.Model
    document: Document

    @property
    def name(self) -> str:
        """As in commands."""
        return f"{self.home.task}/{self.home.name}"

    @property
    def is_here(self) -> bool:
        """Whether it is trained, and its vocabulary is here too."""
        return (self.home.home / "model.json").is_file() and self.data.vocab.is_file()

    @cached_property
    def description(self) -> Description | None:
        """What the trained model says of itself; None where it is not here."""
        file = self.home.home / "model.json"
        if not file.is_file():
            return None
        try:
            values = json.loads(file.read_text(encoding="utf-8"))
        except ValueError:
            raise UserError(f"{file} is damaged. Run `dvc checkout --force`.") from None
        found: Description = base.validate(values, Description, "", file)
        return found

    @property
    def architecture(self) -> dict[str, Any]:
        """That of the trained model; the declared one where it is not here."""
        if self.description is not None:
            return self.description.architecture
        return self._entry.architecture.model_dump()

    @property
    def dataset(self) -> str:
        """The dataset that the model was trained on; that it is to be trained on, if it was not."""
        if self.description is not None:
            return self.description.dataset
        return self._entry.dataset

    @property
    def data(self) -> paths.Dataset:
        return paths.Dataset(self.home.task, self.dataset)

    @property
    def dataset_entry(self) -> SentimentDataset | CharacterDataset:
        """How the dataset is made.

        Raises:
            UserError: the model was trained on one that params.yaml no longer has.
        """
        found: SentimentDataset | CharacterDataset | None
        found = _section(self.document, self.home.task).datasets.get(self.dataset)
        if found is None:
            raise UserError(
                f"{self.name} was trained on {self.home.task}.datasets.{self.dataset}, which "
                f"params.yaml no longer has. Run `dvc repro {self.stage}`."
            )
        return found

    @property
    def labels(self) -> Mapping[str, int]:
        """What the labels of a classifier's corpus are mapped to."""
        corpus = self.dataset_entry.corpus
        section = self.document.corpora
        entry = section.raw[corpus.name] if corpus.folder == "raw" else section.own[corpus.name]
        assert isinstance(entry.read, ReadTable)  # noqa: S101 - by the task
        return entry.read.labels

    @property
    def class_names(self) -> list[str]:
        """What the classes of a classifier are called, in order.

        Raises:
            UserError: it was trained with another number of classes than its corpus now has.
        """
        corpus = self.dataset_entry.corpus
        names = class_names(self.labels)
        trained_with = self.architecture.get("classes", len(TWO))
        if len(names) != trained_with:
            raise UserError(
                f"{self.name} was trained with {trained_with} classes, but the labels of "
                f"corpora.{corpus.folder}.{corpus.name} are now mapped to {len(names)}. Run "
                f"`dvc repro {self.stage}`."
            )
        return names

    @property
    def _entry(self) -> SentimentModel | CharacterModel:
        found: SentimentModel | CharacterModel = _section(self.document, self.home.task).models[
            self.home.name
        ]
        return found

    @property
    def stage(self) -> str:
        """The stage that trains it."""
        return f"{self.home.task}-train@{self.home.name}"

    @property
    def seeds(self) -> list[int]:
        """The seeds whose weights are here, in order."""
        files = self.home.home.glob("seed-*/weights.safetensors")
        return sorted(int(file.parent.name.removeprefix("seed-")) for file in files)


@dataclass(frozen=True)
class Opened(Generic[K, A]):
    """What a trained model's network is built from; its parts fit each other."""

    model: Named
    known: K
    architecture: A
    seed: int

    @property
    def weights(self) -> Path:
        return self.model.home.weights(self.seed)


def opened(
    name: str, task: str, read: Callable[[Path], K], schema: type[A], seed: int | None = None
) -> Opened[K, A]:
    """Return a trained model of a task, by its name in commands, to be built and put to use.

    Args:
        name: such as `sentiment/quick`.
        task: that the model has to be of.
        read: reads the task's vocabularies.
        schema: of the task's architectures.
        seed: whose weights are meant; the first one's by default.

    Raises:
        UserError: there is no such model or seed, or it is not here, or its files do not fit each
            other.
    """
    model = trained(name, task)
    known = read(model.data.vocab)
    described = check_vocabulary(model, known.size)
    lineage.check(model)
    file = model.home.home / "model.json"
    architecture: A = base.validate(described.architecture, schema, "architecture", file)
    return Opened(model, known, architecture, _seed(model, seed))


def find(name: str) -> Named:
    """Return the model of a name such as `sentiment/quick`.

    Raises:
        UserError: params.yaml declares no such model; the nearest name is suggested.
    """
    known = {model.name: model for model in declared(document.load())}
    if name not in known:
        of_any_task = [full for full in known if full.endswith(f"/{name}")]
        near = problems.nearest(name, of_any_task or list(known))
        raise UserError(f"params.yaml has no model {name!r}{near}")
    return known[name]


def declared(found: Document) -> list[Named]:
    """Return every model of params.yaml, in its order."""
    return [
        Named(paths.Model(task, name), found)
        for task in TASKS
        for name in _section(found, task).models
    ]


def trained(name: str, task: str) -> Named:
    """Return a model of a task that can be put to use.

    Raises:
        UserError: there is no such model; it is of the other task; it is not here yet (the
            commands that bring it are given); its vocabulary is not the one it was trained with.
    """
    model = find(name)
    if model.home.task != task:
        command = "predict" if task == "charlm" else "sample"
        raise UserError(f"{name} is of the other kind: use `textrnn {command} --model {name}`.")
    if not model.is_here:
        raise UserError(f"{name} is not here yet: {how_to_get(model)}")
    if not model.seeds:
        raise UserError(f"{model.home.home} holds no weights. Run `dvc checkout --force`.")
    return model


def check_vocabulary(model: Named, size: int) -> Description:
    """Return what a trained model says of itself, if its vocabulary has this size.

    Raises:
        UserError: the dataset was made anew, the model was not.
    """
    described = model.description
    if described is None or size != described.vocabulary:
        trained_with = described.vocabulary if described else 0
        raise UserError(
            f"{model.name} was trained with a vocabulary of {trained_with:,}, but "
            f"{model.data.vocab} now has {size:,}. Run `dvc repro {model.stage}`."
        )
    return described


def _seed(model: Named, wanted: int | None) -> int:
    """Return the seed that is wanted, if its weights are here; the first one if none is named."""
    if wanted is None:
        return model.seeds[0]
    if wanted not in model.seeds:
        there = ", ".join(map(str, model.seeds))
        raise UserError(f"{model.name} was not trained with seed {wanted}: choose of {there}.")
    return wanted


def how_to_get(model: Named) -> str:
    """Return the commands that bring a model, with what each costs where that is known.

    What is pulled is named by its path: with a stage's name beside it, DVC would leave a path out.
    """
    size = _locked_bytes(model.stage)
    cost = "" if size is None else f", {megabytes(size)}"
    return (
        f"fetch it with `dvc pull {model.home.home.as_posix()} {model.data.vocab.as_posix()}` "
        f"(from a remote that has it{cost}), "
        f"or train it with `dvc repro {model.stage}`{minutes.said(model.home)}."
    )


def megabytes(size: int) -> str:
    """Return a number of bytes in words."""
    return f"{size / 1e6:.1f} MB"


def _section(found: Document, task: str) -> Any:
    return found.sentiment if task == "sentiment" else found.charlm


def _locked_bytes(stage: str) -> int | None:
    """Return how much a stage writes, by dvc.lock; None where it has not run."""
    outs = lockfile.stages().get(stage, {}).get("outs", [])
    return sum(out["size"] for out in outs) if outs else None
