"""A character model as a SavedModel takes it: it scores texts, writes, and goes step by step."""

from functools import partial
from typing import Any

from textrnn.backend import keras, tf
from textrnn.charlm.alphabet import Alphabet
from textrnn.charlm.drawing import draw, gumbel
from textrnn.charlm.model import zero_states
from textrnn.params.character_model import Architecture
from textrnn.serving.export import unicode

TEXTS = tf.TensorSpec((None,), tf.string, "text")


class Writer(tf.Module):  # type: ignore[misc]
    """The network with its alphabet; all states of a text are one array [S, H]."""

    def __init__(self, network: keras.Model, architecture: Architecture, known: Alphabet) -> None:
        super().__init__()
        self._network = partial(network, training=False)  # so that Keras's objects stay outside
        self._architecture = architecture
        self.weights = [weight.value for weight in network.weights]
        self._characters = tf.constant(known.characters)
        self._ids = tf.lookup.StaticHashTable(
            tf.lookup.KeyValueTensorInitializer(
                known.characters, list(range(known.size)), tf.string, tf.int32
            ),
            default_value=-1,
        )
        states = tf.TensorSpec((None, *self._zeros(1).shape[1:]), tf.float32, "states")
        self.step = tf.function(self._step, input_signature=[TEXTS, states])

    @property
    def offered(self) -> dict[str, tf.types.experimental.GenericFunction]:
        """What a server offers, by name."""
        return {
            "serving_default": self.score,
            "generate": self.generate,
            "step": self.step,
            "characters": self.characters,
        }

    @tf.function(input_signature=[TEXTS])  # type: ignore[untyped-decorator]
    def score(self, text: tf.Tensor) -> dict[str, tf.Tensor]:
        """Return the bits that coding each text takes, from a state that has read nothing.

        The first character of a text is given, since nothing predicts it; `bits` [B, T] has 0 for
        it, and after a text's end.
        """
        ids = self._encode(text, 2, "a text to score needs two characters; this is its number:")
        rows = ids.to_tensor()
        logits, _ = self._read(rows[:, :-1], self._zeros(ids.nrows()))
        nats = tf.nn.sparse_softmax_cross_entropy_with_logits(rows[:, 1:], logits)
        scored = ids.row_lengths() - 1
        there = tf.sequence_mask(scored, tf.shape(nats)[1], tf.float32)
        bits = nats * there / tf.math.log(2.0)
        return {
            "bits": tf.pad(bits, [[0, 0], [1, 0]]),
            "bits_per_char": tf.reduce_sum(bits, axis=1) / tf.cast(scored, tf.float32),
        }

    @tf.function(  # type: ignore[untyped-decorator]
        input_signature=[
            tf.TensorSpec((), tf.string, "start"),
            tf.TensorSpec((), tf.int32, "length"),
            tf.TensorSpec((), tf.float32, "temperature"),
            tf.TensorSpec((), tf.int32, "seed"),
        ]
    )
    def generate(
        self, start: tf.Tensor, length: tf.Tensor, temperature: tf.Tensor, seed: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        """Return the text that `textrnn sample` writes; the temperature 0 stands for --greedy."""
        tf.debugging.assert_positive(length, "the length must be at least 1")
        tf.debugging.assert_non_negative(temperature, "the temperature must not be below 0")
        tf.debugging.assert_non_negative(seed, "the seed must not be below 0")
        ids = self._encode(start[tf.newaxis], 1, "the start is empty; its number:").to_tensor()
        logits, states = self._read(ids, self._zeros(1))
        last = logits[:, -1]
        scales = 1 / temperature[tf.newaxis, tf.newaxis]  # of 0: infinity, which is greedy
        written = tf.TensorArray(tf.int32, length)
        for i in tf.range(length):
            character = draw(last, scales, gumbel(seed, i, last))
            written = written.write(i, character[0])
            logits, states = self._read(character[:, tf.newaxis], states)
            last = logits[:, -1]
        text = tf.strings.reduce_join(tf.gather(self._characters, written.stack()))
        return {"text": start + text}

    @tf.function(input_signature=[tf.TensorSpec((None,), tf.int32, "ids")])  # type: ignore[untyped-decorator]
    def characters(self, ids: tf.Tensor) -> dict[str, tf.Tensor]:
        """Return the characters of ids: the places of their logits."""
        return {"text": tf.gather(self._characters, ids)}

    def _step(self, text: tf.Tensor, states: tf.Tensor) -> dict[str, tf.Tensor]:
        """Read one or more characters of each text, all equally many.

        Returns the logits [B, V] of each next character, and the states after the last.
        """
        ids = self._encode(text, 1, "a text is empty; this is its number, from 0:")
        lengths = ids.row_lengths()
        tf.debugging.assert_equal(
            lengths, lengths[:1], "the texts of a step must be equally long", summarize=10
        )
        logits, after = self._read(ids.to_tensor(), states)
        return {"logits": logits[:, -1], "states": after}

    def _read(self, ids: tf.Tensor, states: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Return the logits [B, T, V] after each of ids [B, T], and the states [B, S, H]."""
        logits, *after = self._network([ids, *tf.unstack(states, axis=1)])
        return logits, tf.stack(after, axis=1)

    def _zeros(self, batch: Any) -> tf.Tensor:
        return tf.stack(zero_states(self._architecture, batch), axis=1)

    def _encode(self, text: tf.Tensor, least: int, short: str) -> tf.RaggedTensor:
        """Return the ids of texts of so many characters; running it fails where that is refused."""
        characters = tf.strings.unicode_split(unicode.checked(text), "UTF-8")
        ids = self._ids.lookup(characters.flat_values)
        strange = tf.boolean_mask(characters.flat_values, ids < 0)
        too_short = tf.where(characters.row_lengths() < least)
        checks = [
            tf.debugging.Assert(
                tf.size(strange) == 0, ["the model does not know the character", strange[:1]]
            ),
            tf.debugging.Assert(tf.size(too_short) == 0, [short, too_short[:1]]),
        ]
        with tf.control_dependencies(checks):
            return characters.with_flat_values(tf.identity(ids))
