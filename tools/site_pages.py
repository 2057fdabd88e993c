"""What mkdocs.yml hooks in: pages from beside docs/, links between all, the graph as a picture."""

import re
from pathlib import Path
from typing import Any

import graph_picture
import pipeline_graph
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[1]
BESIDE = {  # what lies beside docs/ → its page
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
}
LINK = re.compile(r"(?<!!)\[([^\]]+)\]\((?!https?:|#|mailto:)([^)#\s]+)(#[^)\s]*)?\)")
IMAGE = re.compile(r"!\[([^\]]*)\]\((?!https?:)([^)\s]+)\)")
CARDS = "models/*.md"
HIDDEN = {"index.md": ["navigation"], "stages.md": ["toc"]}  # where it would say nothing
CELL = re.compile(r"<td[^>]*>.*?</td>", re.DOTALL)
CODE = re.compile(r"(?<=<code>)[^<]+(?=</code>)")


def on_config(config: Any) -> Any:
    """Put the cards that are there into the menu."""
    cards = sorted(path.relative_to(ROOT / "docs") for path in (ROOT / "docs").glob(CARDS))
    named = [{card.stem.replace("-", "/", 1): card.as_posix()} for card in cards]
    config.nav = _with_cards(config.nav, named)
    return config


def _with_cards(menu: Any, cards: list[dict[str, str]]) -> Any:
    if menu == CARDS:
        return cards
    if isinstance(menu, dict):
        return {name: _with_cards(part, cards) for name, part in menu.items()}
    return [_with_cards(part, cards) for part in menu] if isinstance(menu, list) else menu


def on_files(files: Files, config: Any) -> Files:
    """Add the pages from beside docs/."""
    for name, page in BESIDE.items():
        content = (ROOT / name).read_text(encoding="utf-8")
        files.append(File.generated(config, page, content=content))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Return a page whose links lead within the site, and whose graphs are pictures.

    A link to a file that is no page keeps its words alone.
    """
    path = page.file.src_uri
    page.meta["hide"] = HIDDEN.get(path, [])
    source = next((name for name, to in BESIDE.items() if to == path), f"docs/{path}")
    folder, depth = Path(source).parent, path.count("/")

    def target(link: str) -> str | None:
        file = (ROOT / folder / link).resolve().relative_to(ROOT).as_posix()
        inner = BESIDE.get(file, file.removeprefix("docs/") if file.startswith("docs/") else None)
        return inner and "../" * depth + inner

    def linked(found: re.Match[str]) -> str:
        words, link, anchor = found.groups()
        inner = target(link)
        return f"[{words}]({inner}{anchor or ''})" if inner else words

    def shown(found: re.Match[str]) -> str:
        return f"![{found[1]}]({target(found[2])})"

    text = IMAGE.sub(shown, LINK.sub(linked, markdown))
    return pipeline_graph.BLOCK.sub(
        lambda found: graph_picture.draw(pipeline_graph.read(found[1])), text
    )


def on_page_content(html: str, **_: Any) -> str:
    """Let paths and keys in tables be broken after a slash or a dot."""

    def breakable(code: re.Match[str]) -> str:
        return re.sub(r"(?<=[\w;}][/.,])(?=[\w{&])", "<wbr>", code[0])

    return CELL.sub(lambda cell: CODE.sub(breakable, cell[0]), html)
