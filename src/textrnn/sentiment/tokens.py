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
    find = regex.compile(pattern(options)).findall

    def tokenize(text: str) -> list[str]:
        found: list[str] = find(text.lower() if options.lower else text)
        return found if options.last is None else found[-options.last :]

    return tokenize
