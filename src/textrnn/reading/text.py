"""A running text, read from marker to marker."""

from dataclasses import dataclass
from pathlib import Path

from textrnn.errors import UserError
from textrnn.params.corpus import ReadText
from textrnn.reading import messages

_EDGES = {"start": "from its beginning", "end": "to its end"}


@dataclass(frozen=True)
class Located:
    """All of a file's text, and where the part lies that is read."""

    text: str
    begin: int  # of the start marker
    end: int  # where the end marker begins


def read_text(file: Path, read: ReadText) -> str:
    """Return a UTF-8 text from its start marker (kept) to its end marker (left out).

    Raises:
        UserError: as `locate`.
    """
    found = locate(file, read)
    return found.text[found.begin : found.end]


def locate(file: Path, read: ReadText) -> Located:
    r"""Find a UTF-8 text from its start marker (kept) to its end marker (left out).

    Line ends become `\n`. The first start marker counts, and the first end marker behind it.

    Raises:
        UserError: the file is missing or not UTF-8, a marker is not in it, or no text is left.
    """
    text = _decode(file)
    begin = 0 if read.start is None else _find(file, text, "start", read.start, 0)
    behind = begin + len(read.start or "")
    end = len(text) if read.end is None else _find(file, text, "end", read.end, behind)
    if not text[begin:end].strip():
        raise UserError(
            f"{file} has no text between {messages.key(file)}.start and .end in params.yaml."
        )
    return Located(text, begin, end)


def _decode(file: Path) -> str:
    try:
        data = file.read_bytes()
        return _unix(data.decode("utf-8").removeprefix("\ufeff"))
    except FileNotFoundError:
        raise messages.missing(file) from None
    except UnicodeDecodeError as error:
        line = _unix(data[: error.start].decode("utf-8")).count("\n") + 1
        raise UserError(
            f"{file}, line {line:,}: the byte 0x{data[error.start]:02X} (at offset "
            f"{error.start:,}) is not UTF-8. {messages.SAVE_AS_UTF8}"
        ) from None


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _find(file: Path, text: str, use: str, marker: str, begin: int) -> int:
    place = text.find(marker, begin)
    if place < 0:
        behind = " behind the start marker" if begin else ""
        raise UserError(
            f"{file}: the {use} marker {marker!r} is not in the text{behind}. Change it in "
            f"params.yaml, {messages.key(file)}.{use}; null takes the text {_EDGES[use]}."
        )
    return place
