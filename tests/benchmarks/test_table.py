"""docs/benchmarks.md holds what results.json renders to."""

import json
import re
from pathlib import Path

import pytest

import machine
import table
from harness import RESULTS

ENTRY = {
    "title": "one step",
    "rounds": 5,
    "contenders": {
        "textrnn": {"minimum": 0.1, "median": 0.1234, "figures": {"padded_to_real": 1.04}},
        "Keras": {"minimum": 1.5, "median": 2.468, "figures": {}},
    },
    "claims": [
        {"claim": "Keras", "at_least": 2.0, "value": 20.0, "unit": "×", "reached": True},
        {"claim": "memory", "at_most": 1.5, "value": 1.75, "unit": "GiB", "reached": False},
    ],
    "notes": ["A note."],
    "machine": {
        "processor": "Any", "cores": 2, "instructions": ["avx2"], "memory_gib": 8,
        "system": "Linux x86_64", "python": "3.11.9", "keras": "3.15.1",
    },
}  # fmt: skip


def test_claims_and_contenders_of_a_known_entry() -> None:
    lines = table.render({"step": ENTRY}).splitlines()
    assert "| Keras | at least 2 × | 20 × | yes | `step` |" in lines
    assert "| memory | at most 1.5 GiB | 1.75 GiB | **no** | `step` |" in lines
    assert "| textrnn | 100 ms | 123 ms | 1 | padded to real 1.04 |" in lines
    assert "| Keras | 1.5 s | 2.47 s | 20 |  |" in lines
    assert "- A note." in lines
    assert lines[-1] == (
        "Measured on 2 cores of Any (avx2), 8 GiB, Linux x86_64; python 3.11.9, keras 3.15.1."
    )


def test_only_what_stands_between_the_markers_is_replaced() -> None:
    page = f"before\n{table.BEGIN}old{table.END}\nafter\n"
    assert table.inserted(page, "new") == f"before\n{table.BEGIN}\n\nnew\n\n{table.END}\nafter\n"


def test_a_page_without_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="once each"):
        table.inserted("nothing", "new")


def test_the_committed_page_is_what_the_results_render_to() -> None:
    page = table.PAGE.read_text(encoding="utf-8")
    entries = json.loads(RESULTS.read_text(encoding="utf-8"))
    assert page == table.inserted(page, table.render(entries))


def test_every_result_is_that_of_a_benchmark_that_is_there(root: Path) -> None:
    for name in json.loads(RESULTS.read_text(encoding="utf-8")):
        assert (root / "benchmarks" / f"{name}.py").is_file()


def test_the_facts_name_the_machine_by_no_name() -> None:
    facts = machine.facts()
    assert set(facts) >= {"processor", "cores", "instructions", "memory_gib", "python", "keras"}
    assert not re.search(r"/|\bhost", json.dumps(facts))


def test_the_processor_is_the_first_of_cpuinfo() -> None:
    text = "processor\t: 0\nmodel name\t: A\nflags\t: x avx2\n\nprocessor\t: 1\nmodel name\t: B\n"
    assert machine._processor(text)["model name"] == "A"
