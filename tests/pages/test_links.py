"""Every link within the pages leads somewhere, its anchor too; those to outside have the form."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from pages.blocks import FENCE, PAGES, ROOT

ALL = [*PAGES, ROOT / "CHANGELOG.md", ROOT / "data/README.md"]
CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)(?: \"[^\"]*\")?\)")
HEADING = re.compile(r"^#{1,6} +(.+?) *#*$", re.MULTILINE)
BARE = re.compile(r"https?://[^\s`)>\"']+")


def links(page: Path) -> list[str]:
    return LINK.findall(CODE.sub("", FENCE.sub("", page.read_text(encoding="utf-8"))))


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings as GitHub makes them."""
    found: dict[str, int] = {}
    slugs = set()
    for heading in HEADING.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        words = LINK.sub("]", heading).replace("\\", "")
        slug = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
        times = found.get(slug, 0)
        slugs.add(f"{slug}-{times}" if times else slug)
        found[slug] = times + 1
    return slugs


@pytest.mark.parametrize("page", ALL, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    for link in links(page):
        parts = urlsplit(link)
        if parts.scheme:
            continue
        target = page.parent / parts.path if parts.path else page
        assert target.resolve().is_relative_to(ROOT), link
        assert target.exists(), link
        if parts.fragment:
            assert parts.fragment in anchors(target), link


@pytest.mark.parametrize("page", ALL, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_to_outside_have_the_form(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for link in {*BARE.findall(text), *(x for x in links(page) if ":" in x)}:
        parts = urlsplit(link)
        assert parts.scheme in ("https", "http"), link
        assert re.fullmatch(r"[a-z0-9.-]+\.[a-z]{2,}", parts.hostname or ""), link


def test_anchors_are_github_s(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A `b.<c>`, and D\n```\n# no heading\n```\n## Twice\n## Twice\n")
    assert anchors(page) == {"a-bc-and-d", "twice", "twice-1"}


def test_every_page_is_linked_from_another() -> None:
    linked = {
        (page.parent / urlsplit(link).path).resolve()
        for page in ALL
        for link in links(page)
        if not urlsplit(link).scheme
    }
    for page in (ROOT / "docs").glob("*.md"):
        assert page.resolve() in linked, page
