"""Tokens in place: the pipeline's tokens, each where it stands in the text as it was typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textrnn.params.tokens import Tokens
from textrnn.sentiment.tokens import tokenizer
from textrnn.serving import spans

OPTIONS = [
    Tokens(lower=lower, punctuation=punctuation, last=last)
    for lower in (False, True)
    for punctuation in (False, True)
    for last in (None, 2)
]


def one_sigma(text: str) -> str:
    """A sigma's lower case depends on what stands around it."""
    return text.replace("ς", "σ")


@pytest.mark.parametrize("options", OPTIONS)
@given(text=st.text() | st.text("aBΣσİ ß.ñ'", max_size=12))
def test_they_are_the_pipeline_s_tokens(options: Tokens, text: str) -> None:
    found = spans.find(text, options)
    assert [span.token for span in found] == tokenizer(options)(text)
    ends = [0, *(place for span in found for place in (span.start, span.end)), len(text)]
    assert ends == sorted(ends)
    for span in found:
        piece = text[span.start : span.end]
        lower = "".join(c.lower() for c in piece) if options.lower else piece
        assert one_sigma(lower).startswith(one_sigma(span.token))


def test_the_places_are_those_of_the_text_before_it_was_lowered() -> None:
    text = "İt IS İ!"  # in lower case, İ is two characters
    found = spans.find(text, Tokens(lower=True, punctuation=True, last=None))
    assert [(s.token, text[s.start : s.end]) for s in found] == [
        ("i", "İ"),
        ("t", "t"),
        ("is", "IS"),
        ("i", "İ"),
        ("!", "!"),
    ]
