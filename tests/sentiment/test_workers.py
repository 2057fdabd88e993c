"""vocab and encode: one process and several make the same bytes, and name the same wrong row."""

import subprocess
import sys
from functools import partial
from itertools import chain
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from textrnn import parallel, paths, sharding
from textrnn.parallel import Workers
from textrnn.params.tokens import Tokens, Vocabulary
from textrnn.sentiment import counting, encoding, ranges, rows, vocabulary
from textrnn.sentiment.rows import Row

OPTIONS = Vocabulary(max_size=7, min_count=1, order="appearance")
WORDS = Tokens(lower=True, punctuation=True, last=9)
texts = st.lists(st.text("abcdé!A -", min_size=1, max_size=20).map("x{}".format), max_size=40)


def data_stages(folder: Path, length: int, count: int, shards: int) -> None:
    """Do what both stages do with `rows.jsonl`, divided at a length, by so many processes."""
    parts = ranges.divide(folder / "rows.jsonl", length)
    with Workers(partial(counting.counter, WORDS), count) as workers:
        counts = counting.merge(workers.map(parts))
    vocabulary.write(counting.select(counts, OPTIONS), folder / "vocab.txt")
    with Workers(partial(encoding.encoder, folder / "vocab.txt", WORDS), count) as workers:
        records = chain.from_iterable(workers.map(parts))
        sharding.write_records(folder, "train", records, sum(part.rows for part in parts), shards)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@settings(max_examples=12)
@given(
    texts=texts,
    length=st.integers(1, 500),
    count=st.integers(2, 4),
    shards=st.integers(1, 3),
)
def test_workers_and_ranges_change_no_byte(
    tmp_path_factory: pytest.TempPathFactory,
    texts: list[str],
    length: int,
    count: int,
    shards: int,
) -> None:
    one, several = (tmp_path_factory.mktemp("bytes") for _ in range(2))
    for folder in (one, several):
        rows.write(
            map(rows.line, [Row(i, i % 2, text) for i, text in enumerate(texts)]),
            folder / "rows.jsonl",
        )
    data_stages(one, 1 << 20, 1, shards)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parallel, "FEW", 0)
        data_stages(several, length, count, shards)
    assert contents(several) == contents(one)


# ---------------------------------------------------------------- the stages themselves

# Much to read and little to count, so that there are soon more than FEW ranges.
TEXTS = ["A fine film, it is: naïve.", "Dull!", f"the plot is{' ' * 20_000}thin"]
MANY = (parallel.FEW + 2) * ranges.LENGTH // sum(map(len, TEXTS))


def lay_out(folder: Path, workers: int | None) -> paths.Dataset:
    """Write params.yaml, large rows to train on, and few others."""
    dataset = {
        "tokens": {"lower": True, "punctuation": True, "last": None},
        "vocabulary": {"max_size": None, "min_count": 1, "order": "frequency"},
        "encode": {"shards": 2},
    }
    params = {"sentiment": {"datasets": {"large": dataset}}, "execution": {"workers": workers}}
    (folder / "params.yaml").write_text(yaml.safe_dump(params))
    home = paths.Dataset("sentiment", "large")
    for split in paths.SPLITS:
        file = folder / home.rows(split)
        file.parent.mkdir(parents=True, exist_ok=True)
        times = MANY if split == "train" else 1
        rows.write(
            map(
                rows.line, [Row(i, i % 2, f"{text} no {i}") for i, text in enumerate(TEXTS * times)]
            ),
            file,
        )
    return home


BY_SPAWN = """
import multiprocessing, runpy, sys
multiprocessing.set_start_method("spawn")  # as on macOS and Windows
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def run(root: Path, folder: Path, verb: str, *python: str, status: int = 0) -> str:
    """Run a stage in a folder, as DVC does; return what it printed."""
    script = root / "stages" / "sentiment" / f"{verb}.py"
    done = subprocess.run(
        [sys.executable, *python, script, "large"], cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == status, done.stderr
    return done.stdout + done.stderr


def test_the_stages_make_the_same_bytes_by_one_process_and_several(
    root: Path, tmp_path: Path
) -> None:
    ways = {"one": (1, ()), "several": (3, ()), "spawned": (2, ("-c", BY_SPAWN))}
    said, made = [], []
    for way, (workers, python) in ways.items():
        folder = tmp_path / way
        folder.mkdir()
        home = lay_out(folder, workers)
        said.append([run(root, folder, verb, *python) for verb in ("vocab", "encode")])
        (folder / "params.yaml").unlink()
        made.append(contents(folder))
    assert said == said[:1] * 3
    assert made == made[:1] * 3
    assert len(list((folder / home.shards("train")).iterdir())) == 2


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize(
    ("line", "said"),
    [(b"{}", "not a row. Run `dvc checkout"), (b'{"row": 1, "label": 0, "text": " "}', "' ' has")],
)
def test_a_wrong_row_is_named_whoever_reads_it(
    root: Path, tmp_path: Path, workers: int, line: bytes, said: str
) -> None:
    """What had been made before stays as it was."""
    home = lay_out(tmp_path, workers)
    (tmp_path / home.vocab).write_text("fine\n")
    old = tmp_path / home.shards("train") / "train-00000-of-00001.tfrecord"
    old.parent.mkdir(parents=True)
    old.write_bytes(b"as it was")
    train = tmp_path / home.rows("train")
    lines = train.read_bytes().split(b"\n")
    lines[len(lines) - 10] = line
    train.write_bytes(b"\n".join(lines))
    before = contents(tmp_path)
    output = run(root, tmp_path, "encode", status=1)
    start = f"sentiment-encode@large: {home.rows('train')}, line {len(lines) - 9:,}: {said}"
    assert output.startswith(start)
    assert output.count("\n") == 1
    assert contents(tmp_path) == before


@pytest.mark.parametrize("workers", [0, -1, "all", 2.0])
def test_a_wrong_number_of_workers_is_refused(root: Path, tmp_path: Path, workers: object) -> None:
    lay_out(tmp_path, workers)  # type: ignore[arg-type]
    assert "params.yaml: execution.workers " in run(root, tmp_path, "vocab", status=1)
