"""Experiments side by side: only those that ended, what they differ in, and what is best."""

from pathlib import Path
from typing import Any

import pytest

from textrnn.errors import UserError
from textrnn.paths import Model
from textrnn.reports import sweep
from textrnn.reports.sweep import Run, Sweep


def experiment(name: str, state: str | None, error: str | None = None) -> dict[str, Any]:
    executor = None if state is None else {"state": state}
    revision = {"name": name, "rev": name * 8, "data": {}, "error": error}
    return {"name": name, "executor": executor, "revs": [revision]}


def test_what_is_queued_or_runs_has_no_figures_of_its_own() -> None:
    """`dvc exp show` gives those of the commit, and a running one may stand there twice."""
    mine = [
        experiment("a", "running"),
        experiment("a", None),
        experiment("b", "success"),
        experiment("c", "queued"),
        experiment("d", "failed"),
        experiment("e", None),
        experiment("f", None, "damaged"),
    ]
    shown = [{"rev": "workspace", "experiments": None}, {"rev": "x", "experiments": mine}]
    assert [found["name"] for found in sweep.finished(shown)] == ["b", "e"]


def test_a_model_without_validation_is_not_ranked_by_its_test(
    monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    metrics = {"metrics/charlm/book-tail/metrics.json": {"data": {"test": {"bits_per_char": 2}}}}
    data = {"params": {"params.yaml": {"data": {"x": 1}}}, "metrics": metrics}
    monkeypatch.setattr(sweep, "_experiments", lambda: [{"name": "a", "data": data}])
    monkeypatch.chdir(root)
    with pytest.raises(UserError, match=r"no validation text .* charlm\.datasets\.island-tail"):
        sweep.collect("charlm/book-tail")


def found(task: str = "sentiment") -> Sweep:
    grid = [(cell, last) for cell in ("LSTM", "GRU") for last in (25, 100, 50)]
    runs = [
        Run(f"{cell}-{last}", {"architecture.cell": cell, "tokens.last": last}, last / 200, None)
        for cell, last in grid
    ]
    return Sweep(Model(task, "x"), "accuracy", ["architecture.cell", "tokens.last"], runs)


def test_the_table_names_what_differs() -> None:
    lines = sweep.markdown(found()).splitlines()
    assert lines[0] == "| cell | last | valid accuracy | test accuracy |"
    assert lines[2] == "| `LSTM` | `25` | 12.50% |  |"


def test_keys_of_one_name_are_told_apart() -> None:
    both = Sweep(Model("charlm", "x"), "bits_per_char", ["a.units", "b.units", "c.rate"], [])
    assert both.heads == ["a.units", "b.units", "rate"]


def test_the_picture_goes_along_the_numbers_in_their_order() -> None:
    picture = sweep.svg(found())
    places = [picture.index(f">{last}</text>") for last in (25, 50, 100)]
    assert places == sorted(places)
    assert all(name in picture for name in (">LSTM<", ">GRU<", "accuracy, validation"))


def test_a_page_without_markers_is_refused(tmp_path: Any) -> None:
    (tmp_path / "page.md").write_text("nothing")
    with pytest.raises(UserError, match="begin sweep"):
        sweep.write(found(), tmp_path / "page.md")
