"""How much of a text is copied: its longest passage, and its words, that a source holds too."""

import regex

WORD = regex.compile(r"[\p{L}\p{N}_]+")


def longest(text: str, source: str) -> str:
    """Return the longest passage of a text that stands in the source, the first of equals.

    Each place of the text is asked only whether a longer passage than the best so far begins there;
    so the source is searched at most twice as often as the text has characters.
    """
    best = ""
    for start in range(len(text)):
        while (end := start + len(best) + 1) <= len(text) and text[start:end] in source:
            best = text[start:end]
    return best


def words(text: str, after: int = 0) -> list[str]:
    """Return a text's words in lower case.

    The last one is left out if the text ends in it: it may not have come to its end.

    Args:
        after: words that end within so many characters are left out; they were given.
    """
    ends_within = regex.search(r"[\p{L}\p{N}_]\Z", text) is not None
    found = [m.group().lower() for m in WORD.finditer(text) if m.end() > after]
    return found[:-1] if ends_within else found


def known_share(found: list[str], source: set[str]) -> float | None:
    """Return the share of words that the source holds; None of no words."""
    return sum(word in source for word in found) / len(found) if found else None
