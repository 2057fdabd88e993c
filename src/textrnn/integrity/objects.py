"""The objects of a DVC cache or remote, each against its name.

An object's name is the md5 of its bytes. One that is called `….dir` lists a folder's files as JSON:
`[{"md5": …, "relpath": …}, …]`. DVC compares neither once an object is marked as read-only.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from textrnn.errors import UserError
from textrnn.progress import bar

_NAME = re.compile(r"[0-9a-f]{32}(\.dir)?")
_CHUNK = 1 << 20
_READERS = 4  # a remote's answer takes longer than a checksum

Listing = Mapping[str, str]  # a file's path in its folder → its md5


@dataclass(frozen=True)
class Store:
    """The objects of one place, as they were read."""

    digests: Mapping[str, str]  # name → md5 of the bytes
    listings: Mapping[str, Listing]  # the folders, those alone whose bytes fit their name
    paths: Mapping[str, str]  # name → where it lies

    def wrong(self) -> list[str]:
        """Return the names that are not those of their bytes."""
        return [name for name, md5 in self.digests.items() if md5 != name.removesuffix(".dir")]

    def incomplete(self) -> dict[str, list[str]]:
        """Return the folders that list objects which are not there, with those objects."""
        missing = {
            folder: sorted(set(listing.values()) - set(self.digests))
            for folder, listing in self.listings.items()
        }
        return {folder: names for folder, names in missing.items() if names}

    def folders_of(self, name: str) -> list[str]:
        """Return the folders that list an object."""
        return [folder for folder, listing in self.listings.items() if name in listing.values()]


def read(odb: Any, what: str) -> Store:
    """Read every object of DVC's database `odb`; `what` is the place's name for people.

    What is no object (a file that a killed transfer left under a temporary name) is passed over.

    Raises:
        UserError: an object cannot be read.
    """
    try:
        names = sorted({name for name in odb.all() if _NAME.fullmatch(name)})
    except FileNotFoundError:  # nothing was ever put there
        names = []
    digests, listings = {}, {}
    with ThreadPoolExecutor(_READERS) as pool:
        found = pool.map(partial(_read, odb), names)
        for name, (md5, content) in zip(names, bar(found, what, len(names)), strict=True):
            digests[name] = md5
            if content is not None and md5 == name.removesuffix(".dir"):
                listings[name] = {e["relpath"]: e["md5"] for e in json.loads(content)}
    return Store(digests, listings, {name: odb.oid_to_path(name) for name in names})


def _read(odb: Any, name: str) -> tuple[str, bytes | None]:
    """Return the md5 of an object's bytes, and the bytes themselves if it is a folder's list."""
    path = odb.oid_to_path(name)
    kept: list[bytes] | None = [] if name.endswith(".dir") else None
    digest = hashlib.md5(usedforsecurity=False)
    try:
        with odb.fs.open(path, "rb") as file:
            for chunk in _chunks(file):
                digest.update(chunk)
                if kept is not None:
                    kept.append(chunk)
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error}).") from error
    return digest.hexdigest(), None if kept is None else b"".join(kept)


def _chunks(file: Any) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk
