"""Text is written faster than by the book's `sample()`: the state carried, and by its window.

500 characters by the book's character model, its weights drawn and not trained. The book runs the
last 40 characters through the model, operation by operation, for each new one; the project compiles
the loop once for a model, and either carries the state or reads the same window anew. The claims
are those of calls; the loop alone is a further line. Two minutes.
"""

import time
from collections.abc import Callable
from typing import Any

import harness
from harness import Benchmark, Claim, Contender, Go, faster

LENGTH, WINDOW, START, VOCABULARY = 500, 40, "The island", 80
LONGER = 2_000  # more characters, of which the loop alone is timed
BOOK_LENGTH = 25

Write = Callable[[int], Any]  # so many characters


def carried() -> Go:
    """One call, the state carried."""
    return _call(_carried())


def carried_loop() -> Go:
    """The loop alone: what more characters take."""
    return _loop(_carried(), LONGER)


def windowed() -> Go:
    """One call, the window read anew for each character."""
    return _call(_windowed())


def windowed_loop() -> Go:
    """The loop alone."""
    return _loop(_windowed(), LENGTH)


def _carried() -> Write:
    from textrnn.charlm import sampling

    model, architecture, start = _model()
    return lambda length: sampling.carried(model, architecture, start, length, [1.0], 1)


def _windowed() -> Write:
    from textrnn.charlm import sampling

    model, architecture, start = _model()
    return lambda length: sampling.windowed(model, architecture, start, length, [1.0], 1, WINDOW)


def _call(write: Write) -> Go:
    def go() -> None:
        write(LENGTH)

    return go


def _loop(write: Write, more: int) -> Go:
    def go() -> dict[str, float]:
        started = time.perf_counter()
        write(WINDOW)
        between = time.perf_counter()
        write(WINDOW + more)
        longer, shorter = time.perf_counter() - between, between - started
        return {"seconds": (longer - shorter) * LENGTH / more}

    return go


def _model() -> Any:
    """Return the model, its architecture, and a start of ten characters."""
    import numpy as np

    from textrnn import training
    from textrnn.charlm.model import build
    from textrnn.params.base import load
    from textrnn.params.character_model import Architecture

    training.prepare(1)
    architecture = load("charlm.models.book.architecture", Architecture)
    return build(architecture, VOCABULARY), architecture, np.arange(len(START), dtype=np.int32)


def book() -> Go:
    """The book's `sample()` with Keras's layers; fewer characters, after a full window."""
    from textrnn.backend import keras, tf

    keras.utils.set_random_seed(1)
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            layers.Embedding(VOCABULARY, 256),
            layers.LSTM(512, return_sequences=True),
            layers.Dense(VOCABULARY),
        ]
    )

    def sample(encoded_input: Any, scale_factor: float = 1.0) -> list[int]:
        generated = []
        for _ in range(BOOK_LENGTH):
            logits = tf.squeeze(model(encoded_input), 0)
            drawn = tf.random.categorical(logits * scale_factor, num_samples=1)
            character = tf.squeeze(drawn)[-1].numpy()
            generated.append(int(character))
            following = tf.cast(tf.expand_dims([character], 0), tf.int32)
            encoded_input = tf.concat([encoded_input, following], axis=1)[:, -WINDOW:]
        return generated

    start = tf.zeros((1, WINDOW), tf.int32)

    def go() -> None:
        sample(start)

    return go


BENCHMARK = Benchmark(
    name="sampling",
    title=f"Writing {LENGTH} characters with the book's character model",
    contenders={
        "textrnn, state carried": Contender(carried),
        "textrnn, window of 40": Contender(windowed),
        "textrnn, state carried, the loop alone": Contender(carried_loop),
        "textrnn, window of 40, the loop alone": Contender(windowed_loop),
        "the book's `sample()`": Contender(book, scale=LENGTH / BOOK_LENGTH),
    },
    claims=[
        Claim(
            "sampling 500 characters, carried state, against the book's `sample()`",
            faster("textrnn, state carried", "the book's `sample()`"),
            500,
        ),
        Claim(
            "sampling, window of 40, against the book's",
            faster("textrnn, window of 40", "the book's `sample()`"),
            10,
        ),
    ],
    rounds=5,
    warm_up=1,
    notes=[
        f"The book's: {BOOK_LENGTH} characters after a full window of 40, their time times "
        f"{LENGTH // BOOK_LENGTH}. The loop alone: what {LONGER:,} more characters take "
        f"({LENGTH} by the window), brought to {LENGTH}.",
    ],
)

if __name__ == "__main__":
    harness.main(BENCHMARK)
