"""The page of results: its tables are those that the metrics in git give, and nothing is typed."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from textrnn import results_page
from textrnn.errors import UserError

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/results.md"

TEST = {"accuracy": 0.9, "accuracy_low": 0.88, "accuracy_high": 0.912, "auc": 0.95, "ece": 0.031}
BITS = {"bits_per_char": 1.85, "bits_per_char_low": 1.75, "bits_per_char_high": 1.95}
MORE = {"difference": 0.15, "difference_low": 0.1, "difference_high": 0.2}
WAYS = ("static", "dynamic", "ngrams", "mixed")
PAIRED = {
    "difference": -0.05,
    "difference_low": -0.07,
    "difference_high": -0.03,
    "only_model": 10,
    "only_other": 1060,
    "p": 1e-9,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Metrics of two classifiers (one not evaluated yet), a baseline, and a character model."""
    files: dict[str, Any] = {
        "sentiment/large/metrics": {"test": TEST, "seeds": {"n": 2, "std": 0.012}},
        "sentiment/large/comparison": {
            "test": {"accuracy_without_twins": 0.89},
            "against": {"nb-svm": PAIRED | {"accuracy_without_twins": 0.94}},
        },
        "sentiment/large/against-small": PAIRED | {"difference": 0.2, "p": 0.25},
        "sentiment/large/with-nb-svm": {
            "test": TEST | {"accuracy_without_twins": 0.885},
            "against": {"large": PAIRED},
        },
        "sentiment/audits/films/metrics": {
            "rows": {"train": 3000, "valid": 40, "test": 50},
            "of_one_word": {"train": 2, "valid": 0, "test": 1},
            "exact": {"test": {"in_train": 1}},
            "near": {"train": {"other_label": 4}, "test": {"in_train": 2, "other_label": 0}},
            "test_share_with_twin_in_train": {"exact": 0.02, "near": 0.04},
            "groups": {"test_rows_in_train": 7},
        },
        "sentiment/baselines/films/metrics": {"nb-svm": {"test": {"accuracy": 0.95}}},
        "charlm/writer/metrics": {"test": BITS, "seeds": {"n": 1}},
        "charlm/writer/comparison": {"against": {"ppmd": MORE}},
        "charlm/writer/against-scribe": {"difference": -0.25},
        "charlm/writer/generated": {
            "greedy": {
                "copied_chars": 5,
                "copied": "`|\nab",
                "known_words": 0.5,
                "bits_per_char": 0.5,
            }
        },
        "charlm/writer/adapted": {
            "test": {f"{way}_bits_per_char": 1.5 + i / 8 for i, way in enumerate(WAYS)}
            | {"ngrams_bits_per_char_low": 1.7, "ngrams_bits_per_char_high": 1.8}
        },
        "charlm/writer/contrast": {
            "against": {
                "ppmd": {
                    "static": {"difference": -0.2},
                    "dynamic": {"difference": -0.075},
                    "ngrams": {"difference": 0.05},
                    "mixed": MORE,
                },
            },
            "static": {"mixed": {"difference": -0.5}},
        },
        "charlm/audits/novel/metrics": {
            "file": {"characters": 2000, "before": 9, "behind": 0},
            "start": {"line": 1234, "times": 2},
            "text": {
                "characters": 1991,
                "lines": 80,
                "different": 30,
                "controls": 1,
                "replaced": 0,
            },
            "characters": {"train": 1800, "valid": 0, "test": 191},
            "test": {"longest_in_train": 45, "share_in_train": 0.025},
        },
        "charlm/audits/whole/metrics": {
            "file": {"characters": 80, "before": 0, "behind": 7},
            "end": {"line": 5, "times": 1},
            "text": {"characters": 73, "lines": 4, "different": 20, "controls": 0, "replaced": 0},
            "characters": {"train": 73, "valid": 0, "test": 0},
        },
        "charlm/baselines/novel/metrics": {
            "xz": {"whole": {"bits_per_char": 2.25}},
            "ppmd": {"test": {"bits_per_char": 1.7}},
        },
    }
    for name, values in files.items():
        file = tmp_path / f"metrics/{name}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values))
    (tmp_path / "metrics/sentiment/large/by_length.csv").write_text(
        "split,length_low,length_high,accuracy,low,high,count\n"
        "train,1,9,1.0,0.9,1.0,8\ntest,1,9,0.75,0.6,0.8,20\ntest,10,99,0.5,0.25,0.75,4\n"
    )
    models = {m: {"dataset": "films"} for m in ("large", "small")}
    params = {
        "sentiment": {
            "datasets": {"films": {}, "unused": {}},
            "models": models,
            "pairs": {"size": {"model": "large", "reference": "small"}},
            "ensembles": {"both": {"model": "large", "dataset": "films", "baseline": "nb-svm"}},
        },
        "charlm": {
            "datasets": {"novel": {}},
            "models": {"writer": {"dataset": "novel"}},
            "pairs": {
                "two": {"model": "writer", "reference": "scribe"},
                "unmade": {"model": "writer", "reference": "reader"},
            },
            "adaptations": {m: {"dataset": "novel"} for m in ("writer", "yet-to-run")},
        },
    }
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(params))
    return tmp_path


def table(folder: Path, name: str) -> list[list[str]]:
    """Return the cells of a table below its head."""
    page = f"before\n<!-- begin {name} -->\nold\n<!-- end {name} -->\nafter\n"
    lines = results_page.renewed(page, folder / "metrics", folder / "params.yaml").splitlines()
    assert (lines[0], lines[-1]) == ("before", "after")
    assert "old" not in lines
    rows = [line for line in lines if line.startswith("|")]
    return [[cell.strip() for cell in row[1:-1].split("|")] for row in rows[2:]]


