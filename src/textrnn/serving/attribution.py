"""What each word contributes to a verdict: occlusion.

A word's contribution is the change of the log-odds of "positive" when the word is left out and the
rest is read again: Robnik-Šikonja & Kononenko 2008, *Explaining Classifications for Individual
Instances*, call it the weight of evidence; Li, Monroe & Jurafsky 2016, *Understanding Neural
Networks through Representation Erasure*, apply it to the words of recurrent networks. It asks
nothing of a model but its answers, so a recurrent one and a linear one are explained alike, and for
a sum over words it is each word's summand. Words that say the same twice are worth little each: the
other is still there.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from textrnn.backend import keras, tf
from textrnn.errors import UserError
from textrnn.params.tokens import Tokens
from textrnn.sentiment.vocabulary import PADDING, Vocabulary
from textrnn.serving import prediction, spans
from textrnn.serving.spans import Span

T = TypeVar("T")
Values = npt.NDArray[np.float64]
LogOdds = Callable[[Sequence[Sequence[T]]], Values]

TOGETHER = 64  # texts in a batch: one number, since layers are compiled for each
MOST = 4_000  # tokens of a text that is weighed: the longest IMDb review has 3,046


@dataclass(frozen=True)
class Word:
    """A word of a text, and by how much it raises the log-odds of "positive" (nats)."""

    span: Span
    contribution: float
    is_known: bool


@dataclass(frozen=True)
class Explained:
    """A verdict and what each word that was read contributes to it."""

    log_odds: float
    words: list[Word]

    @property
    def probability(self) -> float:
        """That the text is positive."""
        return float(1 / (1 + np.exp(-self.log_odds)))


def occlusion(
    log_odds: LogOdds[T], tokens: Sequence[T], nothing: Sequence[T] = ()
) -> tuple[float, list[float]]:
    """Return a text's log-odds, and how much less they are without each of its T tokens.

    The T + 1 texts are made and asked for `TOGETHER` at a time: together they have T² tokens.

    Args:
        log_odds: of texts.
        tokens: of the text, from one to `MOST`.
        nothing: what is read where the only token is left out.

    Raises:
        UserError: there are more tokens.
    """
    if len(tokens) > MOST:
        raise UserError(
            f"the text has {len(tokens):,} tokens, and each is weighed by reading the rest again: "
            f"give at most {MOST:,}, or use `textrnn predict`."
        )
    [whole] = log_odds([list(tokens)]).tolist()
    rest = []
    for first in range(0, len(tokens), TOGETHER):
        places = range(first, min(first + TOGETHER, len(tokens)))
        texts = [[*tokens[:i], *tokens[i + 1 :]] or list(nothing) for i in places]
        rest += log_odds(texts).tolist()
    return whole, [whole - other for other in rest]


@dataclass(frozen=True)
class Explainer:
    """A trained classifier with the tokens and the vocabulary that it was trained with."""

    model: keras.Model
    tokens: Tokens
    vocab: Vocabulary

    def __post_init__(self) -> None:
        """Refuse a model that does not say one probability.

        Raises:
            UserError: it tells more than two classes apart.
        """
        classes = self.model.output_shape[-1]
        if classes != 1:
            raise UserError(
                f"the model tells {classes} classes apart, but words are weighed between two: "
                "use `textrnn predict`."
            )

    def explain(self, text: str) -> Explained:
        """Return the verdict on a text, and each word's contribution.

        With `tokens.last`, words before those that are read are left out of the answer.

        Raises:
            UserError: the text has no word.
        """
        found = self.read(text)
        ids = self.ids(found)
        whole, parts = occlusion(self.log_odds, ids, [PADDING])
        known = [i != self.vocab.unknown for i in ids]
        return Explained(whole, list(map(Word, found, parts, known)))

    def read(self, text: str) -> list[Span]:
        """Return the tokens of a text that the model reads, in place.

        Raises:
            UserError: there is none.
        """
        found = spans.find(text, self.tokens)
        check_words(text, found)
        return found

    def ids(self, found: Sequence[Span]) -> list[int]:
        """Return the ids of tokens."""
        return self.vocab.encode(span.token for span in found)

    def log_odds(self, rows: Sequence[Sequence[int]]) -> Values:
        """Return the log-odds [B] of rows of ids, each read without padding."""
        found = [self._together(batch) for batch in _of_one_length(rows)]
        return np.concatenate(found).astype(np.float64)

    def _together(self, rows: Sequence[Sequence[int]]) -> npt.NDArray[np.float32]:
        batch = np.zeros((TOGETHER, len(rows[0])), np.int64)
        batch[: len(rows)] = rows
        found: npt.NDArray[np.float32] = self._logits(batch).numpy()[: len(rows), 0]
        return found

    @cached_property
    def _logits(self) -> Callable[..., tf.Tensor]:
        """What the last layer squashes: probabilities near 1 have lost the digits by then."""
        last = self.model.layers[-1]
        features = keras.Model(self.model.input, last.input)
        return tf.function(  # type: ignore[no-any-return]
            lambda ids: tf.matmul(features(ids, training=False), last.kernel) + last.bias,
            input_signature=[tf.TensorSpec((TOGETHER, None), tf.int64)],
        )


def check_words(text: str, found: Sequence[Span]) -> None:
    """Refuse a text without words.

    Raises:
        UserError: there is none.
    """
    if not found:
        raise UserError(f"there is no word in {text[:40]!r}: write a text with one.")


def load(name: str) -> Explainer:
    """Return a trained classifier by its name in commands, with its first seed's weights.

    Raises:
        UserError: as `prediction.restored`.
    """
    found = prediction.restored(name)
    return Explainer(found.network, found.tokens, found.known)


def _of_one_length(rows: Sequence[Sequence[int]]) -> Iterator[list[Sequence[int]]]:
    """Yield neighbours of the same length, at most `TOGETHER` at a time."""
    for _, group in groupby(rows, len):
        same = list(group)
        yield from (same[i : i + TOGETHER] for i in range(0, len(same), TOGETHER))
