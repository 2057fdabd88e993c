"""What is known of a model: its metrics and curves, and the run that gave them (`dvc.lock`)."""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from textrnn import lockfile, paths
from textrnn.errors import UserError
from textrnn.findings import Findings
from textrnn.params import base
from textrnn.params.corpus import PLAIN, class_names

TASKS = ("sentiment", "charlm")

Row = dict[str, Any]


@dataclass(frozen=True)
class Repository:
    """The files that all models share, read once: `params.yaml` and the stages of `dvc.lock`."""

    params: Mapping[str, Any]
    lock: Mapping[str, Any]

    def entry(self, dotted: str) -> Any:
        """Return the block of params.yaml at a dotted key; None if there is none."""
        return at(self.params, dotted)

    def output(self, path: str) -> Row | None:
        """Return what dvc.lock says of the output at a path: `md5`, `size`, perhaps `nfiles`."""
        for stage in self.lock.values():
            for out in stage.get("outs", ()):
                if out["path"] == path:
                    found: Row = out
                    return found
        return None


def repository() -> Repository:
    """Read them from the repository's root; a missing dvc.lock has no stages.

    Raises:
        UserError: params.yaml is missing or is not YAML.
    """
    return Repository(base.read(), lockfile.stages())


@dataclass(frozen=True)
class Measured:
    """A model with metrics."""

    home: paths.Model
    repository: Repository

    @property
    def name(self) -> str:
        """As in commands."""
        return f"{self.home.task}/{self.home.name}"

    @property
    def anchor(self) -> str:
        """As a part of an address, or of a file's name."""
        return f"{self.home.task}-{self.home.name}"

    @cached_property
    def metrics(self) -> Row:
        return read(self.home.metrics / "metrics.json")

    def value(self, dotted: str) -> Any:
        """Return a metric by its dotted key; None if it was not measured."""
        return at(self.metrics, dotted)

    def table(self, name: str) -> list[Row]:
        """Return the rows of a CSV beside the metrics, numbers as such; none without the file."""
        return table(self.home.metrics / f"{name}.csv")

    @cached_property
    def params(self) -> Row:
        """The model's parameters, those of its last training where dvc.lock knows them.

        Both kinds have `dataset`, `architecture`, `training`, `seeds`; what is unknown is missing.
        """
        return {**self.declared, **self._locked("train")}

    @cached_property
    def declared(self) -> Row:
        """What params.yaml says today."""
        return dict(self.repository.entry(f"{self.home.task}.models.{self.home.name}") or {})

    @property
    def is_trained_as_locked(self) -> bool:
        """Whether dvc.lock has the training."""
        return bool(self._locked("train"))

    @property
    def changed(self) -> list[str]:
        """The blocks of params.yaml that differ from those of the last training."""
        return [k for k, v in self._locked("train").items() if self.declared.get(k) != v]

    @property
    def dataset(self) -> str | None:
        """The dataset's name; None where neither dvc.lock nor params.yaml knows the model."""
        return self.params.get("dataset")

    @cached_property
    def dataset_entry(self) -> Row:
        return dict(self.repository.entry(f"{self.home.task}.datasets.{self.dataset}") or {})

    @property
    def corpus(self) -> str | None:
        """Such as `raw/imdb`."""
        found = self.dataset_entry.get("corpus")
        return f"{found['folder']}/{found['name']}" if found else None

    @property
    def unlabelled(self) -> Row:
        """What its start has read without labels: a `corpus`, `less` another; or nothing."""
        of, start = self.home.task, self.params.get("pretraining")
        pretraining = self.repository.entry(f"{of}.pretraining.{start}") or {}
        found = self.repository.entry(f"{of}.unlabelled.{pretraining.get('unlabelled')}")
        return dict(found or {})

    @cached_property
    def class_names(self) -> list[str]:
        """What a classifier's classes are called, in order; by number where that is not known."""
        entry = self.repository.entry(f"corpora.{(self.corpus or '').replace('/', '.')}.read") or {}
        names = class_names(entry.get("labels") or PLAIN)
        count = self.params.get("architecture", {}).get("classes", 2)
        return names if len(names) == count else [f"class {k}" for k in range(count)]

    @cached_property
    def baselines(self) -> dict[str, Row]:
        """The metrics of the dataset's baselines, by name; none where none was made."""
        if self.dataset is None:
            return {}
        file = Findings(self.home.task, "baselines", self.dataset).metrics
        return read(file) if file.is_file() else {}

    @property
    def row_audit(self) -> Row | None:
        """What the audit found in a classifier's texts; None of another task or without one."""
        return self._audit if self.home.task == "sentiment" else None

    @property
    def text_audit(self) -> Row | None:
        """What the audit found in a character model's text; None of another task or without one."""
        return self._audit if self.home.task == "charlm" else None

    @cached_property
    def _audit(self) -> Row | None:
        if self.dataset is None:
            return None
        file = Findings(self.home.task, "audits", self.dataset).metrics
        return read(file) if file.is_file() else None

    @cached_property
    def comparison(self) -> Row:
        """What was found beside the dataset's baselines; nothing where that was not measured."""
        file = self.home.metrics / "comparison.json"
        return read(file) if file.is_file() else {}

    @property
    def accuracy_without_twins(self) -> float | None:
        """The accuracy on test texts that have no twin in train."""
        found: float | None = at(self.comparison, "test.accuracy_without_twins")
        return found

    @cached_property
    def against(self) -> dict[str, Row]:
        """The paired comparisons: with baselines, then with other models."""
        pairs = sorted(self.home.metrics.glob("against-*.json"))
        task = self.home.task
        models = {f"{task}/{p.stem.removeprefix('against-')}": read(p) for p in pairs}
        return {**self.comparison.get("against", {}), **models}

    @cached_property
    def ensembles(self) -> dict[str, Row]:
        """What the model, all its seeds, and a baseline reach together, by the baseline's name."""
        files = sorted(self.home.metrics.glob("with-*.json"))
        return {file.stem.removeprefix("with-"): read(file) for file in files}

    @cached_property
    def examined(self) -> Row:
        """What was measured of each generated text, by the name of its file; nothing if not."""
        file = self.home.metrics / "generated.json"
        return read(file) if file.is_file() else {}

    @cached_property
    def adapted(self) -> Row:
        """What coding the test text costs that is learnt on the way; nothing if not measured."""
        file = self.home.metrics / "adapted.json"
        return read(file) if file.is_file() else {}

    @property
    def weights(self) -> Row | None:
        """What dvc.lock says of the trained model's folder."""
        return self.repository.output(self.home.home.as_posix())

    @cached_property
    def samples(self) -> dict[str, str]:
        """Generated texts by the name of their file, in order."""
        files = sorted((self.home.metrics / "samples").glob("*.txt"))
        return {file.stem: file.read_text(encoding="utf-8") for file in files}

    def _locked(self, verb: str) -> Row:
        """Return the parameters with which a stage of this model last ran, by their last part."""
        stage = self.repository.lock.get(f"{self.home.task}-{verb}@{self.home.name}", {})
        prefix = f"{self.home.task}.models.{self.home.name}."
        params = lockfile.parameters(stage)
        return {k.removeprefix(prefix): v for k, v in params.items() if k.startswith(prefix)}


