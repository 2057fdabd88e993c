"""The commands of `textrnn` as tables, out of what `textrnn --help` is made from."""

import inspect
import re
from collections.abc import Iterator
from typing import Any

from markdown_table import code, table, words
from typer.main import get_command

from textrnn import cli

EXAMPLE = re.compile(r"^Example: (.*)$", re.MULTILINE)
SHOWN_EVERYWHERE = {"help"}


def overview() -> str:
    """Return one line a command: what it does, in its own first sentence."""
    rows = [(code(name), words(_first(command))) for name, command in _commands()]
    return table(("command", "what it does"), rows)


def reference() -> str:
    """Return every command with its example, arguments and options."""
    return "\n".join(_section(name, command) for name, command in _commands())


def _commands() -> Iterator[tuple[str, Any]]:
    """Yield the commands by name, those of a group after one another."""
    whole: Any = get_command(cli.app)
    for name, command in whole.commands.items():
        group = getattr(command, "commands", {"": command})
        for sub, found in group.items():
            yield f"textrnn {name} {sub}".rstrip(), found


def _section(name: str, command: Any) -> str:
    says = inspect.cleandoc(command.help or "")
    [example] = EXAMPLE.findall(says)
    about = re.sub(r"\n{3,}", "\n\n", EXAMPLE.sub("", says)).strip()
    parts = [f"## {name}\n", f"{about}\n", f"```console\n{example}\n```\n"]
    if rows := [_parameter(p) for p in command.params if p.name not in SHOWN_EVERYWHERE]:
        parts.append(table(("", "meaning", "default"), rows))
    return "\n".join(parts)


def _parameter(parameter: Any) -> tuple[str, str, str]:
    is_argument = parameter.param_type_name == "argument"
    names = [_argument(parameter)] if is_argument else [*parameter.opts, *parameter.secondary_opts]
    meaning, default = parameter.help or "", parameter.default
    if given := re.search(r"\s*\[(.*)\]$", meaning):  # the default, where code makes it
        meaning, default = meaning[: given.start()], given[1]
    if parameter.required:
        shown = "must be given"
    elif default in (None, False, [], ()):
        shown = ""
    else:
        shown = code(str(default))
    return ", ".join(map(code, names)), words(meaning), shown


def _argument(parameter: Any) -> str:
    name = parameter.metavar or parameter.name.upper()
    return f"{name}…" if parameter.nargs == -1 else name


def _first(command: Any) -> str:
    return inspect.cleandoc(command.help or "").split("\n\n")[0].replace("\n", " ")
