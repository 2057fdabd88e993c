"""Python's `str.lower` in a graph, for every text.

TensorFlow's own has other Unicode tables, and follows the language of the machine (a Turkish I).
"""

import functools
from collections.abc import Sequence

from textrnn.backend import tf
from textrnn.serving.export import unicode

DOTTED = "İ"  # the one character that becomes two
SIGMA, WITHIN, FINAL = "Σ", "σ", "ς"  # the one whose lower case depends on its neighbours

CHARACTERS = [chr(c) for c in range(unicode.LAST + 1) if c not in unicode.SURROGATES]


class Lowercase(tf.Module):  # type: ignore[misc]
    """The function texts [B] → texts [B]; the texts are UTF-8."""

    def __init__(self) -> None:
        super().__init__()
        self._cased, self._ignorable = (unicode.class_of(unicode.of(c)) for c in around_sigma())
        pairs = {c: c.lower() for c in CHARACTERS if c not in (c.lower(), DOTTED)}
        self._table = tf.lookup.StaticHashTable(
            tf.lookup.KeyValueTensorInitializer(
                [ord(c) for c in pairs], [ord(c) for c in pairs.values()], tf.int32, tf.int32
            ),
            default_value=-1,
        )

    def __call__(self, text: tf.Tensor) -> tf.Tensor:
        """Return texts in lower case."""
        text = tf.strings.regex_replace(text, DOTTED, DOTTED.lower())
        codes = tf.strings.unicode_decode(self._with_sigmas(text), "UTF-8")
        lower = self._table.lookup(codes.flat_values)
        lower = tf.where(lower < 0, codes.flat_values, lower)
        return tf.strings.unicode_encode(codes.with_flat_values(lower), "UTF-8")

    def _with_sigmas(self, text: tf.Tensor) -> tf.Tensor:
        """Write each capital sigma small: ς where a word ends with it, else σ.

        A word ends with it if a cased character stands before, and none after; what is ignorable in
        between does not count. A character is part of one match only, hence of two sigmas in a row
        only the first is found: the second pass finds the others. Of those that are left, none
        stands after another, so that a single pass finds all that end a word.
        """
        followed = f"{SIGMA}({self._ignorable}*{self._cased})"
        for _ in range(2):
            text = tf.strings.regex_replace(text, followed, rf"{WITHIN}\1")
        preceded = f"({self._cased}{self._ignorable}*){SIGMA}"
        return tf.strings.regex_replace(text, preceded, rf"\1{FINAL}")


@functools.cache
def around_sigma() -> tuple[Sequence[str], Sequence[str]]:
    """Return the cased characters and the ignorable ones, by what they do to a sigma after them.

    Python tells neither by name. A character that is both is ignorable.
    """
    cased = [c for c in CHARACTERS if (c + SIGMA).lower().endswith(FINAL)]
    kept = set(cased)
    ignorable = [
        c for c in CHARACTERS if c not in kept and ("a" + c + SIGMA).lower().endswith(FINAL)
    ]
    return cased, ignorable