def find(names: list[str]) -> list[Measured]:
    """Return the models that metrics/ holds, of both tasks: all, or those that are named.

    Args:
        names: `quick` for the models of both tasks that are called so, `sentiment/quick` for one.

    Raises:
        UserError: there are no metrics of a named model, or none at all.
    """
    shared = repository()
    found = [Measured(home, shared) for home in _homes()]
    known = {form for model in found for form in (model.name, model.home.name)}
    unknown = sorted(set(names) - known)
    if unknown or not found:
        wanted = ", ".join(unknown) or "any model"
        raise UserError(
            f"{paths.METRICS} holds no metrics of {wanted}: run `make quick` or `dvc repro`."
        )
    return [m for m in found if not names or {m.name, m.home.name} & set(names)]


def _homes() -> Iterator[paths.Model]:
    for task in TASKS:
        for file in sorted((paths.METRICS / task).glob("*/metrics.json")):
            yield paths.Model(task, file.parent.name)


def at(values: Any, dotted: str) -> Any:
    """Return what stands at a dotted key of nested mappings; None if something is missing."""
    for part in dotted.split("."):
        values = values.get(part) if isinstance(values, Mapping) else None
    return values


def table(file: Path) -> list[Row]:
    """Return the rows of a CSV file, numbers as such; none where there is no file."""
    if not file.is_file():
        return []
    with file.open(encoding="utf-8", newline="") as handle:
        return [{k: _number(v) for k, v in row.items()} for row in csv.DictReader(handle)]


def _number(value: str) -> Any:
    for kind in (int, float):
        try:
            return kind(value)
        except ValueError:
            continue
    return value


def read(file: Path) -> Row:
    """Return a JSON file.

    Raises:
        UserError: it is none.
    """
    try:
        found: Row = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        raise UserError(f"{file} is damaged: take it from git, or run `dvc repro`.") from None
    return found
