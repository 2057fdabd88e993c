"""What is wrong with params.yaml, said with the key's whole path and the nearest right name."""

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import ValidationError

from textrnn.params.base import Params

NO_MAPPING = {"dict_type", "model_type", "model_attributes_type"}

Schemas = list[Any]  # what may stand at a place: classes of `Params`, `dict[…]`, `list[…]`


def sentences(error: ValidationError, key: str, root: object) -> list[str]:
    """Return a sentence for each of pydantic's findings about the block at `key`."""
    schemas = [s for s in _declared(Params) if s.__name__ in re.findall(r"\w+", error.title)]
    located = [_locate(dict(finding), schemas) for finding in error.errors()]
    return [_sentence(one, key, root) for one in _of_the_likeliest_branches(located)]


def nearest(name: object, names: Iterable[object], less_likely: Iterable[object] = ()) -> str:
    """Return a sentence's end: `"; did you mean x?"`, or all of the names if none is near."""
    choices = [str(n) for n in names]
    for some in (choices, [str(n) for n in less_likely]):
        if close := difflib.get_close_matches(str(name), some, n=1, cutoff=0.6):
            return f"; did you mean {close[0]}?"
    return f" (there are: {', '.join(choices)})." if choices else "."


@dataclass
class _Located:
    """One of pydantic's findings and the place in the file that it is about."""

    finding: dict[str, Any]
    path: list[int | str]  # keys and places in lists, without the branches of unions
    owners: Schemas  # what the block that holds the last key may be
    branch: tuple[int | str, ...]  # of a union without a discriminator; empty outside of such


def _locate(finding: dict[str, Any], schemas: Schemas) -> _Located:
    """Follow a finding's location through the schemas."""
    path: list[int | str] = []
    owners: Schemas = []
    branch: tuple[int | str, ...] = ()
    for i, part in enumerate(finding["loc"]):
        inside = [s for schema in schemas for s in _inside(schema, part)]
        chosen = [s for s in schemas if _is_called(s, part)]
        if chosen and not inside:
            schemas = chosen
            branch = finding["loc"][: i + 1] if chosen[0].__name__ == part else branch
        else:
            path.append(part)
            owners, schemas = schemas, inside
    return _Located(finding, path, owners, branch)


def _of_the_likeliest_branches(located: Sequence[_Located]) -> Iterator[_Located]:
    """Leave out what pydantic finds in the branches of a union that were hardly meant.

    Meant is the branch that knows most of the keys that are there, then the one that lacks least.
    """
    costs: dict[tuple[int | str, ...], tuple[int, int]] = {}
    for one in located:
        unknown, all_ = costs.get(one.branch, (0, 0))
        costs[one.branch] = unknown + (one.finding["type"] == "extra_forbidden"), all_ + 1
    for one in located:
        siblings = [b for b in costs if one.branch and b[:-1] == one.branch[:-1]]
        if one.branch == min(siblings, key=costs.__getitem__, default=()):
            yield one


def _sentence(one: _Located, key: str, root: object) -> str:
    """Say what was found, with the key's full path and the nearest right name."""
    kind, context = one.finding["type"], one.finding.get("ctx", {})
    shown = one.finding["input"]
    # Where a mapping's key itself is wrong it is the input; in the location, True would be 1.
    parts = [*one.path[:-2], shown] if one.path[-1:] == ["[key]"] else one.path
    path = ".".join(str(p) for p in [key, *parts] if p != "")
    tag = f"{path}.{context.get('discriminator', '')}".replace("'", "")
    if kind == "extra_forbidden":
        return f"{path} is not a known key{nearest(parts[-1], *_expected(one, root))}"
    if kind == "missing":
        return f"{path} is missing."
    if kind == "union_tag_not_found":
        return f"{tag} is missing."
    if kind == "union_tag_invalid":
        known = re.findall(r"'(.*?)'", context["expected_tags"])
        return f"{tag} is {context['tag']!r}, which is not known{nearest(context['tag'], known)}"
    if kind == "value_error":
        return f"{path}: {context['error']}"
    if kind in NO_MAPPING:
        return f"{path} is {shown!r}, but must be a mapping of keys to values."
    if parts is not one.path:
        return f"{path}: the name must be quoted, since YAML does not read it as text."
    return f"{path} is {shown!r}, but {_lower_first(one.finding['msg'])}."


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def _expected(one: _Located, root: object) -> tuple[list[str], list[str]]:
    """Return the keys that a block does not have yet, all if it has all of them, and all."""
    block: Any = root
    for part in one.path[:-1]:
        block = block[part]
    names = [name for schema in one.owners for name in schema.model_fields]
    return [name for name in names if name not in block] or names, names


# ---------------------------------------------------------------- schemas


def _declared(schema: type[Params]) -> Iterator[type[Params]]:
    """Yield every block that the loaded modules declare."""
    for block in schema.__subclasses__():
        yield block
        yield from _declared(block)


def _inside(schema: Any, part: int | str) -> Schemas:
    """Return what may stand at a key of a block or mapping, or at a place of a list."""
    if get_origin(schema) in (dict, list):
        return _choices(get_args(schema)[-1])
    fields = getattr(schema, "model_fields", {})
    return _choices(fields[part].annotation) if part in fields else []


def _choices(annotation: Any) -> Schemas:
    """Return a union's branches, or what is no union by itself."""
    if get_origin(annotation) is Annotated:
        return _choices(get_args(annotation)[0])
    if isinstance(annotation, type) or get_origin(annotation) in (dict, list):
        return [annotation]
    return [choice for part in get_args(annotation) for choice in _choices(part)]


def _is_called(schema: Any, part: int | str) -> bool:
    """Say whether pydantic calls a union's branch by this name: its class, or its tag."""
    fields = getattr(schema, "model_fields", {}).values()
    tags = [get_args(f.annotation) for f in fields if get_origin(f.annotation) is Literal]
    return bool(fields) and (schema.__name__ == part or any(part in tag for tag in tags))
