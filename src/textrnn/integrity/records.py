"""Every folder of shards: that each is there, each record whole, and their counts fit."""

from collections.abc import Collection, Iterator
from pathlib import Path

from textrnn import shards
from textrnn.errors import UserError
from textrnn.progress import bar
from textrnn.sentiment import rows

_REMEDY = "Run `dvc repro --force` for the stage that writes it."


def check(root: Path, data: Path, known: Collection[Path]) -> tuple[int, list[str]]:
    """Return how many records the shards under `data` hold, and a sentence for whatever is wrong.

    A folder that is among `known`, or a file of it, is left out: what is wrong there has been said.
    """
    folders = sorted({path.parent for path in (root / data).rglob("*.tfrecord")})
    total, findings = 0, []
    for folder in bar(folders, "shards", len(folders)):
        place = folder.relative_to(root)
        if not any(place in (path, *path.parents) for path in known):
            count, wrong = _check_folder(folder, place)
            total += count
            findings += wrong
    return total, findings


def _check_folder(folder: Path, place: Path) -> tuple[int, list[str]]:
    try:
        files = shards.files(folder)
    except UserError:
        return 0, [f"{place}: a shard is missing or too many. {_REMEDY}"]
    found = [_count(file) for file in files]
    counts = [count for count, _ in found]
    broken = [
        f"{place / file.name}: what follows its {count:,} whole records is none. {_REMEDY}"
        for file, (count, whole) in zip(files, found, strict=True)
        if not whole
    ]
    return sum(counts), broken or list(_misfits(folder, place, counts))


def _count(file: Path) -> tuple[int, bool]:
    """Return how many whole records a shard begins with, and whether it holds nothing else."""
    count = 0
    try:
        for _ in shards.records(file):
            count += 1
    except UserError:
        return count, False
    return count, True


def _misfits(folder: Path, place: Path, counts: list[int]) -> Iterator[str]:
    total, n = sum(counts), len(counts)
    shares = [(i + 1) * total // n - i * total // n for i in range(n)]
    source = folder.parents[1] / "rows" / f"{folder.name}.jsonl"
    if counts != shares:
        yield f"{place}: its shards hold {counts} records and not equal shares. {_REMEDY}"
    elif source.exists() and rows.count(source) != total:
        yield f"{place}: {total:,} records of {rows.count(source):,} rows. {_REMEDY}"
