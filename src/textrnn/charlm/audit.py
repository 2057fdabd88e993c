"""What is wrong with a text: markers, lost characters, passages that come again."""

import unicodedata
from collections.abc import Mapping
from typing import Any

from textrnn.charlm import repeats
from textrnn.params.corpus import ReadText
from textrnn.reading.text import Located

PASSAGE = 50  # characters: what is repeated at such a length is no turn of phrase
REPLACEMENT = "\ufffd"  # what a decoder writes for bytes that it could not read


def summary(found: Located, read: ReadText, parts: Mapping[str, str]) -> dict[str, Any]:
    """Return the metrics.

    `file`: its characters, and those left out before the start marker and from the end marker on;
    `start` and `end`, where they are asked for: the line of the marker that counted, and how many
    times it stands in the file; `text`, what is read: characters, lines, different characters,
    control characters but line breaks and tabs, and characters that were lost in an earlier
    decoding; `characters` of each split; `test`, where there is one, as `repeated`.

    Args:
        found: the file's text and the part that is read.
        parts: the texts of train, valid and test.
    """
    markers = {
        use: _marker(found.text, marker, place)
        for use, marker, place in (
            ("start", read.start, found.begin),
            ("end", read.end, found.end),
        )
        if marker is not None
    }
    behind = len(found.text) - found.end
    return {
        "file": {"characters": len(found.text), "before": found.begin, "behind": behind},
        **markers,
        "text": _characters(found.text[found.begin : found.end]),
        "characters": {split: len(text) for split, text in parts.items()},
        **({"test": repeated(parts["test"], parts["train"])} if parts["test"] else {}),
    }


def repeated(test: str, train: str) -> dict[str, Any]:
    """Return what the test text repeats of the training text, and none of it word by word.

    `longest_in_train` is in characters; `share_in_train` is that of its characters that lie in
    passages of `PASSAGE` that train holds too.
    """
    return {
        "longest_in_train": repeats.longest(test, train),
        "share_in_train": repeats.share(test, train, PASSAGE),
    }


def _marker(text: str, marker: str, place: int) -> dict[str, int]:
    return {"line": text.count("\n", 0, place) + 1, "times": text.count(marker)}


def _characters(text: str) -> dict[str, int]:
    return {
        "characters": len(text),
        "lines": text.count("\n") + 1,
        "different": len(set(text)),
        "controls": sum(unicodedata.category(c) == "Cc" and c not in "\n\t" for c in text),
        "replaced": text.count(REPLACEMENT),
    }
