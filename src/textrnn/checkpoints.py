"""A training's whole state after an epoch, kept outside every DVC output."""

import hashlib
import json
import sys
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from textrnn import atomic
from textrnn.errors import UserError

Arrays = Mapping[str, npt.NDArray[Any]]


def fingerprint(parameters: str, inputs: Iterable[Path]) -> str:
    """Return a hash of parameters, input files, the loaded code and the libraries' versions.

    A checkpoint of others lies under another name, so it is never found. Code is the package's, and
    the script that runs.
    """
    versions = [f"{name} {metadata.version(name)}" for name in ("keras", "numpy", "tensorflow")]
    digest = hashlib.sha256("\n".join([parameters, *versions]).encode())
    names = [n for n in sys.modules if n == "__main__" or n.split(".")[0] == "textrnn"]
    code = [getattr(sys.modules[name], "__file__", None) for name in names]
    for file in [*sorted(Path(f) for f in code if f), *_files(inputs)]:
        digest.update(file.name.encode() + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _files(inputs: Iterable[Path]) -> Iterable[Path]:
    for path in inputs:
        yield from sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]


def save(file: Path, arrays: Arrays, state: Mapping[str, Any]) -> None:
    """Write arrays and a JSON-able state, whole or not at all."""
    with atomic.file(file) as part:
        save_file(
            {k: np.asarray(v, order="C") for k, v in arrays.items()},
            part,
            metadata={"state": json.dumps(state)},
        )


def load(file: Path) -> tuple[Arrays, dict[str, Any]] | None:
    """Return what `save` wrote, or None where there is no checkpoint.

    Raises:
        UserError: the file is damaged.
    """
    if not file.exists():
        return None
    try:
        with safe_open(file, "numpy") as content:
            arrays = {key: content.get_tensor(key) for key in content.keys()}  # noqa: SIM118 - no mapping
            return arrays, json.loads(content.metadata()["state"])
    except (SafetensorError, ValueError, TypeError, KeyError):
        raise UserError(f"{file} is damaged. Remove it: the training starts anew.") from None
