"""What is copied: constructed texts, and another library's longest match."""

import difflib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textrnn.charlm import copying

SOURCE = "The island was steep. The sea was calm, and the sky clear."
FEW = st.text(alphabet="ab ", max_size=25)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SOURCE, SOURCE),
        ("steep", "steep"),
        ("xyz", "y"),
        ("XYZ", ""),
        ("", ""),
        ("They said the sea was calm, but", "he sea was calm, "),
        (SOURCE + SOURCE, SOURCE),
        ("sky!sea", "sky"),  # the first of equals
    ],
)
def test_the_longest_passage(text: str, expected: str) -> None:
    assert copying.longest(text, SOURCE) == expected


def test_of_no_source_nothing_is_copied() -> None:
    assert copying.longest("abc", "") == ""


@given(FEW, FEW)
def test_the_longest_passage_is_difflib_s(text: str, source: str) -> None:
    match = difflib.SequenceMatcher(None, text, source, autojunk=False).find_longest_match()
    assert copying.longest(text, source) == text[match.a : match.a + match.size]


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_what_stands_in_both_is_found(before: str, shared: str, after: str) -> None:
    found = copying.longest(before + shared + after, after + "☃" + shared)
    assert len(found) >= len(shared)
    assert found in before + shared + after
    assert found in after + "☃" + shared


@pytest.mark.parametrize(
    ("text", "after", "expected"),
    [
        ("The sea, the SEA.", 0, ["the", "sea", "the", "sea"]),
        ("The sea, the se", 0, ["the", "sea", "the"]),  # which may have become `seal`
        ("The islands lay.", 10, ["islands", "lay"]),  # `The island` was given
        ("The island lay.", 10, ["lay"]),
        ("", 0, []),
        ("…", 0, []),
    ],
)
def test_words(text: str, after: int, expected: list[str]) -> None:
    assert copying.words(text, after) == expected


def test_the_share_of_known_words() -> None:
    assert copying.known_share(["sea", "see", "sea", "island"], {"sea", "island"}) == 0.75
    assert copying.known_share([], {"sea"}) is None
