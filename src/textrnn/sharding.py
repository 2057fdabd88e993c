"""Examples → records → TFRecord shards of `tf.train.Example`, written without TensorFlow.

The format (https://www.tensorflow.org/tutorials/load_data/tfrecord): each record is its length
(uint64), that length's masked CRC-32C, the bytes, and their masked CRC-32C, little-endian. The
bytes are a protocol buffer of tensorflow/core/example/{example,feature}.proto, which for lists of
integers is short enough to write by hand, its map in order of key.
"""

import struct
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path

from textrnn.shards import checksum, names

Example = Mapping[str, Sequence[int]]


def write(folder: Path, split: str, examples: Iterable[Example], total: int, count: int) -> None:
    """Write `total` examples of int64 lists as `write_records` does.

    Raises:
        ValueError: there are not `total` examples.
    """
    packed = ({key: pack(values) for key, values in example.items()} for example in examples)
    write_records(folder, split, map(record, packed), total, count)


def write_records(
    folder: Path, split: str, records: Iterable[bytes], total: int, count: int
) -> None:
    """Write `total` records, in order, to `count` shards of equal share.

    Shard i holds records i·total//count to (i+1)·total//count, so reading the shards in order of
    name gives the order back.

    Raises:
        ValueError: there are not `total` records.
    """
    iterator = iter(records)
    for i, name in enumerate(names(split, count)):
        share = (i + 1) * total // count - i * total // count
        if write_shard(folder / name, islice(iterator, share)) < share:
            raise ValueError(f"fewer than {total} records")
    if next(iterator, None) is not None:
        raise ValueError(f"more than {total} records")


def write_shard(file: Path, records: Iterable[bytes]) -> int:
    """Write one shard; return how many records it has."""
    written = 0
    with file.open("wb") as out:
        for found in records:
            out.write(found)
            written += 1
    return written


def shard_of(record: int, total: int, count: int) -> int:
    """Return which shard holds a record, both numbered from 0, by the shares of `write_records`."""
    return -(-(record + 1) * count // total) - 1


def record(example: Mapping[str, bytes]) -> bytes:
    """Return an example as it stands in a shard: each feature's name and its `pack`ed integers.

    The same features always give the same bytes, whatever their order.
    """
    payload = _field(1, b"".join(_feature(*item) for item in sorted(example.items())))
    length = struct.pack("<Q", len(payload))
    return b"".join((length, checksum(length), payload, checksum(payload)))


def pack(values: Iterable[int]) -> bytes:
    """Return int64s as a feature holds them; lists packed apart may be joined."""
    return b"".join(map(_varint, values))


def _feature(name: str, values: bytes) -> bytes:
    """Return an entry of the map: its key (1), and its value (2), a list of int64 (3, in it 1)."""
    int64s = _field(1, values) if values else b""
    return _field(1, _field(1, name.encode()) + _field(2, _field(3, int64s)))


def _field(number: int, content: bytes) -> bytes:
    """Return a field of bytes or of a message: number and kind, length, content."""
    return bytes((number << 3 | 2,)) + _varint(len(content)) + content


@lru_cache(maxsize=1 << 16)
def _varint(value: int) -> bytes:
    """Return an integer seven bits a byte, the lowest first; all but the last have the top bit.

    A negative one is written as if it were unsigned.
    """
    value &= 2**64 - 1
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)
