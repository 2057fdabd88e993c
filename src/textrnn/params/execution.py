"""Schema of `execution`: how a run is carried out, which changes no byte of what it makes."""

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from textrnn.params import base
from textrnn.params.base import Params

Engine = Literal["local", "beam"]


class Execution(Params):
    """No stage has this among its parameters: nothing runs again when it changes."""

    workers: Annotated[int, Field(ge=1)] | None = None  # processes; null: a usable CPU each
    engine: Engine = "local"  # of vocab and encode; beam needs the extra of that name
    beam_options: dict[str, str | int | float | bool | list[str]] = Field(default={})
    devices: Literal["one", "all"] = "one"  # of a training: all GPUs take their rows of each batch


def load(file: Path = base.FILE) -> Execution:
    """Return the block; without one, its defaults.

    Raises:
        UserError: the block does not fit the schema.
    """
    block = base.read(file).get("execution", {})
    options: Execution = base.validate(block, Execution, "execution", file)
    return options


def workers(file: Path = base.FILE) -> int:
    """Return how many processes a data stage is to use.

    Raises:
        UserError: the block does not fit the schema.
    """
    return load(file).workers or _usable_cpus()


def _usable_cpus() -> int:
    """Return how many CPUs this process may use or, where the system does not say, all it has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