def test_classifiers_stand_by_dataset_with_its_baselines_after_them(folder: Path) -> None:
    assert table(folder, "sentiment") == [
        ["**on `films`**", *[""] * 7],
        ["`large`", "90.00", "88.00–91.20", "2, ± 1.2", "89.00", "0.9500", "3.10", ""],
        [
            "`large` (2 seeds) and nb-svm together",
            "90.00",
            "88.00–91.20",
            "",
            "88.50",
            "0.9500",
            "3.10",
            "",
        ],
        ["`small`", *[""] * 7],
        ["baseline nb-svm", "95.00", "", "", "94.00", "", "", ""],
    ]


def test_texts(folder: Path) -> None:
    line, cut, parts = "line 1,234, 2", "9, 0", "1,800, 0, 191"
    assert table(folder, "texts") == [
        ["`novel`", "1,991, 30", line, "", cut, "1, 0", parts, "45", "2.50 %"],
        ["`whole`", "73, 20", "", "line 5, 1", "0, 7", "0, 0", "73, 0, 0", "", ""],
    ]


def test_audits(folder: Path) -> None:
    found = ["3,000, 40, 50", "2, 0, 1", "1 (2.00 %)", "2 (4.00 %)", "4, 0"]
    assert table(folder, "audits") == [["`films`", *found, "7"]]


def test_pairs(folder: Path) -> None:
    against = ["-7.00 to -3.00", "10", "1,060"]
    assert table(folder, "pairs") == [
        ["`large`", "baseline nb-svm", "-5.00", *against, "< 0.0001"],
        ["`large`", "`small`", "+20.00", *against, "0.2500"],
        ["`large` (2 seeds) and nb-svm together", "`large`", "-5.00", *against, "< 0.0001"],
    ]


def test_lengths_are_those_of_the_test_rows(folder: Path) -> None:
    expected = [["1–9", "75.00 (60.00–80.00)"], ["10–99", "50.00 (25.00–75.00)"]]
    assert table(folder, "lengths-of-text") == expected


def test_character_models(folder: Path) -> None:
    assert table(folder, "charlm") == [
        ["**on `novel`**", *[""] * 7],
        ["`writer`", "", "1.850", "1.750–1.950", "1", "", "", ""],
        ["baseline xz", "", "", "", "", "", "2.250", ""],
        ["baseline ppmd", "", "1.700", "", "", "", "", ""],
    ]


def test_what_adapts_stands_beside_ppmd(folder: Path) -> None:
    assert table(folder, "adapted") == [
        ["`writer`", "1.500", "1.625", "1.750 (1.700–1.800)", "1.875", "1.700"],
        ["`yet-to-run`", "", "", "", "", "1.700"],
    ]


def test_coders_of_one_text_are_compared_with_it(folder: Path) -> None:
    assert table(folder, "coders") == [
        ["`writer`", "baseline ppmd", "+0.150", "+0.100 to +0.200"],
        ["`writer`", "`scribe`", "-0.250", ""],
        ["`writer`, static", "baseline ppmd", "-0.200", ""],
        ["`writer`, dynamic", "baseline ppmd", "-0.075", ""],
        ["`writer`, n-grams that grow", "baseline ppmd", "+0.050", ""],
        ["`writer`, these two, mixed", "baseline ppmd", "+0.150", "+0.100 to +0.200"],
        ["`writer`, these two, mixed", "`writer`, static", "-0.500", ""],
    ]


def test_a_passage_stands_as_it_was_written(folder: Path) -> None:
    page = "<!-- begin generated -->\n<!-- end generated -->"
    found = results_page.renewed(page, folder / "metrics", folder / "params.yaml")
    assert "| `writer` | greedy | 5 | `` `\\|⏎ab `` | 50.0 | 0.500 |" in found


def test_a_page_is_written_in_its_place(folder: Path) -> None:
    page = folder / "page.md"
    page.write_text("# T\n\n<!-- begin pairs -->\n<!-- end pairs -->\n\ntext\n", encoding="utf-8")
    results_page.write(page, folder / "metrics", folder / "params.yaml")
    once = page.read_bytes()
    assert b"baseline nb-svm" in once
    results_page.write(page, folder / "metrics", folder / "params.yaml")
    assert page.read_bytes() == once


def test_an_unknown_table_and_a_page_that_is_not_there_are_refused(folder: Path) -> None:
    with pytest.raises(UserError, match="no table is called lengths"):
        table(folder, "lengths")
    with pytest.raises(UserError, match=r"page\.md is no file that is here"):
        results_page.write(folder / "page.md")


def test_the_committed_page_is_that_of_the_committed_metrics(tmp_path: Path) -> None:
    """A model that was trained here may differ in the last digits, so git's own are asked for."""
    files = subprocess.run(
        ["git", "ls-files", "metrics"], cwd=ROOT, capture_output=True, check=True
    )
    command = ["git", "checkout-index", f"--prefix={tmp_path}/", "--stdin"]
    subprocess.run(command, cwd=ROOT, input=files.stdout, check=True)
    page = PAGE.read_text(encoding="utf-8")
    assert page.count("<!-- begin ") == 9
    wanted = results_page.renewed(page, tmp_path / "metrics", ROOT / "params.yaml")
    assert page == wanted, "run `make results-page`"
