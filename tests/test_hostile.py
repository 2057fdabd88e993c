"""Hostile input: it works, or one sentence says what is wrong and where.

Texts take the way of the data stages: a CSV, rows, tokens, a vocabulary, shards, and back.
"""

import ast
import csv
import json
import pickle
import struct
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textrnn import checkpoints, sharding, shards, weights
from textrnn.charlm import alphabet, chunking, texts
from textrnn.charlm.model import build
from textrnn.errors import UserError
from textrnn.params import tokens as token_params
from textrnn.params.character_model import Architecture
from textrnn.params.chunk import Chunk
from textrnn.params.corpus import ReadTable, ReadText
from textrnn.params.tokens import Tokens
from textrnn.reading.table import read_table
from textrnn.reading.text import read_text
from textrnn.sentiment import counting, encoding, ranges, rows, vocabulary
from textrnn.sentiment.tokens import tokenizer

READ = ReadTable(text="text", label="label")
MARKS = Tokens(lower=False, punctuation=True, last=None)
ALL = token_params.Vocabulary(max_size=None, min_count=1, order="appearance")
MANY = "".join(chr(0x4E00 + i) for i in range(5000))

HOSTILE = {
    "ten megabytes": "extraordinarily fine film, " * 380_000,
    "a word of a megabyte": "a" * 2**20,
    "emoji": "😀👩‍👩‍👧🏽🇩🇪",
    "right to left": "\u202eסרט טוב\u202c و فيلم جيد",
    "combining marks": "Z̷̢̛a͜l̶g̡o e\u0301",
    "NUL": "good\0film\0",
    "quotation marks and line breaks": 'He said: "good,\r\nvery\rgood"\n\n"",;\n',
    "every control character": "x" + "".join(map(chr, range(32))) + "\x7f\x85\u2028\u2029",
    "5,000 characters": MANY,
    "byte-order marks": "\ufeffgood\ufeff",
    "beyond the basic plane": "𝔤𝔬𝔬𝔡 \U0010fffd!",
    "escapes": r"\n \x00 \ud800 %s {0} ${x} \\",
    "a formula": "=cmd|' /C calc'!A0",
}


def write_table(file: Path, content: Iterable[tuple[int, str]]) -> Path:
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([("label", "text"), *content])
    return file


def there_and_back(folder: Path, table: Path, options: Tokens = MARKS) -> list[list[str]]:
    """Take a corpus through the data stages; return the tokens that its shards hold."""
    read = [rows.Row(r.number, r.label or 0, r.text) for r in read_table(table, READ)]
    rows.write(map(rows.line, read), folder / "rows.jsonl")
    assert list(rows.read(folder / "rows.jsonl")) == read
    assert rows.count(folder / "rows.jsonl") == len(read)

    tokenize = tokenizer(options)
    counts = Counter(token for row in read for token in tokenize(row.text))
    vocabulary.write(counting.select(counts, ALL), folder / "vocab.txt")
    vocab = vocabulary.read(folder / "vocab.txt")
    assert vocab.tokens == list(counts)

    ids = encoding.PackedIds(vocab)
    parts = ranges.divide(folder / "rows.jsonl")
    records = (record for part in parts for record in encoding.encode(part, tokenize, ids))
    (folder / "shards").mkdir()
    sharding.write_records(folder / "shards", "train", records, len(read), 3)
    found = list(shards.read(folder / "shards"))
    assert [example["label"] for example in found] == [[row.label] for row in read]
    return [vocab.decode(example["tokens"]) for example in found]


# ---------------------------------------------------------------- reviews


def test_hostile_reviews_come_through_to_the_last_token(tmp_path: Path) -> None:
    table = write_table(tmp_path / "reviews.csv", ((1, text) for text in HOSTILE.values()))
    assert [row.text for row in read_table(table, READ)] == list(HOSTILE.values())
    assert there_and_back(tmp_path, table) == [tokenizer(MARKS)(t) for t in HOSTILE.values()]


@pytest.mark.parametrize(
    ("text", "punctuation"),
    [
        ("😀 👍🏽", False),
        ("\u0301\u0327", True),
        ("\0\0", True),
        ("\u202e\u200b", True),
        ("...", False),
    ],
)
def test_a_review_without_a_token_is_refused_by_line(
    text: str, punctuation: bool, tmp_path: Path
) -> None:
    table = write_table(tmp_path / "reviews.csv", [(1, "fine"), (0, text)])
    options = MARKS.model_copy(update={"punctuation": punctuation})
    with pytest.raises(
        UserError, match=r"rows\.jsonl, line 2: .* has no token\. Take the text out"
    ):
        there_and_back(tmp_path, table, options)


