"""Text → tokens: one definition for the pipeline, exported models and tests."""

from collections.abc import Callable

import regex

from textrnn.params.tokens import Tokens

# The book's tokens are runs of `\w`. Python's own `\w` moves with the Unicode tables of each Python
# version; `regex` is locked to one version, and TensorFlow's RE2 takes the same classes in a graph.
WORD = r"[\p{L}\p{N}_]+"
MARK = r"[\p{P}\p{S}]"

Tokenizer = Callable[[str], list[str]]


def pattern(options: Tokens) -> str:
    """Return the regular expression whose matches are the tokens."""
    return f"{WORD}|{MARK}" if options.punctuation else WORD


def tokenizer(options: Tokens) -> Tokenizer:
    """Return the function that takes a text apart: `"It's fine!"` → `["It", "s", "fine"]`.

    With `options.last`, only the last N tokens of the text are returned.
    """
    find, split = regex.compile(pattern(options)).findall, _ascii_splitter(options)

    def tokenize(text: str) -> list[str]:
        text = text.lower() if options.lower else text
        found: list[str] = split(text) if text.isascii() else find(text)
        return found if options.last is None else found[-options.last :]

    return tokenize


def _ascii_splitter(options: Tokens) -> Tokenizer:
    """Return what `pattern` finds, in half the time, of texts that hold ASCII characters alone.

    Whatever is no part of a token becomes a space, and a mark gets spaces around it.
    """
    word, mark = regex.compile(WORD), regex.compile(MARK)
    ascii_ = [chr(c) for c in range(128)]
    marks = [c for c in ascii_ if options.punctuation and mark.match(c) and not word.match(c)]
    table = "".join(c if word.match(c) or c in marks else " " for c in ascii_)

    def split(text: str) -> list[str]:
        text = text.translate(table)
        for c in marks:
            if c in text:
                text = text.replace(c, f" {c} ")
        return text.split()

    return split
