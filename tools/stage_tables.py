"""The stages of dvc.yaml as a table: what each says of itself, reads, makes, and hangs on."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

import markdown_table
import yaml
from markdown_table import code, words

CODE = ("src/", "stages/")
KINDS = {
    "models": "model",
    "datasets": "dataset",
    "unlabelled": "texts",
    "pretraining": "start",
    "pairs": "pair",
    "ensembles": "ensemble",
    "raw": "corpus",
    "adaptations": "model",
}
HEAD = ("stage", "reads", "makes", "parameters")


def table(repository: Path) -> str:
    """Return a row for each stage, in the order of dvc.yaml."""
    pipeline = yaml.safe_load((repository / "dvc.yaml").read_text(encoding="utf-8"))
    rows = [_row(name, stage, repository) for name, stage in pipeline["stages"].items()]
    return markdown_table.table(HEAD, rows)


def _row(name: str, stage: Mapping[str, Any], repository: Path) -> tuple[str, ...]:
    body, kind = stage.get("do", stage), _kind(stage)
    inputs = [dep for dep in body["deps"] if not dep.startswith(CODE)]
    says = _says(repository / body["cmd"].split()[1])
    return (
        f"**{code(f'{name}@<{kind}>' if kind else name)}**<br>{words(says)}",
        *(_lines(names, kind) for names in (inputs, _made(body), body.get("params", []))),
    )


def _kind(stage: Mapping[str, Any]) -> str:
    """Return what the stage has an instance of for each entry; nothing for a single stage."""
    return KINDS[stage["foreach"].strip("${}").split(".")[-1]] if "foreach" in stage else ""


def _says(script: Path) -> str:
    """Return the first line of a script's docstring."""
    says = ast.get_docstring(ast.parse(script.read_text(encoding="utf-8"))) or ""
    return says.splitlines()[0]


def _made(body: Mapping[str, Any]) -> Iterator[str]:
    for section in ("outs", "metrics", "plots"):
        for out in body.get(section, []):
            yield out if isinstance(out, str) else next(iter(out))


def _lines(names: Iterable[str], kind: str) -> str:
    """Return one line a folder or section; what differs only in its last part stands together."""
    plain = [re.sub(r"\$\{([\w.]+)\}", lambda part: _part(part[1], kind), name) for name in names]
    together = (list(found) for _, found in groupby(plain, key=_parent))
    return "<br>".join(code(_joined(found)) for found in together)


def _part(name: str, kind: str) -> str:
    """Return how a part is written that DVC fills in: `<model>`, or a field of its entry."""
    return f"<{kind}>" if name == "key" else f"<{name.split('.')[-1]}>"


def _parent(name: str) -> str:
    return name.rpartition("/" if "/" in name else ".")[0]


def _joined(names: list[str]) -> str:
    if len(names) == 1:
        return names[0]
    separator = "/" if "/" in names[0] else "."
    head, lasts = _parent(names[0]), [name.rpartition(separator)[2] for name in names]
    if not head:
        return ", ".join(lasts)
    [*ends] = {last.partition(".")[2] for last in lasts}
    end = f".{ends[0]}" if len(ends) == 1 and ends[0] else ""
    return f"{head}{separator}{{{','.join(last.removesuffix(end) for last in lasts)}}}{end}"
