"""Classes of characters as patterns that RE2 reads the same way, whatever its own tables are.

The tables of `regex`, of Python and of TensorFlow's RE2 are of different Unicode versions. So a
graph is given the code points themselves, as those that the pipeline's libraries find.
"""

from collections.abc import Iterable, Iterator, Sequence

import regex

from textrnn.backend import tf

Ranges = Sequence[tuple[int, int]]  # first and last code point of each, in order

LAST = 0x10FFFF
SURROGATES = range(0xD800, 0xE000)  # no characters, and UTF-8 has none


def found_by(pattern: str) -> Ranges:
    """Return the characters that a pattern of `regex` for single characters matches."""
    every = "".join(map(chr, range(LAST + 1)))
    return [(m.start(), m.end() - 1) for m in regex.finditer(f"(?:{pattern})+", every)]


def others(ranges: Ranges) -> Ranges:
    """Return the characters that are not in ranges."""
    return list(_gaps(sorted([*ranges, (SURROGATES.start, SURROGATES.stop - 1)])))


def of(characters: Iterable[str]) -> Ranges:
    """Return the ranges that characters form, which are given in order."""
    ranges: list[tuple[int, int]] = []
    for code in map(ord, characters):
        first = ranges.pop()[0] if ranges and ranges[-1][1] == code - 1 else code
        ranges.append((first, code))
    return ranges


def class_of(ranges: Ranges) -> str:
    """Return the character class for RE2: `[\\x{61}-\\x{7a}]`."""
    return "[" + "".join(f"\\x{{{a:x}}}-\\x{{{b:x}}}" for a, b in ranges) + "]"


def checked(text: tf.Tensor) -> tf.Tensor:
    """Return texts [B] as they are, if they are UTF-8; running it fails if one is not."""
    same = tf.strings.unicode_transcode(text, "UTF-8", "UTF-8", errors="replace")
    message = ["a text is not UTF-8; this is its number, from 0:", tf.where(same != text)[:1]]
    with tf.control_dependencies([tf.debugging.Assert(tf.reduce_all(same == text), message)]):
        return tf.identity(text)


def _gaps(ranges: Ranges) -> Iterator[tuple[int, int]]:
    begin = 0
    for first, last in ranges:
        if first > begin:
            yield begin, first - 1
        begin = last + 1
    if begin <= LAST:
        yield begin, LAST
