"""The benchmarks themselves: their names, what they load, how the book encodes."""

import json
import subprocess
import sys

from contenders import reviews
from harness import ROOT
from textrnn.sentiment.vocabulary import Vocabulary

PARTS = {"harness", "machine", "scaling", "scaling_page", "table"}
CLAIMS = sorted(f.stem for f in (ROOT / "benchmarks").glob("*.py") if f.stem not in PARTS)
LOADED = """
import importlib, json, sys
names = sys.argv[1:]
found = {name: importlib.import_module(name).BENCHMARK for name in names}
heavy = [m for m in ("tensorflow", "torch", "keras", "dvc") if m in sys.modules]
bounds = [(c.at_least is None) != (c.at_most is None) for b in found.values() for c in b.claims]
print(json.dumps([{n: b.name for n, b in found.items()}, heavy, all(bounds)]))
"""


def test_each_file_is_a_benchmark_of_its_name_and_loads_no_contender() -> None:
    code = f"{ROOT / 'benchmarks'}:{ROOT / 'src'}"
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *CLAIMS],
        env={"PYTHONPATH": code, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == [{name: name for name in CLAIMS}, [], True]


def test_the_makefile_runs_every_claim() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert f"filter-out {' '.join(f'%/{part}.py' for part in sorted(PARTS))}" in text


def test_the_book_s_encoder_takes_runs_of_word_characters() -> None:
    vocab = Vocabulary(["This", "film", "it_s"])
    assert reviews.book_encode("This film: this, it_s!", vocab) == [1, 2, 4, 3]
