"""Text → tokens → ids in a graph: those of `sentiment.tokens` and `sentiment.vocabulary`."""

from pathlib import Path

from textrnn.backend import tf
from textrnn.params.tokens import Tokens
from textrnn.sentiment.tokens import MARK, WORD
from textrnn.sentiment.vocabulary import Vocabulary
from textrnn.serving.export import unicode
from textrnn.serving.export.lowercase import Lowercase


class Encoder(tf.Module):  # type: ignore[misc]
    """A dataset's tokenizer and vocabulary, whose file becomes part of the SavedModel."""

    def __init__(self, options: Tokens, vocab: Vocabulary, file: Path) -> None:
        super().__init__()
        self._last = options.last
        self._lowercase = Lowercase() if options.lower else None
        words = unicode.found_by(WORD)
        # As in `tokens.pattern`, what is of both classes (the underscore) is part of a word.
        marks = unicode.found_by(f"(?!{WORD}){MARK}") if options.punctuation else []
        self._between = unicode.class_of(unicode.others([*words, *marks])) + "+"
        self._mark = unicode.class_of(marks) if marks else None
        self.unknown = vocab.unknown
        self._table = tf.lookup.StaticHashTable(
            tf.lookup.TextFileInitializer(
                str(file),
                tf.string,
                tf.lookup.TextFileIndex.WHOLE_LINE,
                tf.int64,
                tf.lookup.TextFileIndex.LINE_NUMBER,  # from 0, as ids are from 1
            ),
            default_value=vocab.unknown - 1,
        )

    def __call__(self, text: tf.Tensor) -> tf.RaggedTensor:
        """Return the ids int64 [B, T] of texts string [B]; a text may have none.

        Running it fails if a text is not UTF-8.
        """
        text = unicode.checked(text)
        if self._lowercase is not None:
            text = self._lowercase(text)
        text = tf.strings.regex_replace(text, self._between, " ")
        if self._mark is not None:
            text = tf.strings.regex_replace(text, self._mark, r" \0 ")
        found = tf.strings.split(text, " ")
        found = tf.ragged.boolean_mask(found, found != "")
        if self._last is not None:
            found = found[:, -self._last :]
        return found.with_flat_values(self._table.lookup(found.flat_values) + 1)
