"""A listing: the files that make a corpus, wherever they lie, and what each was when it was listed.

`data/own/reviews.files` has one JSON object a line: a file's URL as fsspec reads it, its size in
bytes, and its version, which is the storage's ETag, or the sha256 of the content where there is
none. A file that has changed since is refused: it is not what the pipeline was run for.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

import fsspec
from fsspec.core import get_compression, url_to_fs
from fsspec.implementations.local import LocalFileSystem

from textrnn import atomic
from textrnn.errors import UserError

SUFFIX = ".files"
BLOCK = 2**20  # bytes that are hashed at a time


@dataclass(frozen=True)
class Listed:
    """A file of a corpus."""

    url: str
    bytes: int
    version: str  # "etag:…" or "sha256:…"


def gather(patterns: Sequence[str], root: Path) -> list[Listed]:
    """Return the files that paths, URLs and globs name, a pattern's in order of their URLs.

    Args:
        patterns: `reviews/*.jsonl.gz`, `s3://bucket/reviews/*.parquet`; a folder means all in it.
        root: the repository: paths of files within it are given relative to it.

    Raises:
        UserError: a pattern names no file, or its storage cannot be read.
    """
    found: dict[str, Listed] = {}
    for pattern in patterns:
        with reading(pattern):
            fs, path = url_to_fs(pattern)
            files = _files(fs, path, pattern.endswith("/"))
            for file, info in sorted(files.items()):
                url = _url(fs, file, root)
                if url not in found:
                    found[url] = Listed(url, *_content(fs, file, info))
        if not files:
            raise UserError(f"{pattern} names no file.")
    return list(found.values())


def _files(fs: Any, path: str, is_folder: bool) -> dict[str, dict[str, Any]]:
    """Return what a pattern names, and what the storage knows of each."""
    if is_folder:
        path = f"{path.rstrip('/')}/**"
    elif not any(wild in path for wild in "*[") or _is_local_file(fs, path):  # ? may begin a query
        info = fs.info(path)
        if info["type"] == "file":
            return {path: info}
        path = f"{path.rstrip('/')}/**"
    found: dict[str, dict[str, Any]] = fs.glob(path, detail=True)
    return {
        file: info
        for file, info in found.items()
        if info["type"] == "file" and not _is_marker(file)
    }


def _is_local_file(fs: Any, path: str) -> bool:
    return isinstance(fs, LocalFileSystem) and fs.isfile(path)


def _is_marker(path: str) -> bool:
    """Say whether a file is one that engines leave beside their output: `_SUCCESS`, `.x.crc`."""
    return path.rpartition("/")[2].startswith(("_", "."))


def _url(fs: Any, path: str, root: Path) -> str:
    if not isinstance(fs, LocalFileSystem):
        return str(fs.unstrip_protocol(path))
    local = Path(path).absolute()
    return (local.relative_to(root) if local.is_relative_to(root) else local).as_posix()


def _content(fs: Any, path: str, info: Mapping[str, Any]) -> tuple[int, str]:
    """Return a file's size, and what tells its content from another's: an ETag, or its sha256.

    Both are the storage's own where it says them; a server may leave out either.
    """
    size, tag = info["size"], info.get("ETag") or info.get("etag")
    version = tag and "etag:" + str(tag).strip('"')
    if size is None or not version:
        size, digest = 0, hashlib.sha256()
        with fs.open(path, "rb") as content:
            while block := content.read(BLOCK):
                size += len(block)
                digest.update(block)
        version = version or f"sha256:{digest.hexdigest()}"
    return size, version


def write(files: Sequence[Listed], listing: Path) -> None:
    """Write a listing, whole or not at all."""
    with atomic.file(listing) as part:
        lines = [json.dumps(asdict(file), ensure_ascii=False) + "\n" for file in files]
        part.write_text("".join(lines), encoding="utf-8", newline="\n")


def read(listing: Path) -> list[Listed]:
    """Return the files that a listing names.

    Raises:
        UserError: a line is not one that `write` wrote, or there is none.
    """
    files = []
    lines = listing.read_text(encoding="utf-8", errors="replace").splitlines()
    for number, line in enumerate(lines, start=1):
        try:
            file = Listed(**json.loads(line))
            if [type(v) for v in asdict(file).values()] != [str, int, str]:
                raise TypeError(line)
        except (ValueError, TypeError, RecursionError):
            raise UserError(
                f"{listing}, line {number:,}: no file of a listing. {_again(listing)}"
            ) from None
        files.append(file)
    if not files:
        raise UserError(f"{listing} names no file. {_again(listing)}")
    return files


@contextmanager
def opened(file: Listed, listing: Path) -> Iterator[BinaryIO]:
    """Give a file's content, decompressed by its suffix.

    Raises:
        UserError: the file is gone or another than was listed, or its storage cannot be read.
    """
    with reading(file.url):
        fs, path = url_to_fs(file.url)
        info = fs.info(path)
        if _content(fs, path, info) != (file.bytes, file.version):
            raise UserError(f"{file.url} has changed since it was listed. {_again(listing)}")
        with fsspec.open(file.url, "rb", compression=get_compression(file.url, "infer")) as content:
            yield content


@contextmanager
def reading(url: str) -> Iterator[None]:
    """Say in one sentence that a storage failed: each has errors of its own kind."""
    try:
        yield
    except UserError:
        raise
    except FileNotFoundError:
        raise UserError(f"{url} is not there.") from None
    except ImportError as error:
        raise UserError(
            f"{url} cannot be read: {str(error).rstrip('.')}. `pip install -r "
            "requirements-files.lock` brings what S3 needs."
        ) from None
    except Exception as error:
        said = str(error).strip() or type(error).__name__
        raise UserError(f"{url} cannot be read: {said.rstrip('.')}.") from error


def _again(listing: Path) -> str:
    return f"List the corpus anew: `textrnn files {listing.stem} …`."
