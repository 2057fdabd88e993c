"""A trained character model that writes, one character after another."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

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
class Drawn:
    """A character that was written, and how much it surprised the model that wrote it.

    `bits` is -log2 of its probability by the model itself, whatever temperature it was drawn at.
    """

    character: str
    bits: float


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
        return (drawn.character for drawn in self.draws(start, length, temperature, seed))

    def draws(
        self, start: str, length: int, temperature: float | None, seed: int
    ) -> Iterator[Drawn]:
        """Yield what `write` does, each character with its surprise.

        Raises:
            UserError: as `write`.
        """
        if not start:
            raise UserError("the start is empty: give the model a character to begin with.")
        ids = tf.constant(self.known.encode(start)[np.newaxis])
        return self._characters(ids, length, temperature, seed)

    def _characters(
        self, ids: tf.Tensor, length: int, temperature: float | None, seed: int
    ) -> Iterator[Drawn]:
        scales = as_scales([None if temperature is None else 1 / temperature])
        states = zero_states(self.architecture, 1)
        for i in range(length):
            drawn, nats, *states = self._step(
                ids, states, scales, tf.constant(seed, tf.int64), tf.constant(i)
            )
            yield Drawn(self.known.characters[int(drawn[0])], float(nats[0]) / np.log(2))
            ids = drawn[:, tf.newaxis]

    @cached_property
    def _step(self) -> Callable[..., tuple[tf.Tensor, ...]]:
        """Return what reads characters and draws the next one, compiled once for a writer."""

        @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
        def read(
            ids: tf.Tensor,
            states: list[tf.Tensor],
            scales: tf.Tensor,
            seed: tf.Tensor,
            i: tf.Tensor,
        ) -> tuple[tf.Tensor, ...]:
            logits, *states = self.model([ids, *states], training=False)
            last = logits[:, -1]
            drawn = draw(last, scales, gumbel(seed, i, last))
            return drawn, tf.nn.sparse_softmax_cross_entropy_with_logits(drawn, last), *states

        return read  # type: ignore[no-any-return]


def load(name: str) -> Writer:
    """Return a trained character model by its name in commands, with its first seed's weights.

    Raises:
        UserError: there is no such model, or it is not here, or its files do not fit each other.
    """
    found = models.opened(name, "charlm", alphabet.read, Architecture)
    network = build(found.architecture, found.known.size)
    weights.load(network, found.weights)
    return Writer(network, found.architecture, found.known)
