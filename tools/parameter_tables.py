"""The parameters of a section of params.yaml as a table: keys and values from the schemas.

What a key means is the page's own words, which stay; of a key that is new to the page, the comment
beside it in the schema. A key that is gone takes its words along.
"""

import inspect
import json
import re
import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from markdown_table import code, words
from markdown_table import table as markdown
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from textrnn.errors import UserError
from textrnn.params.document import Document

HEAD = ("key", "value", "meaning")
ROW = re.compile(r"^\| `([^`]+)` \| (?:.*?) \| ((?:[^|\\]|\\.)*) \|$", re.MULTILINE)
LIMITS = ((Ge, "from"), (Gt, "above"), (Le, "to"), (Lt, "below"))
PLAIN = {str: "text", bool: "`true` or `false`", int: "whole number", float: "number"}


@dataclass(frozen=True)
class Leaf:
    """A key that takes a value, in one of the forms that its block may have."""

    key: str
    value: str
    comment: str
    form: tuple[str, ...]  # such as (sentiment, padded): which of several, from without


def table(sections: str, now: str) -> str:
    """Return the table of a section, or of several with the same keys: `a.models+b.models`.

    Raises:
        UserError: a key has no meaning, on the page or in its schema.
    """
    meanings = dict(ROW.findall(now))
    found = list(_leaves_of(sections.split("+")))
    rows = []
    for key in dict.fromkeys(leaf.key for leaf in found):
        leaves = [leaf for leaf in found if leaf.key == key]
        meaning = meanings.get(key) or next((words(x.comment) for x in leaves if x.comment), "")
        if not meaning:
            where = f"<!-- begin parameters:{sections} -->"
            raise UserError(f"what does {key} mean? Add a row for it below {where}.")
        rows.append((code(key), _values(leaves, found), meaning))
    return markdown(HEAD, rows)


def _leaves_of(sections: list[str]) -> Iterator[Leaf]:
    for section in sections:
        schema: Any = Document
        for part in section.split("."):
            schema = schema.model_fields[part].annotation
            if get_origin(schema) is dict:  # of names
                schema = get_args(schema)[1]
        yield from _leaves(schema, "", (section.split(".")[0],) if len(sections) > 1 else ())


# ---------------------------------------------------------------- keys


def _leaves(schema: Any, key: str, form: tuple[str, ...]) -> Iterator[Leaf]:
    """Yield the keys of a block, or of each of the blocks that may stand there."""
    for block in _alternatives(schema):
        tag = _tag(block) if len(_alternatives(schema)) > 1 else None
        inner = (*form, *([tag] if tag else []))
        for name, field in block.model_fields.items():
            path = f"{key}.{name}" if key else name
            if len(block_types := _alternatives(field.annotation)):
                if type(None) in get_args(field.annotation):
                    comment = _comment(block, name)
                    yield Leaf(path, "a block, or `null`", comment, inner)
                yield from _leaves(Union[tuple(block_types)], path, inner)  # noqa: UP007
            else:
                yield Leaf(path, _value(field), _comment(block, name), inner)


def _alternatives(schema: Any) -> list[type[BaseModel]]:
    """Return the blocks that a schema is, or is one of; none if it is a plain value."""
    if isinstance(schema, type) and issubclass(schema, BaseModel):
        return [schema]
    if get_origin(schema) is Annotated:
        return _alternatives(get_args(schema)[0])
    if get_origin(schema) in (Union, types.UnionType):
        return [block for part in get_args(schema) for block in _alternatives(part)]
    return []


def _tag(block: type[BaseModel]) -> str | None:
    """Return what names a block among others: the literals of its first key."""
    first = next(iter(block.model_fields.values()))
    return "/".join(map(str, get_args(first.annotation))) or None


def _comment(block: type[BaseModel], name: str) -> str:
    """Return the comment beside a key in the class that declares it."""
    for declaring in block.__mro__:
        if name in inspect.get_annotations(declaring):
            found = re.search(rf"^    {name}: .*?  # (.+)$", inspect.getsource(declaring), re.M)
            return found[1] if found else ""
    return ""


