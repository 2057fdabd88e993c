"""What is wrong with params.yaml, said with the key's whole path and the nearest right name."""

import difflib
from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from textrnn.params.base import Params


def sentences(error: ValidationError, key: str, root: object) -> list[str]:
    """Return a sentence for each of pydantic's findings about the block at `key`."""
    return [_sentence(dict(finding), key, root) for finding in error.errors()]


def nearest(name: object, names: Iterable[object]) -> str:
    """Return a sentence's end: `"; did you mean x?"`, or all of the names if none is near."""
    choices = [str(n) for n in names]
    close = difflib.get_close_matches(str(name), choices, n=1, cutoff=0.6)
    if close:
        return f"; did you mean {close[0]}?"
    return f" (there are: {', '.join(choices)})." if choices else "."


def _sentence(problem: dict[str, Any], key: str, root: object) -> str:
    """Say one of pydantic's findings with the key's full path and the nearest right name."""
    parts, known = _yaml_path(problem["loc"], root)
    path = ".".join(p for p in [key, *parts] if p)
    if problem["type"] == "extra_forbidden":
        return f"{path} is not a known key{nearest(parts[-1], _expected(problem, known))}"
    if problem["type"] == "missing":
        return f"{path} is missing."
    if problem["type"] == "value_error":
        return f"{path}: {problem['ctx']['error']}"
    shown = problem["input"]
    return f"{path} is {shown!r}, but {_lower_first(problem['msg'])}."


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def _yaml_path(loc: tuple[int | str, ...], root: object) -> tuple[list[str], object]:
    """Keep of pydantic's location what stands in the file (a union's branch names do not)."""
    parts: list[str] = []
    here = root
    for i, part in enumerate(loc):
        last = i == len(loc) - 1
        if isinstance(here, dict) and (part in here or last):
            parts.append(str(part))
            here = here.get(part) if not last else here
        elif isinstance(here, list | tuple) and isinstance(part, int):
            parts.append(str(part))
            here = here[part] if part < len(here) and not last else here
    return parts, here


def _expected(problem: dict[str, Any], block: object) -> list[str]:
    """The keys that any schema declares and that this block does not have yet."""
    present = set(block) if isinstance(block, dict) else set()
    names: set[str] = set()
    stack: list[type[Params]] = [Params]
    while stack:
        schema = stack.pop()
        stack += schema.__subclasses__()
        names |= {f.alias or n for n, f in schema.model_fields.items()}
    return sorted(names - present)
