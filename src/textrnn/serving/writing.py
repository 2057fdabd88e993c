"""A trained character model that writes, one character after another."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from textrnn import weights
from textrnn.backend import keras, tf
from textrnn.charlm import alphabet
from textrnn.charlm.alphabet import Alphabet
from textrnn.charlm.drawing import as_scales, draw, gumbel
from textrnn.charlm.model import build, zero_states
from textrnn.errors import UserError
from textrnn.params.character_model import Architecture
from textrnn.serving import models


@dataclass(frozen=True)
class Writer:
    """A model with the alphabet that it was trained with."""

    model: keras.Model
    architecture: Architecture
    known: Alphabet

    def write(self, start: str, length: int, temperature: float | None, seed: int) -> Iterator[str]:
        """Yield the characters that follow a start, each as soon as it is drawn.

        They are those of `charlm.sampling.carried` with the scale factor 1 / temperature.

        Args:
            start: what the text begins with; it is read, and not yielded.
            length: how many characters to write.
            temperature: what the logits are divided by before a draw; None takes the likeliest.
            seed: of the draws; each step has random numbers of its own.

        Raises:
            UserError: the start is empty, or the model does not know a character of it.
        """
        if not start:
            raise UserError("the start is empty: give the model a character to begin with.")
        ids = tf.constant(self.known.encode(start)[np.newaxis])
        return self._characters(ids, length, temperature, seed)

    def _characters(
        self, ids: tf.Tensor, length: int, temperature: float | None, seed: int
    ) -> Iterator[str]:
        scales = as_scales([None if temperature is None else 1 / temperature])

        @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
        def read(ids: tf.Tensor, states: list[tf.Tensor], i: tf.Tensor) -> tuple[tf.Tensor, ...]:
            logits, *states = self.model([ids, *states], training=False)
            last = logits[:, -1]
            noise = gumbel(tf.constant(seed, tf.int64), i, last)
            return draw(last, scales, noise), *states

        states = zero_states(self.architecture, 1)
        for i in range(length):
            drawn, *states = read(ids, states, tf.constant(i))
            yield self.known.characters[int(drawn[0])]
            ids = drawn[:, tf.newaxis]


def load(name: str) -> Writer:
    """Return a trained character model by its name in commands, with its first seed's weights.

    Raises:
        UserError: there is no such model, or it is not here, or its files do not fit each other.
    """
    found = models.opened(name, "charlm", alphabet.read, Architecture)
    network = build(found.architecture, found.known.size)
    weights.load(network, found.weights)
    return Writer(network, found.architecture, found.known)
