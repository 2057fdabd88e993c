"""A table of what `metrics/` holds, models beside the baselines of their datasets."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from textrnn.errors import UserError
from textrnn.params import base
from textrnn.params.problems import nearest
from textrnn.paths import METRICS
from textrnn.reports.measured import at, read

Columns = Sequence[tuple[str, str, str]]  # title, dotted key, format
Metrics = Mapping[str, dict[str, Any]]  # by the name of a model or a baseline

SENTIMENT: Columns = (
    ("test\nacc.", "test.accuracy", ".2%"),
    ("±", "seeds.std", ".2%"),
    ("test\nAUC", "test.auc", ".4f"),
    ("test\nF1", "test.f1", ".4f"),
    ("valid\nacc.", "valid.accuracy", ".2%"),
    ("train\nacc.", "train.accuracy", ".2%"),
    ("weights", "parameters", ","),
    ("tokens", "vocabulary", ","),
)
SOME = {"test.f1"}  # is measured of some models alone, and shown where there is one
CHARLM: Columns = (
    ("test\nbits", "test.bits_per_char", ".3f"),
    ("±", "seeds.std", ".3f"),
    ("test bits,\nwindows", "test.window_bits_per_char", ".3f"),
    ("valid\nbits", "valid.bits_per_char", ".3f"),
    ("train\nnats", "train.nats_per_char", ".4f"),
    ("whole\nbits", "whole.bits_per_char", ".3f"),
    ("weights", "parameters", ","),
    ("charac-\nters", "vocabulary", ","),
)


def show(names: Sequence[str], metrics: Path = METRICS, params: Path = base.FILE) -> None:
    """Print the metrics of the named models (all, if none is named), and a text of the last one.

    They stand by dataset, below each model what it reaches together with a baseline, or learning
    from the text that it codes, and after the models the baselines of the same dataset. ± is the
    standard deviation over seeds, where there are several.

    Args:
        names: `quick` for the models of both tasks that are called so, `sentiment/quick` for one.

    Raises:
        UserError: there are no metrics of a named model, or none at all.
    """
    console = Console()
    found = {task: _models(metrics / task, task, names) for task in ("sentiment", "charlm")}
    known = {form for task, models in found.items() for m in models for form in (m, f"{task}/{m}")}
    unknown = set(names) - known
    if unknown or not any(found.values()):
        raise UserError(_missing(sorted(unknown), known, metrics, params))
    for title, task, columns in (
        ("Sentiment", "sentiment", SENTIMENT),
        ("Character models, bits or nats a character", "charlm", CHARLM),
    ):
        if found[task]:
            groups = _by_dataset(found[task], metrics / task, _datasets(params, task))
            console.print(_table(title, groups, _measured(columns, groups)))
    for name in list(found["charlm"])[-1:]:
        _show_sample(console, metrics / "charlm" / name / "samples", name)


def _missing(unknown: Sequence[str], known: set[str], metrics: Path, params: Path) -> str:
    """Say that there are no metrics, and what would bring them."""
    if not unknown:
        return f"{metrics} holds no metrics of any model: run `make quick` or `dvc repro`."
    of, _, model = unknown[0].rpartition("/")
    stages = [
        f"`dvc repro {task}-evaluate@{model}`"
        for task in ("sentiment", "charlm")
        if of in ("", task) and model in _datasets(params, task)
    ]
    here = f"{metrics} holds no metrics of {', '.join(unknown)}"
    return f"{here}: run {' or '.join(stages)}." if stages else here + nearest(unknown[0], known)


def _models(folder: Path, task: str, names: Sequence[str]) -> Metrics:
    return {
        file.parent.name: read(file)
        for file in sorted(folder.glob("*/metrics.json"))
        if not names or {file.parent.name, f"{task}/{file.parent.name}"} & set(names)
    }


def _datasets(params: Path, task: str) -> dict[str, str]:
    """Return the dataset of each model that params.yaml names."""
    models = base.read(params).get(task, {}).get("models", {})
    return {name: model["dataset"] for name, model in models.items()}


def _by_dataset(models: Metrics, folder: Path, datasets: Mapping[str, str]) -> dict[str, Metrics]:
    """Return, by dataset, the metrics of its models and ensembles and then of its baselines."""
    groups: dict[str, dict[str, dict[str, Any]]] = {}
    for name, values in models.items():
        group = groups.setdefault(datasets.get(name, "no dataset in params.yaml"), {})
        group[name] = values
        for file in sorted((folder / name).glob("with-*.json")):
            group[f"{name}\n  + {file.stem.removeprefix('with-')}"] = read(file)
        for file in (folder / name).glob("adapted.json"):
            group |= {f"{name}\n  {said}": m for said, m in _adapted(read(file)).items()}
    for dataset, group in groups.items():
        file = folder / "baselines" / dataset / "metrics.json"
        for name, values in read(file).items() if file.exists() else ():
            group[f"baseline {name}"] = values
    return dict(sorted(groups.items()))


def _adapted(values: Any) -> Metrics:
    """Return what a character model costs that learns on the way, alone and mixed with n-grams."""
    ways = {"adapting": "dynamic", "+ n-grams": "mixed"}
    found = {said: at(values, f"test.{way}_bits_per_char") for said, way in ways.items()}
    return {said: {"test": {"bits_per_char": bits}} for said, bits in found.items()}


def _measured(columns: Columns, groups: Mapping[str, Metrics]) -> Columns:
    """Leave out the columns of some models that none of these has."""
    models = [values for models in groups.values() for values in models.values()]
    return [
        (title, key, form)
        for title, key, form in columns
        if key not in SOME or any(at(values, key) is not None for values in models)
    ]


def _table(title: str, groups: Mapping[str, Metrics], columns: Columns) -> Table:
    table = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=SIMPLE_HEAD,
        pad_edge=False,
        collapse_padding=True,
    )
    table.add_column("model", overflow="fold")  # a narrow terminal folds names, and cuts no figure
    for heading, _, _ in columns:
        table.add_column(heading, justify="right", no_wrap=True)
    for dataset, models in groups.items():
        table.add_section()
        table.add_row(Text(f"on {dataset}", style="bold"))
        for name, values in models.items():
            shown = name.rpartition("\n")[2]  # an ensemble stands below its model
            table.add_row(shown, *(_cell(values, key, form) for _, key, form in columns))
    return table


def _cell(values: Any, key: str, form: str) -> str:
    found = at(values, key)
    return "-" if found is None else format(found, form)


def _show_sample(console: Console, folder: Path, name: str) -> None:
    files = sorted(folder.glob("carried-scale-2*.txt")) or sorted(folder.glob("*.txt"))
    if files:
        text = Text(files[0].read_text(encoding="utf-8").rstrip("\n"))
        console.print(
            Panel(text, title=f"charlm/{name} writes ({files[0].name})", title_align="left")
        )
