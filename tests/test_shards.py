"""Shards: TensorFlow reads what is written, byte for byte its own; damage is named."""

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textrnn import sharding, shards
from textrnn.backend import tf
from textrnn.errors import UserError

int64 = st.integers(-(2**63), 2**63 - 1)
examples = st.lists(
    st.fixed_dictionaries(
        {"tokens": st.lists(int64, max_size=20), "label": st.lists(int64, min_size=1, max_size=1)}
    ),
    max_size=8,
)
THREE = [{"tokens": [5, 6, 7], "label": [1]}, {"tokens": [8], "label": [0]}, {"tokens": [9, 9]}]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three examples in two shards: one, and two."""
    sharding.write(tmp_path, "train", THREE, 3, 2)
    return tmp_path


def of_tensorflow(example: sharding.Example) -> bytes:
    """What TensorFlow makes of an example, its map in order of key."""
    features = {
        key: tf.train.Feature(int64_list=tf.train.Int64List(value=values))
        for key, values in example.items()
    }
    whole = tf.train.Example(features=tf.train.Features(feature=features))
    found: bytes = whole.SerializeToString(deterministic=True)
    return found


@given(examples)
def test_the_bytes_are_tensorflow_s(
    tmp_path_factory: pytest.TempPathFactory, rows: list[sharding.Example]
) -> None:
    folder = tmp_path_factory.mktemp("shards")
    sharding.write(folder, "valid", rows, len(rows), 1)
    with tf.io.TFRecordWriter(str(folder / "tensorflow")) as writer:
        for row in rows:
            writer.write(of_tensorflow(row))
    [ours] = shards.files(folder)
    assert ours.read_bytes() == (folder / "tensorflow").read_bytes()
    assert list(shards.read(folder)) == [dict(sorted(row.items())) for row in rows]


def test_tensorflow_reads_them(folder: Path) -> None:
    spec = {
        "tokens": tf.io.VarLenFeature(tf.int64),
        "label": tf.io.FixedLenFeature([], tf.int64, default_value=-1),
    }
    files = sorted(str(path) for path in folder.iterdir())
    found = [tf.io.parse_single_example(r, spec) for r in tf.data.TFRecordDataset(files)]
    assert [example["tokens"].values.numpy().tolist() for example in found] == [
        [5, 6, 7],
        [8],
        [9, 9],
    ]
    assert [int(example["label"]) for example in found] == [1, 0, -1]


def test_names_say_which_of_how_many(folder: Path) -> None:
    assert [path.name for path in shards.files(folder)] == [
        "train-00000-of-00002.tfrecord",
        "train-00001-of-00002.tfrecord",
    ]


@given(total=st.integers(0, 40), count=st.integers(1, 12))
def test_shards_in_order_of_name_give_the_order_back(
    tmp_path_factory: pytest.TempPathFactory, total: int, count: int
) -> None:
    folder = tmp_path_factory.mktemp("shards")
    sharding.write(folder, "test", ({"tokens": [i]} for i in range(total)), total, count)
    files = sorted(folder.iterdir())
    sizes = [len(list(shards.records(file))) for file in files]
    assert len(sizes) == count
    assert sum(sizes) == total
    assert max(sizes) - min(sizes) <= 1
    assert [example["tokens"] for example in shards.read(folder)] == [[i] for i in range(total)]


def test_the_same_examples_give_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    turned = [dict(reversed(list(example.items()))) for example in THREE]
    sharding.write(other, "train", turned, 3, 2)
    for left, right in zip(shards.files(folder), shards.files(other), strict=True):
        assert left.read_bytes() == right.read_bytes()


@pytest.mark.parametrize(("total", "said"), [(2, "more than 2"), (4, "fewer than 4")])
def test_another_number_of_examples_than_said(tmp_path: Path, total: int, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        sharding.write(tmp_path, "train", THREE, total, 2)


# ---------------------------------------------------------------- damage


def complaint(folder: Path) -> str:
    with pytest.raises(UserError) as caught:
        list(shards.read(folder))
    return str(caught.value)


def record_of(file: Path, offset: int) -> int:
    """The number of the record, from 1, that a byte belongs to."""
    content = file.read_bytes()
    number = end = 0
    while end <= offset:
        number += 1
        end += 16 + int(struct.unpack_from("<Q", content, end)[0])
    return number


def test_any_damaged_byte_is_found(folder: Path) -> None:
    """In lengths, checksums and content alike."""
    file = shards.files(folder)[1]
    content = file.read_bytes()
    for offset in range(len(content)):
        number = record_of(file, offset)
        damaged = bytearray(content)
        damaged[offset] ^= 0x10
        file.write_bytes(damaged)
        assert f"{file}, record {number}: damaged or cut short" in complaint(folder)
        file.write_bytes(content)


def test_a_file_cut_short_is_found(folder: Path) -> None:
    file = shards.files(folder)[1]
    content = file.read_bytes()
    [first, _] = shards.records(file)
    whole = {0, 16 + len(first)}  # no record, and one: nothing in the file says that more belong
    for length in set(range(len(content))) - whole:
        number = record_of(file, length)
        file.write_bytes(content[:length])
        assert f"{file}, record {number}: damaged or cut short" in complaint(folder)
        file.write_bytes(content)


def test_a_missing_shard_is_found(folder: Path) -> None:
    shards.files(folder)[1].unlink()
    assert f"{folder}: train-00001-of-00002.tfrecord is missing" in complaint(folder)


def test_a_shard_of_another_run_is_found(folder: Path) -> None:
    (folder / "train-00000-of-00001.tfrecord").write_bytes(b"")
    assert "is missing or too many" in complaint(folder)


def test_an_empty_folder_says_what_to_run(tmp_path: Path) -> None:
    assert f"{tmp_path} holds no shards: run `dvc repro`" in complaint(tmp_path)
