"""Models beside the baselines of their datasets and the book's figures, on one scale."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from textrnn.reports import book, words
from textrnn.reports.measured import Measured, Row, at


@dataclass(frozen=True)
class Measure:
    """What is compared."""

    key: str  # in metrics.json
    title: str
    step: float  # to which the scale's ends are rounded
    better: str  # "higher" or "lower"

    @property
    def is_share(self) -> bool:
        return self.key == "test.accuracy"

    def say(self, value: float) -> str:
        if self.is_share:
            return words.percent(value)
        return words.nats(value) if "nats" in self.key else words.bits(value)


ACCURACY = Measure("test.accuracy", "Test accuracy", 0.1, "higher")
BITS = Measure("test.bits_per_char", "Held-out text, bits a character", 0.5, "lower")
NATS = Measure("train.nats_per_char", "While training, nats a character", 0.5, "lower")
OF_TASK = {"sentiment": (ACCURACY,), "charlm": (BITS, NATS)}


@dataclass(frozen=True)
class Entry:
    """A figure: of a model, a baseline, of both together or of the book."""

    name: str
    kind: str
    anchor: str | None
    value: float
    said: str
    tag: str | None = None
    note: str | None = None
    low: float | None = None  # of the 95 % interval
    high: float | None = None


@dataclass(frozen=True)
class Group:
    """What was measured on the same text."""

    dataset: str
    entries: list[Entry]


@dataclass(frozen=True)
class Ranking:
    """All groups on one scale."""

    measure: Measure
    groups: list[Group]
    left: float
    right: float
    without: list[str]  # models that were not measured so

    def place(self, value: float) -> str:
        """Return where a value stands between the scale's ends, as CSS has it."""
        return f"{100 * (value - self.left) / (self.right - self.left):.2f}%"

    @property
    def ticks(self) -> list[float]:
        count = round((self.right - self.left) / self.measure.step)
        return [self.left + i * (self.right - self.left) / count for i in range(count + 1)]

    def tick(self, value: float) -> str:
        return f"{value:.0%}".replace("%", " %") if self.measure.is_share else f"{value:.1f}"


def rank(models: Sequence[Measured], measure: Measure) -> Ranking | None:
    """Return the models of a task by dataset; None where no model was measured so."""
    groups: dict[str, list[Entry]] = {}
    for model in models:
        if model.value(measure.key) is not None:
            name = model.dataset or "no dataset that is known"
            group = groups.setdefault(name, [])
            group += [e for e in _of_model(model, measure) if e not in group]  # the book's, once
    if not groups:
        return None
    for model in models:
        if model.dataset in groups:
            have = {entry.name for entry in groups[model.dataset]}
            groups[model.dataset] += [e for e in _baselines(model, measure) if e.name not in have]
    values = [v for g in groups.values() for e in g for v in (e.value, e.low, e.high) if v]
    left = math.floor(min(values) / measure.step) * measure.step
    right = math.ceil(max(values) / measure.step) * measure.step
    return Ranking(
        measure,
        [Group(name, _sorted(found, measure)) for name, found in sorted(groups.items())],
        left,
        right if right > left else left + measure.step,
        [m.name for m in models if m.value(measure.key) is None],
    )


def _of_model(model: Measured, measure: Measure) -> Iterator[Entry]:
    value = model.value(measure.key)
    std = model.value("seeds.std") if measure.key.startswith("test.") else None
    seeds = words.spread(model).removesuffix(" (standard deviation)") if std is not None else None
    yield Entry(
        model.name,
        "model",
        model.anchor,
        value,
        measure.say(value),
        None,
        seeds,
        model.value(f"{measure.key}_low"),
        model.value(f"{measure.key}_high"),
    )
    for baseline, metrics in model.ensembles.items():
        name = words.together(model.home.name, model.value("seeds.n"), baseline)
        yield from _beside(name, "together", metrics, measure)
    for figure in book.of(model.name):
        if figure.key == measure.key:
            said = figure.say(measure.say(figure.value))
            name = f"the book's {figure.network}"
            yield Entry(name, "book", None, figure.value, said, figure.place)


def _baselines(model: Measured, measure: Measure) -> Iterator[Entry]:
    for name, metrics in model.baselines.items():
        yield from _beside(name, "baseline", metrics, measure, "baseline")


def _beside(
    name: str, kind: str, metrics: Row, measure: Measure, tag: str | None = None
) -> Iterator[Entry]:
    """Yield the entry of what is no model alone, if it was measured so."""
    value = at(metrics, measure.key)
    if value is not None:
        low, high = at(metrics, f"{measure.key}_low"), at(metrics, f"{measure.key}_high")
        yield Entry(name, kind, None, value, measure.say(value), tag, None, low, high)


def _sorted(entries: list[Entry], measure: Measure) -> list[Entry]:
    """Return the best first."""
    return sorted(entries, key=lambda e: e.value, reverse=measure.better == "higher")
