"""What a sweep found: a model's experiments side by side, as a table and as a picture.

The experiments are DVC's (`dvc exp run --queue -S …`), of the commit that is checked out; what they
differ in are parameters of the model and of its dataset.
"""

import json
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textrnn import atomic
from textrnn.errors import UserError
from textrnn.params import base
from textrnn.paths import Model
from textrnn.serving import models

MARKED = re.compile(r"(<!-- begin sweep -->\n).*?(<!-- end sweep -->)", re.DOTALL)
FIGURES = {  # of each task: its key in metrics.json, and what is best
    "sentiment": ("accuracy", max),
    "charlm": ("bits_per_char", min),
}
STROKE = {"symbolType": "stroke", "symbolSize": 400, "symbolStrokeWidth": 2}
INK = {"symbolStrokeColor": "#333"}
POINTS = {  # of their own, since a line's own would stand in the legend in its place
    "mark": {"type": "point", "filled": True, "size": 50, "opacity": 1},
    "encoding": {"strokeDash": {"value": []}},
}
HUES = ["#1f5fa8", "#d98032", "#2e7d4f", "#b3261e", "#7b4fa3", "#767676"]


@dataclass(frozen=True)
class Run:
    """An experiment that has ended well."""

    name: str
    values: Mapping[str, Any]  # by dotted key, without `sentiment.models.<name>.` before it
    valid: float
    test: float | None


@dataclass(frozen=True)
class Sweep:
    """The experiments of a model that differ from each other."""

    model: Model
    figure: str
    keys: Sequence[str]  # in which they differ
    runs: Sequence[Run]  # from the best on validation to the worst

    @property
    def heads(self) -> list[str]:
        """The keys' names, as short as tells them apart."""
        last = [key.rpartition(".")[2] for key in self.keys]
        return [
            short if last.count(short) == 1 else key
            for short, key in zip(last, self.keys, strict=True)
        ]


@dataclass(frozen=True)
class _Measured:
    """What an experiment ran with and came to."""

    name: str
    params: Mapping[str, Any]
    metrics: Mapping[str, Any]


def collect(model: str) -> Sweep:
    """Return what the experiments of a model (`sentiment/quick`) came to.

    Raises:
        UserError: there is no such model, no experiment of it that has ended, or no validation to
            rank them by.
    """
    home = models.find(model).home
    dataset = base.read()[home.task]["models"][home.name]["dataset"]
    places = (f"{home.task}.models.{home.name}.", f"{home.task}.datasets.{dataset}.")
    figure, best = FIGURES[home.task]
    measured = list(_measured(_experiments(), home))
    if any("valid" not in found.metrics for found in measured):
        raise UserError(
            f"{model} has no validation text to rank experiments by, and the test is not for "
            f"choosing: have {home.task}.datasets.{dataset} hold some out (`valid`)."
        )
    runs = [_run(found, places, figure) for found in measured]
    keys = _differing(runs)
    if not keys:
        raise UserError(
            f"no two experiments of {model} with other parameters have ended: queue some, as "
            "docs/sweeps.md shows, and run them with `dvc exp run --run-all`."
        )
    runs.sort(key=lambda run: run.valid, reverse=best is max)
    return Sweep(home, figure, keys, runs)


