"""What a user points at: one file, or many by a folder, a glob or a URL."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from textrnn.reading import listing, sources

WILD = "*?["


def absolute(given: str) -> str:
    """Return what was given in the caller's folder as it is named from any other."""
    return given if "://" in given else str(Path(given).absolute())


def is_many(given: str) -> bool:
    """Say whether it is a corpus of many files, or one that is not kept as it is in `data/own/`."""
    if "://" in given:
        return True
    path = Path(given)
    if path.is_file():
        return path.suffix in sources.COMPRESSED
    return path.is_dir() or any(wild in given for wild in WILD)


def stem(given: str) -> str:
    """Return what a corpus may be called after: its file, or its folder where it is many files."""
    parts = PurePosixPath(given.partition("://")[2]) if "://" in given else Path(given)
    named = [part for part in parts.parts if not any(wild in part for wild in WILD)]
    last = PurePosixPath(named[-1] if named else "")
    return (last.with_suffix("") if last.suffix in sources.COMPRESSED else last).stem


@contextmanager
def described(given: str, name: str) -> Iterator[Path]:
    """Give the file that goes to `data/own/`: the user's own, or the listing of many.

    Raises:
        UserError: nothing is there, or it cannot be read.
    """
    if not is_many(given):
        yield Path(given)
        return
    with TemporaryDirectory(prefix="textrnn-") as folder:
        file = Path(folder, f"{name}{listing.SUFFIX}")
        listing.write(listing.gather([given], Path.cwd()), file)
        yield file


def form_of(file: Path) -> str:
    """Return the format of a file that goes to `data/own/`; one whose name tells nothing is CSV."""
    return "files" if file.suffix == listing.SUFFIX else sources.form_of(file.name) or "csv"


def relist(given: Sequence[str], target: Path) -> list[str]:
    """List the files of a corpus anew; return what to tell the user.

    Raises:
        UserError: a pattern names no file, or its storage cannot be read.
    """
    files = listing.gather(given, Path.cwd())
    before = {file.url: file for file in listing.read(target)} if target.is_file() else {}
    listing.write(files, target)
    new = sum(file.url not in before for file in files)
    gone = len(set(before) - {file.url for file in files})
    changed = len(files) - new - sum(file == before.get(file.url) for file in files)
    return [
        size_of(files),
        f"Wrote {target.as_posix()}: {new:,} new, {changed:,} changed, {gone:,} gone.",
    ]


def size_of(files: Sequence[listing.Listed]) -> str:
    """Say how many files there are, and how large they are together."""
    total = sum(file.bytes for file in files)
    return f"{len(files):,} file{'s' * (len(files) != 1)}, {total / 1e6:,.1f} MB together."
