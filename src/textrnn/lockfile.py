"""dvc.lock: what DVC has written down of the stages that have run."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from textrnn.params import base

FILE = Path("dvc.lock")


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """PyYAML's safe loader, in C if there, reading `1e-05` as the number that DVC means by it."""


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?[0-9]+(?:\.[0-9]*)?[eE][-+]?[0-9]+$"),
    list("-+0123456789"),
)


def stages() -> dict[str, Any]:
    """Return the stages of the dvc.lock that is here, by name; none where there is no such file."""
    return parse(FILE.read_bytes() if FILE.is_file() else b"")


def parse(content: bytes) -> dict[str, Any]:
    """Return the stages of a dvc.lock's content, by name."""
    locked = yaml.load(content, Loader=_Loader) or {}  # noqa: S506 - a safe loader
    found: dict[str, Any] = locked.get("stages", {})
    return found


def parameters(stage: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters with which a stage last ran, by their dotted keys in params.yaml."""
    found: dict[str, Any] = stage.get("params", {}).get(str(base.FILE), {})
    return found
