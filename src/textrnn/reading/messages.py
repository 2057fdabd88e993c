"""What is said of a corpus that cannot be read."""

from pathlib import Path

from textrnn.errors import UserError

SAVE_AS_UTF8 = "Save the file as UTF-8."


def where(file: str, number: int) -> str:
    """Name a row of a file; 0 is the header."""
    return f"{file}, row {number:,}" if number else f"{file}, header"


def key(corpus: Path) -> str:
    """Return where params.yaml says how a corpus is read: `corpora.own.reviews.read`."""
    return f"corpora.{corpus.parent.name}.{corpus.stem}.read"


def missing(corpus: Path) -> UserError:
    """Say how to come by a corpus that is not there."""
    return UserError(
        f"{corpus} is not here. Put your own corpus there."
        if corpus.parent.name == "own"
        else f"{corpus} is not here. Run `dvc repro fetch@{corpus.stem}`."
    )
