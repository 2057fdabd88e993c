"""A corpus's entries in params.yaml, and its file in `data/own/`: both, or neither."""

import copy
import filecmp
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from textrnn import atomic, paths
from textrnn.errors import UserError
from textrnn.own.insertion import insert
from textrnn.params import base, document, problems


def name_of(stem: str, given: str | None) -> str:
    """Return the name that is given, or one that is made of the file's.

    Raises:
        UserError: the given name cannot be that of a folder and a stage.
    """
    if given is None:
        given = re.sub(r"[^A-Za-z0-9_-]+", "-", stem).strip("-_")
    if not base.NAME.fullmatch(given):
        raise UserError(
            f"the name {given!r} may hold only letters, digits, '-' and '_', and begins with a "
            "letter or digit: give another with --name."
        )
    return given


def check_name(task: str, name: str) -> None:
    """Refuse a name that is taken, before the corpus is looked at.

    Raises:
        UserError: params.yaml is wrong already, or has the name.
    """
    document.load()
    values = base.read()
    for section in sections(task):
        if name in values[section[0]][section[1]]:
            raise UserError(
                f"params.yaml has {'.'.join(section)}.{name} already: give another --name."
            )


def check_is_many(name: str) -> None:
    """Refuse a corpus that is no list of files.

    Raises:
        UserError: params.yaml has none of this name, or it is one file.
    """
    own = document.load().corpora.own
    many = [other for other, corpus in own.items() if corpus.format == "files"]
    if name not in many:
        what = f"is of format {own[name].format}" if name in own else "does not exist"
        raise UserError(
            f"corpora.own.{name} {what}, and has no list of files"
            f"{problems.nearest(name, many) if many else ': `textrnn init sentiment` makes one.'}"
        )


def check_file(name: str, form: str, file: Path) -> None:
    """Refuse a file that cannot be put into `data/own/`, before it is read.

    Raises:
        UserError: it is not there, or `data/own/` has another file of the name.
    """
    if not file.is_file():
        raise UserError(f"{file} is not here.")
    target = paths.corpus("own", name, form)
    if target.exists() and not filecmp.cmp(target, file, shallow=False):
        raise UserError(f"{target} is there already, with other content: give another --name.")


def sections(task: str) -> Sequence[tuple[str, str]]:
    """Return where a corpus of a task has its entries."""
    return ("corpora", "own"), (task, "datasets"), (task, "models")


def add(task: str, name: str, form: str, file: Path, entries: Sequence[Mapping[str, Any]]) -> None:
    """Write the entries to params.yaml, once they are found right, and copy the file.

    Args:
        task: `sentiment` or `charlm`.
        name: of corpus, dataset and model.
        form: `csv`, `jsonl`, `parquet`, `files` or `txt`.
        file: the user's; it stays where it is.
        entries: what stands under the name in each of `sections(task)`.

    Raises:
        UserError: params.yaml is laid out in a way that entries cannot be added to.
    """
    target = paths.corpus("own", name, form)
    with base.FILE.open(encoding="utf-8", newline="") as handle:
        text = handle.read()
    expected = copy.deepcopy(base.read())
    for section, entry in zip(sections(task), entries, strict=True):
        text = insert(text, section, name, entry)
        expected[section[0]][section[1]][name] = entry
    with atomic.file(base.FILE) as part:
        part.write_text(text, encoding="utf-8", newline="")
        if not _holds(part, expected):
            raise UserError(
                f"{base.FILE} is laid out in a way that entries cannot be added to: add them by "
                "hand, as docs/own-corpus.md shows."
            )
        document.load(part)
        if not target.exists():
            with atomic.file(target) as copied:
                shutil.copyfile(file, copied)


def _holds(file: Path, expected: Mapping[str, Any]) -> bool:
    try:
        return base.read(file) == expected
    except UserError:
        return False