def _experiments() -> Iterable[Mapping[str, Any]]:
    """Return what `dvc exp show` knows of each experiment of this commit that has ended well."""
    done = subprocess.run(
        ["dvc", "exp", "show", "--json", "--no-fetch"],  # noqa: S607 - of this environment
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise UserError(f"`dvc exp show` failed: {done.stderr.strip()}")
    return finished(json.loads(done.stdout))


def finished(shown: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield the experiments of `dvc exp show --json` that have ended well.

    One that is queued or runs stands there too, with the metrics of the commit that it began from,
    and may do so a second time without saying what state it is in.
    """
    found = [each for commit in shown for each in commit.get("experiments") or ()]
    states = {each["name"]: (each.get("executor") or {}).get("state") for each in reversed(found)}
    for each in found:
        if states[each["name"]] in (None, "success"):
            yield from (r for r in each["revs"] if r.get("data") is not None and not r.get("error"))


def _measured(experiments: Iterable[Mapping[str, Any]], home: Model) -> Iterator[_Measured]:
    """Yield the experiments that have metrics of the model."""
    for found in experiments:
        data = found["data"]
        params = data["params"].get(base.FILE.as_posix(), {}).get("data")
        metrics = data["metrics"].get((home.metrics / "metrics.json").as_posix(), {}).get("data")
        if params and metrics:
            yield _Measured(found.get("name") or found["rev"][:7], params, metrics)


def _run(found: _Measured, places: Sequence[str], figure: str) -> Run:
    values = {
        key.removeprefix(place): value
        for key, value in _flat(found.params)
        for place in places
        if key.startswith(place)
    }
    test = found.metrics.get("test", {}).get(figure)
    return Run(found.name, values, found.metrics["valid"][figure], test)


def _flat(values: Mapping[str, Any], before: str = "") -> Iterable[tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value


def _differing(runs: Sequence[Run]) -> list[str]:
    keys = dict.fromkeys(key for run in runs for key in run.values)
    return [key for key in keys if len({json.dumps(run.values.get(key)) for run in runs}) > 1]


# ---------------------------------------------------------------- shown


def markdown(sweep: Sweep) -> str:
    """Return the table in Markdown, the best on validation first."""
    head = [*sweep.heads, f"valid {_name(sweep)}", f"test {_name(sweep)}"]
    rows = [
        [f"`{cell}`" for cell in _cells(sweep, run)] + _figures(sweep, run) for run in sweep.runs
    ]
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def show(sweep: Sweep) -> None:
    """Print the table."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, title=f"{sweep.model.task}/{sweep.model.name}")
    for head in ("experiment", *sweep.heads):
        table.add_column(head)
    for split in ("valid", "test"):
        table.add_column(f"{split} {_name(sweep)}", justify="right")
    for run in sweep.runs:
        table.add_row(run.name, *_cells(sweep, run), *_figures(sweep, run))
    Console().print(table)


def write(sweep: Sweep, page: Path) -> Path:
    """Write the table between the page's markers, and the picture beside it; return the picture.

    Raises:
        UserError: the page is not there, or has no markers.
    """
    if not page.is_file() or not MARKED.search(text := page.read_text(encoding="utf-8")):
        raise UserError(f"{page} is no page with `<!-- begin sweep -->` and `<!-- end sweep -->`.")
    picture = page.with_suffix(".svg")
    shown = f"![What each came to on validation]({picture.name})\n\n{markdown(sweep)}"
    for file, content in (
        (picture, svg(sweep)),
        (page, MARKED.sub(lambda found: f"{found[1]}\n{shown}\n\n{found[2]}", text)),
    ):
        with atomic.file(file) as part:
            part.write_text(content, encoding="utf-8", newline="\n")
    return picture


def svg(sweep: Sweep) -> str:
    """Return the picture: validation by the number that differs most, a line a combination."""
    import vl_convert

    along = _along(sweep)
    others = [head for head in sweep.heads if head != along]
    points: list[dict[str, Any]] = [
        dict(zip(sweep.heads, _cells(sweep, run), strict=True)) | {"value": run.valid}
        for run in sweep.runs
    ]
    for point in points:
        point["line"] = ", ".join(f"{head} {point[head]}" for head in others[1:]) or "all"
        point["colour"] = point[others[0]] if others else "all"
    lines = sorted({point["line"] for point in points})
    order = sorted({point[along] for point in points}, key=_as_number)
    is_share = sweep.figure == "accuracy"
    return str(
        vl_convert.vegalite_to_svg(
            {
                "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
                "width": 420,
                "height": 280,
                "background": "white",
                "data": {"values": points},
                "layer": [{"mark": {"type": "line", "strokeWidth": 2}}, POINTS],
                "encoding": {
                    "x": {
                        "field": along,
                        "type": "ordinal",
                        "sort": order,
                        "axis": {"labelAngle": 0},
                    },
                    "y": {
                        "field": "value",
                        "type": "quantitative",
                        "scale": {"zero": False},
                        "axis": {
                            "title": f"{_name(sweep)}, validation",
                            "format": "%" if is_share else ".2f",
                        },
                    },
                    "color": {
                        "field": "colour",
                        "type": "nominal",
                        "scale": {"range": HUES},
                        "legend": {**STROKE, "title": others[0] if others else None},
                    },
                    "strokeDash": {
                        "field": "line",
                        "type": "nominal",
                        "sort": lines,
                        "legend": {**STROKE, **INK, "title": None} if len(lines) > 1 else None,
                    },
                },
            }
        )
    )


def _along(sweep: Sweep) -> str:
    """Return the key that goes to the right: numbers first, and the most of them."""
    columns = list(zip(*(_cells(sweep, run) for run in sweep.runs), strict=True))

    def rank(column: int) -> tuple[bool, int]:
        return all(map(_is_number, columns[column])), len(set(columns[column]))

    return sweep.heads[max(range(len(columns)), key=rank)]


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _as_number(cell: str) -> tuple[float, str]:
    return (float(cell), cell) if _is_number(cell) else (float("inf"), cell)


def _cells(sweep: Sweep, run: Run) -> list[str]:
    values = (run.values.get(key) for key in sweep.keys)
    return [value if isinstance(value, str) else json.dumps(value) for value in values]


def _figures(sweep: Sweep, run: Run) -> list[str]:
    form = "{:.2%}" if sweep.figure == "accuracy" else "{:.3f}"
    return ["" if value is None else form.format(value) for value in (run.valid, run.test)]


def _name(sweep: Sweep) -> str:
    return sweep.figure.replace("_", " ").replace("per char", "a character")
