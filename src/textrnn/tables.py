"""Metrics and tables as files that git holds: rounded, so that a diff shows what changed."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from textrnn import atomic
from textrnn.paths import Model

DIGITS = 6

Histories = Mapping[int, Sequence[Mapping[str, float]]]


def write_metrics(values: Mapping[str, Any], file: Path) -> None:
    """Write nested metrics as JSON, numbers rounded to six places."""
    with atomic.file(file) as part:
        part.write_text(
            json.dumps(_rounded(values), indent=2) + "\n", encoding="utf-8", newline="\n"
        )


def write_table(table: pd.DataFrame, file: Path) -> None:
    """Write a table as CSV, numbers rounded to six places."""
    with atomic.file(file) as part:
        table.round(DIGITS).to_csv(part, index=False, lineterminator="\n")


def histories(home: Model, seeds: Iterable[int]) -> Histories:
    """Return what each seed's training measured, by epoch."""
    return {s: json.loads(home.history(s).read_text(encoding="utf-8")) for s in seeds}


def learning_curve(histories: Histories) -> pd.DataFrame:
    """Return histories in long form: seed, epoch, split (train or valid), loss and others."""
    rows = [
        {"seed": seed, "epoch": epoch, "split": split, **_measures(values, split)}
        for seed, history in histories.items()
        for epoch, values in enumerate(history, start=1)
        for split in ("train", "valid")
        if _measures(values, split)
    ]
    return pd.DataFrame(rows)


def _measures(values: Mapping[str, float], split: str) -> dict[str, float]:
    held_out = {k.removeprefix("valid_"): v for k, v in values.items() if k.startswith("valid_")}
    return (
        held_out
        if split == "valid"
        else {k: values[k] for k in values if not k.startswith("valid_")}
    )


def _rounded(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {k: _rounded(v) for k, v in value.items()}
    return round(value, DIGITS) if isinstance(value, float) else value
