"""Which files a corpus is made of, and in which format each is."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Literal

from textrnn.errors import UserError
from textrnn.reading import listing, messages

Form = Literal["csv", "jsonl", "parquet"]

FORMS: dict[str, Form] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
}
COMPRESSED = (".gz", ".bz2", ".xz", ".zst")


@dataclass(frozen=True)
class Source:
    """One file of a corpus."""

    name: str  # as messages call it
    form: Form
    open: Callable[[], AbstractContextManager[BinaryIO]]


def form_of(url: str) -> Form | None:
    """Return the format that a file's name tells, or None."""
    path = PurePosixPath(url)
    return FORMS.get((path.with_suffix("") if path.suffix in COMPRESSED else path).suffix)


def of(corpus: Path) -> Iterator[Source]:
    """Yield a corpus's files: itself, or those that it lists.

    Raises:
        UserError: a listed file's name does not tell its format.
    """
    if corpus.suffix != listing.SUFFIX:
        yield Source(str(corpus), form_of(corpus.name) or "csv", partial(_open, corpus))
        return
    if not corpus.is_file():
        raise messages.missing(corpus)
    for file in listing.read(corpus):
        form = form_of(file.url)
        if form is None:
            raise UserError(
                f"{corpus} lists {file.url}, whose name does not tell what it is: one of "
                f"{', '.join(FORMS)} is read, alone or with one of {', '.join(COMPRESSED)}."
            )
        yield Source(file.url, form, partial(listing.opened, file, corpus))


def _open(corpus: Path) -> BinaryIO:
    try:
        return corpus.open("rb")
    except FileNotFoundError:
        raise messages.missing(corpus) from None
