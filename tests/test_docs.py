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
