"""The benchmarks themselves: their names, what they load, which part of an epoch they run."""

import json
import subprocess
import sys

from contenders import reviews
from harness import ROOT
from textrnn.sentiment.vocabulary import Vocabulary

PARTS = {"harness", "machine", "table"}
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


def test_a_sample_has_one_batch_of_each_equal_part() -> None:
    found = reviews.sampled(total=20_000, count=63)
    assert len(found) == 63
    for i, batch in enumerate(found):
        assert i * 625 // 63 <= batch < (i + 1) * 625 // 63
    assert found == reviews.sampled(total=20_000, count=63)


def test_a_sample_of_every_batch_is_the_whole() -> None:
    examples = list(range(100))  # the last of four batches is short
    assert reviews.of_batches(examples, reviews.sampled(100, 4)) == examples
    assert reviews.of_batches(examples, [3, 1]) == [*range(96, 100), *range(32, 64)]


def test_the_book_s_encoder_takes_runs_of_word_characters() -> None:
    vocab = Vocabulary(["This", "film", "it_s"])
    assert reviews.book_encode("This film: this, it_s!", vocab) == [1, 2, 4, 3]
