"""What the documentation shows is what happens: its interactive blocks are run."""

import doctest
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"
FENCE = re.compile(r"^```.*$", re.MULTILINE)

pages = [page for page in sorted(DOCS.glob("*.md")) if ">>>" in page.read_text("utf-8")]


class MarkdownParser(doctest.DocTestParser):
    """Takes fences out, which doctest would read as expected output; lines keep their numbers."""

    def parse(self, string: str, name: str = "<string>") -> list[str | doctest.Example]:
        return super().parse(FENCE.sub("", string), name)


def test_some_page_has_examples() -> None:
    assert pages


@pytest.mark.parametrize("page", pages, ids=lambda page: page.name)
def test_examples_print_what_the_page_says(
    page: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(DOCS.parent)  # where params.yaml is
    results = doctest.testfile(
        str(page), module_relative=False, parser=MarkdownParser(), encoding="utf-8"
    )
    assert results.failed == 0, capsys.readouterr().out
    assert results.attempted > 0


def test_every_test_that_a_page_names_exists() -> None:
    root = DOCS.parent
    named = [
        found
        for page in DOCS.glob("*.md")
        for found in re.findall(r"`(tests/\S+\.py)::(\w+)`", page.read_text("utf-8"))
    ]
    assert named
    for file, test in named:
        assert re.search(rf"^def {test}\(", (root / file).read_text("utf-8"), re.MULTILINE), test
