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
    """Write arrays and a JSON-able state with their checksum, whole or not at all."""
    content = {k: np.asarray(v, order="C") for k, v in arrays.items()}
    text = json.dumps(state)
    with atomic.file(file) as part:
        save_file(content, part, metadata={"state": text, "sha256": _checksum(content, text)})


def load(file: Path) -> tuple[Arrays, dict[str, Any]] | None:
    """Return what `save` wrote, or None where there is no checkpoint.

    Raises:
        UserError: the file is not what was written, be it by one bit.
    """
    if not file.exists():
        return None
    try:
        with safe_open(file, "numpy") as content:
            arrays = {key: content.get_tensor(key) for key in content.keys()}  # noqa: SIM118 - no mapping
            written = content.metadata()
            if written["sha256"] != _checksum(arrays, written["state"]):
                raise ValueError
            return arrays, json.loads(written["state"])
    except (SafetensorError, ValueError, TypeError, KeyError):
        raise UserError(f"{file} is damaged. Remove it: the training starts anew.") from None


def _checksum(arrays: Arrays, state: str) -> str:
    """Hash what a checkpoint holds: safetensors itself would hand on a flipped bit."""
    digest = hashlib.sha256(state.encode())
    for key, array in sorted(arrays.items()):
        digest.update(f"\n{key} {array.dtype} {array.shape} ".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()
