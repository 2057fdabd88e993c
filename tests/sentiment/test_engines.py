"""vocab and encode: the local engine and Apache Beam make the same bytes and the same errors."""

import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from textrnn.errors import UserError
from textrnn.params.tokens import Tokens, Vocabulary
from textrnn.sentiment import engine, engines, ranges, rows
from textrnn.sentiment.engine import Counted
from textrnn.sentiment.rows import Row

WORDS = Tokens(lower=True, punctuation=True, last=9)
VOCABULARIES = [
    Vocabulary(max_size=size, min_count=least, order=order)
    for size, least, order in (
        (7, 1, "appearance"),
        (7, 2, "frequency"),
        (None, 1, "appearance"),
        (None, 2, "frequency"),
    )
]
texts = st.lists(st.text("abcdé!A -", min_size=1, max_size=20).map("x{}".format), max_size=30)


@pytest.fixture(autouse=True)
def _small_ranges(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Several ranges of few rows, in a folder with params.yaml."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(ranges.divide, "__defaults__", (200,))
    execute({})


def execute(options: dict[str, object], name: str = "beam") -> None:
    params = {"execution": {"engine": name, "beam_options": options, "workers": 1}}
    Path("params.yaml").write_text(yaml.safe_dump(params))


def data_stages(folder: Path, options: Vocabulary, shards: int) -> tuple[Counted, int]:
    """Do what both stages do with `rows.jsonl`, by the engine in force."""
    found = engine.count(folder / "rows.jsonl", WORDS, options, folder / "vocab.txt")
    out = folder / "shards"
    out.mkdir()
    with engine.encoder(folder / "vocab.txt", WORDS) as encode:
        return found, encode(folder / "rows.jsonl", out, "train", shards)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@settings(max_examples=8)
@given(texts=texts, options=st.sampled_from(VOCABULARIES), shards=st.integers(1, 4))
def test_beam_makes_the_bytes_of_the_local_engine(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], options: Vocabulary, shards: int
) -> None:
    folders = [tmp_path_factory.mktemp("bytes") for _ in range(2)]
    for folder in folders:
        rows.write(
            map(rows.line, [Row(i, i % 2, text) for i, text in enumerate(texts)]),
            folder / "rows.jsonl",
        )
    found = []
    for name, folder in zip(("local", "beam"), folders, strict=True):
        execute({}, name)
        found.append(data_stages(folder, options, shards))
    assert found[0] == found[1]
    assert contents(folders[0]) == contents(folders[1])


def test_beam_by_several_processes_makes_the_same_bytes(tmp_path: Path) -> None:
    made = [tmp_path / name for name in ("local", "beam")]
    for folder in made:
        folder.mkdir()
        lines = [Row(i, i % 2, f"a film {i % 7} of {i // 3}") for i in range(60)]
        rows.write(map(rows.line, lines), folder / "rows.jsonl")
    execute({}, "local")
    data_stages(made[0], VOCABULARIES[0], 3)
    execute({"direct_num_workers": 2, "direct_running_mode": "multi_processing"})
    data_stages(made[1], VOCABULARIES[0], 3)
    assert contents(made[0]) == contents(made[1])


def test_a_wrong_row_is_named(tmp_path: Path) -> None:
    lines = [Row(i, 1, "fine" if i != 20 else "   ") for i in range(30)]
    rows.write(map(rows.line, lines), tmp_path / "rows.jsonl")
    with pytest.raises(UserError, match=r"rows.jsonl, line 21: '   ' has no token") as caught:
        data_stages(tmp_path, VOCABULARIES[0], 1)
    assert "while running" not in str(caught.value)


def test_an_engine_that_is_none_is_refused(tmp_path: Path) -> None:
    execute({}, "spark")
    with pytest.raises(UserError, match=r"execution\.engine"):
        data_stages(tmp_path, VOCABULARIES[0], 1)


def test_an_engine_that_is_not_installed_says_how(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in [name for name in sys.modules if name.startswith(f"{engines.__name__}.beam.")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "apache_beam", None)
    with pytest.raises(UserError, match=r"execution.engine: beam .* `make beam`"):
        data_stages(tmp_path, VOCABULARIES[0], 1)
