"""A model's charts, each with a sentence that says what it shows, or that it was not measured."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from statistics import fmean

from textrnn.reports import words
from textrnn.reports.charts import Kind, draw
from textrnn.reports.measured import Measured, Row

SPLITS = {"train": "training", "valid": "validation", "test": "test"}


@dataclass(frozen=True)
class Figure:
    """A chart as SVG; without one, `note` says what is missing and what makes it."""

    title: str
    note: str
    svg: str | None = None


@dataclass(frozen=True)
class Confusion:
    """How many texts of one split and actual class were predicted as each class."""

    split: str
    counts: list[list[int]]  # [actual][predicted]

    def share(self, actual: int, predicted: int) -> float:
        total = sum(self.counts[actual])
        return self.counts[actual][predicted] / total if total else 0.0


def of(model: Measured) -> list[Figure]:
    """Return the charts of a model, those of its task, in the order of the page."""
    makers = _SENTIMENT if model.home.task == "sentiment" else _CHARLM
    return [make(model) for make in makers]


def confusions(model: Measured) -> list[Confusion]:
    """Return the confusion of each split, the test's first; none where it was not measured."""
    rows = model.table("confusion")
    classes = 1 + max((row["actual"] for row in rows), default=0)
    counts: dict[str, list[list[int]]] = {}
    for row in rows:
        table = counts.setdefault(row["split"], [[0] * classes for _ in range(classes)])
        table[row["actual"]][row["predicted"]] = row["texts"]
    return [Confusion(s, counts[s]) for s in ("test", "valid", "train") if s in counts]


def _loss(model: Measured) -> Figure:
    unit = "text" if model.home.task == "sentiment" else "character"
    kind = Kind("by_split", "epoch", "loss", "epoch", f"loss, nats a {unit}")
    rows = model.table("learning_curve")
    said = _curve(rows, "loss")
    if rows and model.params.get("architecture", {}).get("adversarial"):
        said += " In training, the loss of the pushed texts is added."
    return _figure(model, "Loss by epoch", "learning_curve", kind, rows, said)


def _accuracy(model: Measured) -> Figure:
    kind = Kind("by_split", "epoch", "accuracy", "epoch", "accuracy")
    rows = [row for row in model.table("learning_curve") if "accuracy" in row]
    said = _curve(rows, "accuracy")
    return _figure(model, "Accuracy by epoch", "learning_curve", kind, rows, said)


def _curve(rows: Sequence[Row], measure: str) -> str:
    """Say where the curves end, and when validation was best; of several seeds, in the mean."""
    choose = min if measure == "loss" else max
    parts = []
    for split in ("train", "valid"):
        curves = _by_seed([row for row in rows if row["split"] == split])
        if not curves:
            continue
        end = fmean(curve[-1][measure] for curve in curves)
        parts.append(f"{SPLITS[split]} ends at {end:.3f}")
        if split == "valid":
            best = [choose(curve, key=lambda row: row[measure]) for curve in curves]
            epochs = sorted({row["epoch"] for row in best})
            when = f"{epochs[0]} to {epochs[-1]}" if len(epochs) > 1 else f"{epochs[0]}"
            at_best = fmean(row[measure] for row in best)
            parts.append(f"validation was best in epoch {when}, {at_best:.3f}")
    if not parts:
        return ""
    said = "; ".join(parts)
    seeds = len({row["seed"] for row in rows})
    if seeds > 1:
        return f"{seeds} seeds, a line each; in the mean {said}."
    return f"{said[:1].upper()}{said[1:]}."


def _by_seed(rows: Sequence[Row]) -> list[list[Row]]:
    """Return each seed's rows, by epoch: early stopping ends each in an epoch of its own."""
    ordered = sorted(rows, key=lambda row: (row["seed"], row["epoch"]))
    return [list(curve) for _, curve in groupby(ordered, key=lambda row: row["seed"])]


def _roc(model: Measured) -> Figure:
    kind = Kind(
        "roc",
        "false_positive_rate",
        "true_positive_rate",
        "negative texts taken for positive",
        "positive texts found",
        height=260,
    )
    rows = model.table("roc")
    said = "Test texts, the first seed. "
    if len(model.class_names) > 2:
        kind = replace(
            kind,
            template="roc_by_class",
            x_label="texts of other classes taken for it",
            y_label="texts of the class found",
        )
        rows = [row | {"class": model.class_names[row["class"]]} for row in rows]
        said += "A curve for each class, told from all others. "
    area = model.value("test.auc")
    interval = words.within(model.metrics.get("test", {}), "auc", "plain")
    said += f"The mean area under the curve is {area or 0:.4f}"
    said += f" ({interval})." if interval else "."
    return _figure(model, "ROC", "roc", kind, rows, said)


def _calibration(model: Measured) -> Figure:
    kind = Kind(
        "reliability", "confidence", "accuracy", "how sure it was", "how often right", height=260
    )
    error = model.value("test.ece")
    said = "Texts by the probability of the class that was predicted; on the dashed line a model "
    said += "is as often right as it says."
    if error is not None:
        said += f" On test it is {error:.2%} off (expected calibration error).".replace("%", " %")
    rows = model.table("calibration")
    return _figure(model, "Calibration", "calibration", kind, rows, said)


def _by_length(model: Measured) -> Figure:
    kind = Kind(
        "by_length",
        "length_high",
        "accuracy",
        "tokens of the longest text of the group",
        "accuracy",
    )
    rows = [row for row in model.table("by_length") if row["split"] == "test"]
    said = "Test texts in groups of lengths, with 95 % intervals."
    if rows:
        best, worst = (choose(rows, key=lambda r: r["accuracy"]) for choose in (max, min))
        said += (
            f" Best at {best['length_low']}–{best['length_high']} tokens "
            f"({words.percent(best['accuracy'])}), worst at {worst['length_low']}–"
            f"{worst['length_high']} ({words.percent(worst['accuracy'])})."
        )
    return _figure(model, "Accuracy by length", "by_length", kind, rows, said)


def _figure(
    model: Measured, title: str, table: str, kind: Kind, rows: Sequence[Row], said: str
) -> Figure:
    if not rows:
        file = model.home.metrics / f"{table}.csv"
        why = "holds no rows for it" if file.is_file() else "is not here"
        stage = f"{model.home.task}-evaluate@{model.home.name}"
        return Figure(title, f"Not measured: {file} {why}. dvc repro {stage} makes it.")
    return Figure(title, said, draw(kind, rows, f"{title} of {model.name}. {said}"))


_SENTIMENT: tuple[Callable[[Measured], Figure], ...] = (
    _loss,
    _accuracy,
    _roc,
    _calibration,
    _by_length,
)
_CHARLM: tuple[Callable[[Measured], Figure], ...] = (_loss,)
