"""What a text repeats of another: constructed texts, and the longest match found otherwise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textrnn.charlm import copying, repeats

FEW = st.text(alphabet="ab ", max_size=25)


@given(FEW, FEW)
def test_the_longest_passage_is_as_long_as_that_of_a_search_place_by_place(
    text: str, source: str
) -> None:
    assert repeats.longest(text, source) == len(copying.longest(text, source))


@given(st.text(max_size=9), st.text(max_size=9), st.integers(1, 6))
def test_passages_begin_where_the_source_holds_them(text: str, source: str, length: int) -> None:
    expected = [
        i + length <= len(text) and text[i : i + length] in source for i in range(len(text))
    ]
    assert repeats.begins(text, source, length).tolist() == expected


@pytest.mark.parametrize(
    ("text", "source", "length", "expected"),
    [
        ("abcde", "xbcdx", 3, 3 / 5),
        ("abcde", "xbcdx", 2, 3 / 5),  # two that overlap are counted once
        ("abcde", "xbcdx", 4, 0.0),
        ("abcde", "abcde", 5, 1.0),
        ("ab--ab", "ab", 2, 4 / 6),
        ("ab", "b", 2, 0.0),  # no passage runs from the text on into the source
        ("a", "", 1, 0.0),
        ("a𝒳b", "𝒳b", 2, 2 / 3),
    ],
)
def test_the_share_of_characters(text: str, source: str, length: int, expected: float) -> None:
    assert repeats.share(text, source, length) == pytest.approx(expected)


def test_a_long_copy_is_found() -> None:
    page = "".join(chr(97 + i * i % 23) + str(i) for i in range(20_000))
    assert repeats.longest("#" + page + "!", page[1:] + "?") == len(page) - 1
