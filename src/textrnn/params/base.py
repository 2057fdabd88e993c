"""Reading params.yaml: strict types, no unknown keys, errors that name the key's whole path.

How errors are worded is imported only when there is one: no output depends on it.
"""

import copy
import functools
import re
from pathlib import Path
from typing import Any, TypeVar, overload

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from textrnn.errors import UserError

FILE = Path("params.yaml")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")

# What PyYAML makes of a text that is not UTF-8, of `{[a]: b}`, `2001-13-01`, `!!bool x`, `[[[[…`.
NOT_YAML = (yaml.YAMLError, ValueError, TypeError, LookupError, AttributeError, RecursionError)

T = TypeVar("T")


class Params(BaseModel):
    """A block of params.yaml: frozen, strictly typed, with no keys but its own."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader, reading `1e-06` as the number that DVC means by it.

    A key that stands twice is refused, where PyYAML would take the last and say nothing.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key_node, _ in node.value:
            if key_node.value in seen:
                line = key_node.start_mark.line + 1
                raise UserError(f"line {line}: the key {key_node.value!r} stands twice.")
            seen.add(str(key_node.value))
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?[0-9]+(?:\.[0-9]*)?[eE][-+]?[0-9]+$"),
    list("-+0123456789"),
)


def read(file: Path = FILE) -> dict[str, Any]:
    """Return the whole of a parameter file as plain dictionaries, unvalidated.

    Raises:
        UserError: the file is missing, is not YAML, or is not a mapping.
    """
    try:
        values = copy.deepcopy(_parse(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise UserError(f"{file} is not here: run from the repository's root.") from None
    except UserError as error:
        raise UserError(f"{file}: {error}") from None
    except NOT_YAML as error:
        raise UserError(f"{file} is not valid YAML: {error}") from None
    if not isinstance(values, dict):
        raise UserError(f"{file} must be a mapping of sections, not {type(values).__name__}.")
    return values


@functools.lru_cache(maxsize=1)
def _parse(text: str) -> Any:
    """Parse YAML; a stage asks for several blocks of one file, which takes 0.05 s to parse."""
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader


@overload
def load(key: str, schema: type[T], file: Path = FILE) -> T: ...
@overload
def load(key: str, schema: Any, file: Path = FILE) -> Any: ...
def load(key: str, schema: Any, file: Path = FILE) -> Any:
    """Return the validated block of params.yaml at a dotted key.

    Raises:
        UserError: a part of the key is missing (the nearest right name is suggested), or the
            block does not fit the schema.
    """
    value: Any = read(file)
    path: list[str] = []
    for part in key.split("."):
        names = list(value) if isinstance(value, dict) else []
        path.append(part)
        if part not in names:
            from textrnn.params.problems import nearest

            raise UserError(f"{file}: {'.'.join(path)} does not exist{nearest(part, names)}")
        value = value[part]
    return validate(value, schema, key, file)


def validate(value: object, schema: Any, key: str = "", file: Path = FILE) -> Any:
    """Return the value as an instance of the schema (a `Params` class, or a union of them).

    Raises:
        UserError: one line for each thing that does not fit, with its full path.
    """
    try:
        return TypeAdapter(schema).validate_python(value)
    except ValidationError as error:
        from textrnn.params.problems import sentences

        raise UserError("\n".join(f"{file}: {s}" for s in sentences(error, key, value))) from None