# ---------------------------------------------------------------- values


def _values(leaves: list[Leaf], all_leaves: list[Leaf]) -> str:
    """Return what a key may be; where forms differ, with the forms."""
    block = leaves[0].key.rpartition(".")[0]
    siblings = {x.form for x in all_leaves if x.key.rpartition(".")[0] == block}
    by_value: dict[str, list[tuple[str, ...]]] = {}
    for leaf in leaves:
        by_value.setdefault(leaf.value, []).append(leaf.form)
    if all(form and value == _codes(form[-1].split("/")) for value, [form, *_] in by_value.items()):
        return _names_of_forms(leaves)
    if len(by_value) == 1 and set(*by_value.values()) == siblings:
        return leaves[0].value
    return "; ".join(
        f"{', '.join(code(part) for form in forms for part in form[-1].split('/'))}: {value}"
        for value, forms in by_value.items()
    )


def _names_of_forms(leaves: list[Leaf]) -> str:
    """Return what a key may be that names the form of its block."""
    outer: dict[tuple[str, ...], list[str]] = {}
    for leaf in leaves:
        outer.setdefault(leaf.form[:-1], []).extend(leaf.form[-1].split("/"))
    if len(outer) == 1:
        return _codes(*outer.values())
    return "; ".join(f"{code(form[-1])}: {_codes(names)}" for form, names in outer.items())


def _value(field: FieldInfo) -> str:
    """Return what a field takes, and its default if it may be left out."""
    shown = _words(field.annotation, field.metadata)
    default = field.get_default(call_default_factory=True)
    if default is PydanticUndefined:
        return shown
    return f"{shown}; if left out, {code(_yaml(default))}"


def _yaml(value: Any) -> str:
    """Return a value as params.yaml would have it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{k}": {v}' for k, v in value.items()) + "}"
    return str(value) if isinstance(value, str) else json.dumps(value)


def _words(schema: Any, limits: Any = ()) -> str:
    """Return a type in words: `whole number from 1`."""
    origin, parts = get_origin(schema), get_args(schema)
    if origin is Annotated:
        return _words(parts[0], [*limits, *_flat(schema.__metadata__)])
    if origin in (Union, types.UnionType):
        plain = " or ".join(_words(part, limits) for part in parts if part is not type(None))
        return f"{plain}, or `null`" if type(None) in parts else plain
    if origin is Literal:
        return _codes(parts)
    if origin is list:
        if blocks := _alternatives(parts[0]):
            forms = (code("{" + ", ".join(block.model_fields) + "}") for block in blocks)
            return f"list of {' or '.join(forms)}"
        return f"list of {_plural(_words(parts[0]))}"
    if origin is dict:
        return f"mapping of {_words(parts[0])} to {_words(parts[1])}"
    said = [f"{word} {_limit(limits, kind)}" for kind, word in LIMITS if _has(limits, kind)]
    return " ".join([PLAIN[schema], ", ".join(said).replace(", to ", " to ")]).rstrip()


def _plural(shown: str) -> str:
    return re.sub(r"number|text", r"\g<0>s", shown)


def _flat(metadata: Any) -> Iterator[Any]:
    for mark in metadata:
        yield from mark.metadata if isinstance(mark, FieldInfo) else [mark]


def _has(limits: Any, kind: type) -> bool:
    return any(isinstance(limit, kind) for limit in limits)


def _limit(limits: Any, kind: type) -> str:
    [found] = [_number(limit) for limit in limits if isinstance(limit, kind)]
    return f"{found:,}" if isinstance(found, int) else f"{found}"


def _number(limit: Any) -> Any:
    """Return the number of a limit."""
    return next(getattr(limit, name) for name in ("ge", "gt", "le", "lt") if hasattr(limit, name))


def _codes(parts: Any) -> str:
    """Return literals as code: `a`, `b` or `c`."""
    *most, last = (code(str(part)) for part in parts)
    return f"{', '.join(most)} or {last}" if most else last
