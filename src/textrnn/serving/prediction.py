"""Texts → verdicts of a trained classifier.

A text is read by itself, without padding: its verdict does not depend on what else is asked. Models
that mask padding give what evaluation measured; the book's, which read it, may differ a little.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from textrnn import weights
from textrnn.backend import keras, tf
from textrnn.errors import UserError
from textrnn.params import classifier
from textrnn.params.corpus import TWO
from textrnn.params.document import SentimentDataset
from textrnn.params.tokens import Tokens
from textrnn.progress import bar
from textrnn.sentiment import classes, output, tokens, vocabulary
from textrnn.sentiment.model import build
from textrnn.sentiment.tokens import Tokenizer
from textrnn.sentiment.vocabulary import Vocabulary
from textrnn.serving import models

TOGETHER = 64  # texts in a batch: one number, since layers are compiled for each


@dataclass(frozen=True)
class Verdict:
    """What a classifier says of a text."""

    text: str
    probabilities: Sequence[float]  # of each class
    tokens: int  # that were read
    unknown: list[str]  # those of them that are not in the vocabulary
    names: Sequence[str] = TWO  # of the classes

    @property
    def label(self) -> int:
        """The likeliest class, as evaluation counts it."""
        return int(np.argmax(self.probabilities))

    @property
    def word(self) -> str:
        """The label in a word."""
        return self.names[self.label]

    @property
    def probability(self) -> float:
        """That of class 1 of two; of more, that of the likeliest."""
        return self.probabilities[1 if len(self.names) == 2 else self.label]

    def as_line(self) -> str:
        """For people: `positive  0.929  a fine film`."""
        known = "" if len(self.unknown) < self.tokens else "  (of which it knows no word)"
        return f"{self.word}  {self.probability:.3f}  {self.text}{known}"

    def as_json(self) -> str:
        """For programs: one line, all that is known."""
        values = {
            "text": self.text,
            "label": self.label,
            "verdict": self.word,
            "probability": round(self.probability, 6),
            **self._of_each(),
            "tokens": self.tokens,
            "unknown": self.unknown,
        }
        return json.dumps(values, ensure_ascii=False)

    def _of_each(self) -> dict[str, dict[str, float]]:
        """The probabilities by class, where one does not say all."""
        if len(self.names) == 2:
            return {}
        each = zip(self.names, self.probabilities, strict=True)
        return {"probabilities": {name: round(p, 6) for name, p in each}}


class Classifier:
    """A model with the tokenizer and vocabulary that it was trained with."""

    def __init__(
        self,
        model: keras.Model,
        tokenize: Tokenizer,
        vocab: Vocabulary,
        names: Sequence[str] = TWO,
    ) -> None:
        self._names = names
        self._tokenize = tokenize
        self._vocab = vocab
        self._forward = tf.function(
            lambda ids: model(ids, training=False),
            input_signature=[tf.TensorSpec((None, None), tf.int64)],
        )

    def judge(self, texts: Sequence[str]) -> list[Verdict]:
        """Return a verdict on each text.

        Raises:
            UserError: a text has no token; its number, from 1, is given.
        """
        found = [self._tokenize(text) for text in texts]
        for number, words in enumerate(found, start=1):
            if not words:
                raise UserError(f"text {number:,} has no word in it: {texts[number - 1]!r}.")
        ids = [self._vocab.encode(words) for words in found]
        return [
            Verdict(text, probabilities, len(words), self._unknown(words, row), self._names)
            for text, words, row, probabilities in zip(
                texts, found, ids, self._probabilities(ids), strict=True
            )
        ]

    def _unknown(self, words: Sequence[str], ids: Sequence[int]) -> list[str]:
        return [w for w, i in zip(words, ids, strict=True) if i == self._vocab.unknown]

    def _probabilities(self, ids: Sequence[Sequence[int]]) -> list[list[float]]:
        """Return the probability of each class, for each row of ids."""
        found: list[list[float]] = [[]] * len(ids)
        rows = 1 if len(ids) == 1 else TOGETHER
        groups = list(_of_one_length(ids, rows))
        for places in bar(groups, "texts"):
            batch = np.zeros((rows, len(ids[places[0]])), np.int64)
            batch[: len(places)] = [ids[place] for place in places]
            said = output.probabilities(self._forward(batch).numpy()).astype(np.float64)
            for place, row in zip(places, classes.of_each(said), strict=False):
                found[place] = row.tolist()
        return found


class Restored(NamedTuple):
    """A trained classifier's network, and what its texts are read with."""

    network: keras.Model
    tokens: Tokens
    known: Vocabulary
    names: Sequence[str]  # of its classes


def restored(name: str) -> Restored:
    """Return what a trained classifier is made of, with its first seed's weights.

    Raises:
        UserError: there is no such model, or it is not here, or its files do not fit each other.
    """
    found = models.opened(name, "sentiment", vocabulary.read, classifier.Architecture)
    network = build(found.architecture, found.known.size)
    weights.load(network, found.weights)
    dataset = found.model.dataset_entry
    assert isinstance(dataset, SentimentDataset)  # noqa: S101 - by the task
    return Restored(network, dataset.tokens, found.known, found.model.class_names)


def load(name: str) -> Classifier:
    """Return a trained classifier by its name in commands, with its first seed's weights.

    Raises:
        UserError: as `restored`.
    """
    found = restored(name)
    return Classifier(found.network, tokens.tokenizer(found.tokens), found.known, found.names)


def _of_one_length(ids: Sequence[Sequence[int]], most: int) -> Iterator[list[int]]:
    """Yield the places of rows of the same length, at most so many at a time."""
    places = defaultdict(list)
    for place, row in enumerate(ids):
        places[len(row)].append(place)
    for same in places.values():
        yield from (same[i : i + most] for i in range(0, len(same), most))
