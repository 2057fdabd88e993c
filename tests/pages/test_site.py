"""The site is built without a warning, opens from disk, and asks nothing of a network."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import html5lib
import pytest

from pages.blocks import ROOT

# What a browser loads by itself, by element and attribute; links that are clicked are not among it.
LOADED = {
    "script": ["src"],
    "img": ["src", "srcset"],
    "iframe": ["src"],
    "source": ["src", "srcset"],
    "object": ["data"],
    "embed": ["src"],
}
STYLE = re.compile(r"url\(([^)]+)\)|@import\s+[\"']([^\"']+)")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "built here"
    build = ["build", "--strict", "--site-dir", str(folder)]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", *build],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    return folder


def tree(page: Path) -> object:
    return html5lib.parse(page.read_text(encoding="utf-8"), namespaceHTMLElements=False)


def loaded(page: Path) -> Iterator[str]:
    """Yield what a browser asks for when it opens a page."""
    whole = tree(page)
    for name, attributes in LOADED.items():
        for element in whole.iter(name):  # type: ignore[attr-defined]
            yield from (element.get(a) for a in attributes if element.get(a))
    for link in whole.iter("link"):  # type: ignore[attr-defined]
        if link.get("rel") not in ("prev", "next", "canonical"):
            yield link.get("href")


def test_every_page_of_the_documentation_is_there(site: Path) -> None:
    for page in (ROOT / "docs").rglob("*.md"):
        assert (site / page.relative_to(ROOT / "docs")).with_suffix(".html").exists()
    for name in ("index", "contributing", "changelog"):
        assert (site / f"{name}.html").exists()


def test_nothing_is_loaded_from_outside(site: Path) -> None:
    for page in site.rglob("*.html"):
        for link in loaded(page):
            if link.startswith("data:"):
                continue
            parts = urlsplit(link)
            assert parts.scheme + parts.netloc == "", (page.name, link)
            assert page.name == "404.html" or (page.parent / unquote(parts.path)).exists(), link
    for style in site.rglob("*.css"):
        for found in STYLE.findall(style.read_text(encoding="utf-8")):
            assert not re.match(r"[\"']?(https?:)?//", "".join(found)), (style.name, found)


def test_scripts_that_load_more_are_not_asked_to(site: Path) -> None:
    """mkdocs-material fetches Mermaid's script where a page has a graph in it."""
    for page in site.rglob("*.html"):
        assert "mermaid" not in {
            name
            for element in tree(page).iter()  # type: ignore[attr-defined]
            for name in (element.get("class") or "").split()
        }, page
    assert '<svg viewBox="0 0' in (site / "index.html").read_text(encoding="utf-8")


def test_links_lead_to_files_and_anchors_of_the_site(site: Path) -> None:
    pages = {page.resolve(): tree(page) for page in site.rglob("*.html") if page.name != "404.html"}
    ids = {
        page: {e.get("id") for e in whole.iter()}  # type: ignore[attr-defined]
        for page, whole in pages.items()
    }
    for page, whole in pages.items():
        for link in (a.get("href") for a in whole.iter("a")):  # type: ignore[attr-defined]
            parts = urlsplit(link or "")
            if link and not parts.scheme:
                target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
                assert target.exists(), (page.name, link)
                assert not parts.fragment or unquote(parts.fragment) in ids[target], link


def test_what_it_is_made_into_is_no_part_of_the_repository() -> None:
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert "/site/" in ignored
