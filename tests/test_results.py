"""The table of results: models stand by dataset, with that dataset's baselines after them."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from textrnn import results
from textrnn.errors import UserError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Metrics of three models on two datasets, and of the baselines of three datasets."""
    monkeypatch.setenv("COLUMNS", "100")
    metrics: dict[str, Any] = {
        "sentiment/large": {"test": {"accuracy": 0.9}},
        "sentiment/small": {"test": {"accuracy": 0.6}},
        "sentiment/other": {"test": {"accuracy": 0.7}},
        "sentiment/baselines/films": {"nb-svm": {"test": {"accuracy": 0.8}}},
        "sentiment/baselines/books": {"nb-svm": {"test": {"accuracy": 0.85}}},
        "sentiment/baselines/songs": {"nb-svm": {"test": {"accuracy": 0.95}}},
        "sentiment/audits/films": {"rows": {"train": 3}},
    }
    for name, values in metrics.items():
        file = tmp_path / "metrics" / name / "metrics.json"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(values))
    (tmp_path / "metrics/sentiment/large/with-nb-svm.json").write_text(
        json.dumps({"test": {"accuracy": 0.92}})
    )
    models = {"large": "films", "small": "films", "other": "books"}
    params = {"sentiment": {"models": {m: {"dataset": d} for m, d in models.items()}}}
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(params))
    return tmp_path


def shown(folder: Path, capsys: pytest.CaptureFixture[str], *names: str) -> list[str]:
    """Return the table's rows, without spaces, below its head."""
    results.show(names, folder / "metrics", folder / "params.yaml")
    lines = ["".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    head = next(i for i, line in enumerate(lines) if set(line) == {"─"})
    return [line.replace("-" * 6, "") for line in lines[head + 1 :] if line]


def test_baselines_follow_the_models_of_their_dataset(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shown(folder, capsys) == [
        "onbooks",
        "other70.00%",
        "baselinenb-svm85.00%",
        "onfilms",
        "large90.00%",
        "+nb-svm92.00%",
        "small60.00%",
        "baselinenb-svm80.00%",
    ]


def test_below_a_character_model_stands_what_it_costs_while_it_learns(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = folder / "metrics/charlm/novel"
    home.mkdir(parents=True)
    (home / "metrics.json").write_text(json.dumps({"test": {"bits_per_char": 1.7}}))
    costs = {"dynamic_bits_per_char": 1.6, "ngrams_bits_per_char": 1.8, "mixed_bits_per_char": 1.5}
    (home / "adapted.json").write_text(json.dumps({"test": costs}))
    (folder / "params.yaml").write_text("charlm: {models: {novel: {dataset: island}}}\n")
    rows = [row.rstrip("-") for row in shown(folder, capsys, "novel")]
    assert rows == ["onisland", "novel1.700", "adapting1.600", "+n-grams1.500"]


def test_f1_is_shown_where_a_model_has_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results.show(["other"], folder / "metrics", folder / "params.yaml")
    assert "F1" not in capsys.readouterr().out
    file = folder / "metrics/sentiment/large/metrics.json"
    file.write_text(json.dumps({"test": {"accuracy": 0.9, "f1": 0.81234}}))
    results.show(["large"], folder / "metrics", folder / "params.yaml")
    said = capsys.readouterr().out
    assert "F1" in said
    assert "0.8123" in said


def test_a_named_model_brings_its_dataset_s_baselines_alone(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = ["onfilms", "small60.00%", "baselinenb-svm80.00%"]
    assert shown(folder, capsys, "small") == expected


def test_a_model_that_params_yaml_no_longer_names_is_shown_as_such(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "params.yaml").write_text("sentiment: {models: {}}\n")
    assert shown(folder, capsys, "small") == ["onnodatasetinparams.yaml", "small60.00%"]


def test_a_long_name_cuts_no_figure(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    (folder / "metrics/sentiment/small").rename(folder / "metrics/sentiment" / ("small" * 8))
    rows = shown(folder, capsys)
    assert "…" not in "".join(rows)
    assert any(row.startswith("small") and "60.00%" in row for row in rows)


def test_an_unknown_name_is_refused(folder: Path) -> None:
    with pytest.raises(UserError, match="no metrics of smaal"):
        results.show(["smaal"], folder / "metrics", folder / "params.yaml")


def test_a_name_with_its_task_is_one_model(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results.show(["sentiment/small"], folder / "metrics", folder / "params.yaml")
    assert "small" in capsys.readouterr().out
    with pytest.raises(UserError, match="charlm/small"):
        results.show(["charlm/small"], folder / "metrics", folder / "params.yaml")
