"""Where in a text its tokens stand, so that the text can be shown as it was typed."""

from dataclasses import dataclass

import regex

from textrnn.params.tokens import Tokens
from textrnn.sentiment.tokens import pattern


@dataclass(frozen=True)
class Span:
    """A token, and the characters `start` to `end` of the text that it was made of."""

    token: str
    start: int
    end: int


def find(text: str, options: Tokens) -> list[Span]:
    """Return the tokens that `tokens.tokenizer` returns, each with its place.

    In lower case a text may be longer than it was (İ becomes two characters), so places are led
    back character by character.
    """
    lower = text.lower() if options.lower else text
    origin = [i for i, c in enumerate(text) for _ in (c.lower() if options.lower else c)]
    found = [
        Span(match[0], origin[match.start()], origin[match.end() - 1] + 1)
        for match in regex.finditer(pattern(options), lower)
    ]
    return found if options.last is None else found[-options.last :]
