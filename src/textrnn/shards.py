"""TFRecord files `train-00000-of-00008.tfrecord` of `tf.train.Example`, read without TensorFlow.

The format (https://www.tensorflow.org/tutorials/load_data/tfrecord): each record is its length
(uint64), that length's masked CRC-32C, the bytes, and their masked CRC-32C, little-endian.
`sharding` writes it.
"""

import struct
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import google_crc32c

from textrnn.errors import UserError

_MASK = 0xA282EAD8


def names(split: str, count: int) -> list[str]:
    """Return the shards' names in order: `train-00000-of-00008.tfrecord` and so on."""
    return [f"{split}-{i:05d}-of-{count:05d}.tfrecord" for i in range(count)]


def files(folder: Path) -> list[Path]:
    """Return a split's shards in order of name.

    Raises:
        UserError: there is none, or one of the number that their names state is missing.
    """
    found = sorted(folder.glob("*.tfrecord"))
    if not found:
        raise UserError(f"{folder} holds no shards: run `dvc repro` or `dvc pull`.")
    split, _, _, count = found[0].stem.rsplit("-", 3)
    wrong = set(names(split, int(count))) ^ {path.name for path in found}
    if wrong:
        raise UserError(
            f"{folder}: {min(wrong)} is missing or too many. Run `dvc checkout --force`."
        )
    return found


def read(folder: Path) -> Iterator[dict[str, list[int]]]:
    """Yield a split's examples in order, each feature a list of int64.

    Raises:
        UserError: a shard is missing, cut short, its checksums do not fit its bytes, or a record is
            no example.
    """
    from google.protobuf.message import DecodeError

    for path in files(folder):
        for number, payload in enumerate(records(path), start=1):
            example = _message()()
            try:
                example.ParseFromString(payload)
            except DecodeError:
                raise _damaged(path, number) from None
            yield {key: list(f.int64_list.value) for key, f in example.features.feature.items()}


def records(path: Path) -> Iterator[bytes]:
    """Yield the records of one shard, their checksums verified."""
    size = path.stat().st_size
    with path.open("rb") as file:
        number = 0
        while header := file.read(12):
            number += 1
            length = int.from_bytes(header[:8], "little")
            body = file.read(length + 4) if _holds(header) and length < size else b""
            if len(body) != length + 4 or not _holds(body):
                raise _damaged(path, number)
            yield body[:-4]


def _damaged(path: Path, number: int) -> UserError:
    return UserError(
        f"{path}, record {number:,}: damaged or cut short. Run `dvc checkout --force`."
    )


def _holds(data: bytes) -> bool:
    return len(data) > 4 and checksum(data[:-4]) == data[-4:]


def checksum(data: bytes) -> bytes:
    """Return TFRecord's masked CRC-32C (rotated, as a checksum of checksums is worth less)."""
    crc = google_crc32c.value(data)
    return struct.pack("<I", (((crc >> 15) | (crc << 17)) + _MASK) & 0xFFFFFFFF)


@cache
def _message() -> type[Any]:
    """Return the class of `tf.train.Example`, declared here so that no TensorFlow is loaded for it.

    The fields and their numbers are those of tensorflow/core/example/{example,feature}.proto.
    """
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    field = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(
        name="textrnn_example.proto", package="textrnn", syntax="proto3"
    )
    values = file.message_type.add(name="Int64List")
    values.field.add(name="value", number=1, type=field.TYPE_INT64, label=field.LABEL_REPEATED)
    feature = file.message_type.add(name="Feature")
    feature.field.add(
        name="int64_list", number=3, type=field.TYPE_MESSAGE, label=field.LABEL_OPTIONAL,
        type_name=".textrnn.Int64List",
    )  # fmt: skip
    features = file.message_type.add(name="Features")
    entry = features.nested_type.add(name="FeatureEntry")
    entry.options.map_entry = True
    entry.field.add(name="key", number=1, type=field.TYPE_STRING, label=field.LABEL_OPTIONAL)
    entry.field.add(
        name="value", number=2, type=field.TYPE_MESSAGE, label=field.LABEL_OPTIONAL,
        type_name=".textrnn.Feature",
    )  # fmt: skip
    features.field.add(
        name="feature", number=1, type=field.TYPE_MESSAGE, label=field.LABEL_REPEATED,
        type_name=".textrnn.Features.FeatureEntry",
    )  # fmt: skip
    example = file.message_type.add(name="Example")
    example.field.add(
        name="features", number=1, type=field.TYPE_MESSAGE, label=field.LABEL_OPTIONAL,
        type_name=".textrnn.Features",
    )  # fmt: skip
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("textrnn.Example"))
