"""Write what the pages say of commands, stages and parameters anew, from the code: `make tables`.

A page marks where: `<!-- begin commands -->` … `<!-- end commands -->`.
"""

import re
from collections.abc import Callable
from pathlib import Path

import command_tables
import parameter_tables
import pipeline_graph
import stage_tables

from textrnn import atomic
from textrnn.errors import UserError

ROOT = Path(__file__).parents[1]
PAGES = (
    "README.md",
    "docs/architecture.md",
    "docs/commands.md",
    "docs/stages.md",
    "docs/parameters.md",
)
MARKED = re.compile(r"(<!-- begin (\S+) -->\n)(.*?)(<!-- end \2 -->)", re.DOTALL)

# What is written where a page marks it: of what stands there now, which is the page's own words.
KNOWN: dict[str, Callable[[str], str]] = {
    "pipeline": lambda _: pipeline_graph.mermaid(ROOT),
    "commands": lambda _: command_tables.overview(),
    "command-reference": lambda _: command_tables.reference(),
    "stages": lambda _: stage_tables.table(ROOT),
}
OF_A_SECTION = "parameters:"  # and the section's path in params.yaml


def renewed(page: str) -> str:
    """Return a page with all that its markers name as the code has it now.

    Raises:
        UserError: a marker names nothing that is known, or a parameter has no meaning yet.
    """

    def written(found: re.Match[str]) -> str:
        begin, name, now, end = found.groups()
        if name.startswith(OF_A_SECTION):
            content = parameter_tables.table(name.removeprefix(OF_A_SECTION), now)
        elif name in KNOWN:
            content = KNOWN[name](now)
        else:
            raise UserError(f"nothing is called {name}: there are {', '.join(KNOWN)}.")
        return f"{begin}\n{content}\n{end}"

    return MARKED.sub(written, page)


def main() -> None:
    for name in PAGES:
        page = ROOT / name
        content = renewed(page.read_text(encoding="utf-8"))
        with atomic.file(page) as part:
            part.write_text(content, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    try:
        main()
    except UserError as error:
        raise SystemExit(f"make tables: {error}") from None