any_text = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@given(
    content=st.lists(st.tuples(st.integers(0, 1), any_text.filter(str.strip)), min_size=1),
    lower=st.booleans(),
    last=st.none() | st.integers(1, 3),
)
def test_any_corpus_comes_through_or_is_refused_by_line(
    content: list[tuple[int, str]],
    lower: bool,
    last: int | None,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("any")
    options = Tokens(lower=lower, punctuation=True, last=last)
    expected = [tokenizer(options)(text) for _, text in content]
    table = write_table(folder / "reviews.csv", content)
    if all(expected):
        assert there_and_back(folder, table, options) == expected
    else:
        line = expected.index([]) + 1
        with pytest.raises(UserError, match=rf"rows\.jsonl, line {line}: .* has no token"):
            there_and_back(folder, table, options)


@given(content=st.binary(max_size=200))
def test_any_bytes_for_a_corpus_are_read_or_refused(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.getbasetemp() / "any.csv"
    for head in (b"", b"label,text\n", b'label,text\n1,"'):
        file.write_bytes(head + content)
        said = complaint(lambda: list(read_table(file, READ)))
        assert said is None or said.startswith(f"{file}")
    said = complaint(lambda: read_text(file, ReadText(start=None, end=None)))
    assert said is None or said.startswith(f"{file}")


def complaint(read: Callable[[], object]) -> str | None:
    """Return what is said to be wrong, or None; any other failure is a failure of the test."""
    try:
        read()
    except UserError as error:
        return str(error)
    return None


# ---------------------------------------------------------------- what stages hand to one another

NO_ROWS = {
    "half a surrogate pair": r'{"row": 1, "label": 0, "text": "a \ud800 b"}',
    "the other half": r'{"row": 1, "label": 0, "text": "\udc00"}',
    "a byte that is not UTF-8": '{"row": 1, "label": 0, "text": "caf\udce9"}',
    "a number for a text": '{"row": 1, "label": 0, "text": 5}',
    "a text for a number": '{"row": 1, "label": "0", "text": "a"}',
    "no number": '{"row": NaN, "label": 0, "text": "a"}',
    "no label": '{"row": 1, "text": "a"}',
    "another key": '{"row": 1, "label": 0, "text": "a", "__class__": "os"}',
    "a list": "[]",
    "a deep list": 100_000 * "[",
    "nothing": "",
    "cut short": '{"row": 1, "label": 0, "te',
}


@pytest.mark.parametrize("line", NO_ROWS.values(), ids=NO_ROWS)
def test_a_line_that_is_no_row_is_named(line: str, tmp_path: Path) -> None:
    file = tmp_path / "train.jsonl"
    good = json.dumps({"row": 0, "label": 1, "text": "fine"})
    file.write_text(f"{good}\n{line}\n{good}\n", encoding="utf-8", errors="surrogateescape")
    with pytest.raises(UserError) as caught:
        list(rows.read(file))
    assert str(caught.value) == f"{file}, line 2: not a row. Run `dvc checkout --force`."


def test_a_surrogate_pair_is_a_character(tmp_path: Path) -> None:
    (tmp_path / "rows").write_text(r'{"row": 0, "label": 1, "text": "\ud83d\ude00"}' + "\n")
    assert [row.text for row in rows.read(tmp_path / "rows")] == ["😀"]


@pytest.mark.parametrize(
    "content",
    [
        r'["a", "\ud800"]',
        '["a", "bc"]',
        '["a", "a"]',
        '["a", 5]',
        '{"a": 1',
        "5",
        9999 * "[",
        '[""]',
    ],
)
def test_a_vocabulary_that_is_none_is_named(content: str, tmp_path: Path) -> None:
    (tmp_path / "vocab.json").write_text(content)
    with pytest.raises(UserError, match=r"vocab\.json is no list of characters\. Run `dvc checkou"):
        alphabet.read(tmp_path / "vocab.json")
    (tmp_path / "vocab.txt").write_bytes(b"caf\xe9\n")
    with pytest.raises(
        UserError, match=r"vocab\.txt is no list of tokens\. Run `dvc checkout --fo"
    ):
        vocabulary.read(tmp_path / "vocab.txt")


@given(payload=st.binary(max_size=60), length=st.integers(0, 2**64 - 1))
def test_any_bytes_for_a_shard_are_refused(
    payload: bytes, length: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Checksums that hold are no promise: whoever writes the bytes can write those too."""
    folder = tmp_path_factory.mktemp("any")
    file = folder / "train-00000-of-00001.tfrecord"
    header = struct.pack("<Q", length)
    header += shards.checksum(header)
    lying = header + payload
    for content in (payload, lying):
        file.write_bytes(content)
        if content:
            with pytest.raises(UserError, match="record 1: damaged or cut short"):
                list(shards.read(folder))
    header = struct.pack("<Q", len(payload))
    header += shards.checksum(header)
    file.write_bytes(header + payload + shards.checksum(payload))
    assert "record 1: damaged" in (
        complaint(lambda: list(shards.read(folder))) or "record 1: damaged"
    )


# ---------------------------------------------------------------- running text


def test_a_text_with_5_000_different_characters(tmp_path: Path) -> None:
    text = MANY + MANY[::-1]
    (tmp_path / "text.txt").write_text(text, encoding="utf-8")
    read = read_text(tmp_path / "text.txt", ReadText(start=None, end=None))
    known = alphabet.of(read)
    assert known.size == 5000
    alphabet.write(known, tmp_path / "vocab.json")
    known = alphabet.read(tmp_path / "vocab.json")
    options = Chunk(valid=0.1, test=0.1, steps=40, stride=40, shards=1)
    train = chunking.cut(read, options)["train"]
    texts.write(train, tmp_path / "train.txt")
    ids = known.encode(texts.read(tmp_path / "train.txt"))
    (tmp_path / "shards").mkdir()
    total = chunking.count(len(ids), options)
    sharding.write(tmp_path / "shards", "train", chunking.windows(ids, options), total, 1)
    back = "".join(known.decode(e["tokens"][:-1]) for e in shards.read(tmp_path / "shards"))
    assert back == train[: total * 40]
    small = Architecture(
        embedding=2, cell="GRU", units=3, layers=1, dropout=0.0, locked=False, weight_drop=0.0
    )
    assert build(small, known.size).count_params() > 5000 * (2 + 3)


@pytest.mark.parametrize("character", ["a", "\0", "\u0301", "😀", "\u202e"])
def test_a_text_of_one_character(character: str, tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("x" + character * 100, encoding="utf-8")
    text = read_text(tmp_path / "text.txt", ReadText(start=character, end=None))
    known = alphabet.of(text)
    assert known.decode(known.encode(text)) == character * 100


# ---------------------------------------------------------------- no pickle, no code

ROOT = Path(__file__).parents[1]
RUN_CODE = {
    *("pickle", "_pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"),
    *("read_pickle", "to_pickle", "allow_pickle", "load_model", "model_from_json"),
    *("unsafe_load", "full_load", "UnsafeLoader", "FullLoader", "unsafe_load_all"),
    *("eval", "exec", "compile", "__import__"),
}
SCRIPTS = [f for part in ("src", "stages", "benchmarks") for f in (ROOT / part).rglob("*.py")]


def names(file: Path) -> Iterator[tuple[int, str]]:
    """Yield the names that a module imports, uses or passes by keyword, each with its line."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=found) | ast.ImportFrom(names=found):
                whole = [alias.name for alias in found] + [getattr(node, "module", None) or ""]
                yield from ((node.lineno, part) for name in whole for part in name.split("."))
            case ast.Name(id=name):
                yield node.lineno, name
            case ast.Attribute(attr=name) if name not in ("compile", "eval"):  # `regex.compile`
                yield node.lineno, name
            case ast.keyword(arg=str(name)):
                yield node.lineno, name


def test_nothing_here_pickles_or_runs_what_it_reads() -> None:
    assert len(SCRIPTS) > 80
    found = [(str(f.relative_to(ROOT)), *n) for f in SCRIPTS for n in names(f) if n[1] in RUN_CODE]
    assert found == []


class Bomb:
    """Loading its pickle would leave a file behind."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> Any:
        return Path.touch, (self.mark,)


SMALL = Architecture(
    embedding=2, cell="GRU", units=3, layers=1, dropout=0.0, locked=False, weight_drop=0.0
)
watched: list[str] | None = None  # events of code being run, while this is a list


def watch(event: str, _: Any) -> None:
    if watched is not None and event in ("compile", "exec", "import", "pickle.find_class"):
        watched.append(event)
    if watched is not None and event.startswith(("os.exec", "os.system", "subprocess", "os.fork")):
        watched.append(event)


def test_a_model_s_files_are_read_and_never_run(tmp_path: Path) -> None:
    global watched
    file, mark = tmp_path / "weights.safetensors", tmp_path / "ran"
    model = build(SMALL, 5)
    weights.save(model, file)
    checkpoints.save(tmp_path / "checkpoint", {"a": np.zeros(2)}, {"history": []})
    weights.load(model, file)  # what loading itself imports, it has imported now
    checkpoints.load(tmp_path / "checkpoint")
    sys.addaudithook(watch)
    watched = []
    try:
        weights.load(model, file)
        checkpoints.load(tmp_path / "checkpoint")
        events = watched
    finally:
        watched = None
    assert events == []
    for place, load in (
        (file, lambda: weights.load(model, file)),
        (tmp_path / "checkpoint", lambda: checkpoints.load(tmp_path / "checkpoint")),
    ):
        place.write_bytes(pickle.dumps(Bomb(mark)))
        with pytest.raises(UserError, match="is damaged"):
            load()
        assert not mark.exists()
    pickle.loads(pickle.dumps(Bomb(mark)))  # noqa: S301 - shows that the bomb goes off where it can
    assert mark.exists()
