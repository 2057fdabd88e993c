"""An entry more in a YAML file, every other byte of it as it was: comments, order and style.

A file that is parsed and written again keeps comments at best; here the text itself gets the lines.
"""

from collections.abc import Sequence
from typing import Any

import yaml
from yaml.nodes import CollectionNode, MappingNode, Node

WIDTH = 10**6  # of a line: none is broken


def insert(text: str, path: Sequence[str], name: str, entry: object) -> str:
    """Return the text with `name: entry` as the last one of the mapping at a path.

    Args:
        text: of a YAML file.
        path: keys that lead to a mapping, which must be there.
        name: a key that it does not have.
        entry: plain values; mappings that hold no others are written on one line.
    """
    parent: Any
    mapping: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    for key in path:
        parent, mapping = mapping, _child(mapping, key)[1]
    if not mapping.flow_style:
        column = mapping.value[0][0].start_mark.column
        return _with_lines(text, _end(text, mapping, column), _block(name, entry, column))
    if mapping.value or parent.flow_style:
        return _within_braces(text, mapping, name, entry)
    start, end = mapping.start_mark.index, mapping.end_mark.index
    opened = text[:start].rstrip()  # `own: {}  # mine` → `own:  # mine`
    column = _child(parent, path[-1])[0].start_mark.column + 2
    return _with_lines(
        opened + text[end:],
        _end_of_line(opened + text[end:], len(opened)),
        _block(name, entry, column),
    )


def _child(mapping: MappingNode, key: str) -> tuple[Node, Node]:
    """Return a key and what stands under it."""
    found: tuple[Node, Node] = next(pair for pair in mapping.value if pair[0].value == key)
    return found


def _block(name: str, entry: object, column: int) -> str:
    """Return an entry's lines, from a column on."""
    lines = _dump({name: entry}, None).splitlines()
    return "".join(f"{' ' * column}{line}\n" for line in lines)


def _within_braces(text: str, mapping: MappingNode, name: str, entry: object) -> str:
    brace = mapping.end_mark.index - 1
    before = text[:brace].rstrip(" ")
    comma = ", " if mapping.value and not before.endswith(",") else ""
    return f"{before}{comma}{_dump({name: entry}, True).strip()[1:-1]}{text[brace:]}"


def _dump(value: object, flow: bool | None) -> str:
    written: str = yaml.safe_dump(
        value, default_flow_style=flow, sort_keys=False, allow_unicode=True, width=WIDTH
    )
    return written


def _end(text: str, mapping: MappingNode, column: int) -> int:
    """Return the place behind a block's last line, and behind comments that still belong to it."""
    last: Any = mapping
    while isinstance(last, CollectionNode) and not last.flow_style and last.value:
        last = last.value[-1][1] if isinstance(last, MappingNode) else last.value[-1]
    mark = last.end_mark
    place = mark.index if mark.column == 0 else _end_of_line(text, mark.index)
    while _is_comment(line := text[place : _end_of_line(text, place)], column):
        place += len(line)
    return place


def _is_comment(line: str, column: int) -> bool:
    bare = line.lstrip(" ")
    return bare.startswith("#") and len(line) - len(bare) >= column


def _end_of_line(text: str, place: int) -> int:
    """Return the place behind the line break that comes next, or the end of the text."""
    return text.find("\n", place) + 1 or len(text)


def _with_lines(text: str, place: int, lines: str) -> str:
    before = text[:place]
    gap = "" if not before or before.endswith("\n") else "\n"
    return f"{before}{gap}{lines}{text[place:]}"
