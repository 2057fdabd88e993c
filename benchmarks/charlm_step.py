"""Time one training step of a character language model: Keras's LSTM against the compiled one.

Embedding 256 -> LSTM 512 -> Dense 80 -> cross-entropy from logits -> Adam, 64 rows of 40
characters, op determinism on. The contenders take turns in one process, so that what else the
machine does reaches all of them. ``--inter`` and ``--intra`` set TensorFlow's threads.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

from textrnn.layers.recurrent import LSTM, Embedded

BATCH, STEPS, VOCABULARY, EMBEDDING, UNITS = 64, 40, 80, 256, 512
Step = Callable[[], Any]


def _parts() -> tuple[Any, Any]:
    return keras.layers.Embedding(VOCABULARY, EMBEDDING), keras.layers.Dense(VOCABULARY)


def keras_step() -> Step:
    """The step with Keras's layer as it comes."""
    embedding, dense = _parts()
    lstm = keras.layers.LSTM(UNITS, return_sequences=True)
    return _step(lambda ids: dense(lstm(embedding(ids))), [embedding, lstm, dense])


def compiled_step(halves: int, look_up: bool) -> Step:
    """The step with the compiled layer, by way of its look-up or of embedded inputs."""
    embedding, dense = _parts()
    lstm = LSTM(UNITS, return_sequences=True, return_state=True, halves=halves)
    if not look_up:
        return _step(
            lambda ids: dense(lstm(embedding(ids), training=True)[0]), [embedding, lstm, dense]
        )
    embedded = Embedded(VOCABULARY, EMBEDDING, lstm)
    return _step(lambda ids: dense(embedded(ids, training=True)[0]), [embedded, dense])


def _step(logits: Callable[[Any], Any], layers: list[Any]) -> Step:
    rng = np.random.default_rng(0)
    x, y = (tf.constant(rng.integers(0, VOCABULARY, (BATCH, STEPS))) for _ in range(2))
    logits(x)
    variables = [weight for layer in layers for weight in layer.trainable_weights]
    optimizer = keras.optimizers.Adam(1e-3)
    optimizer.build(variables)
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
    def step(x: Any, y: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = loss_of(y, logits(x))
        optimizer.apply(tape.gradient(loss, variables), variables)
        return loss

    return lambda: step(x, y).numpy()


def main() -> None:
    """Print each contender's minimum and median, and the ratio to Keras's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inter", type=int, default=0, help="inter_op threads (0: TensorFlow's)")
    parser.add_argument("--intra", type=int, default=0, help="intra_op threads (0: TensorFlow's)")
    parser.add_argument("--rounds", type=int, default=12)
    args = parser.parse_args()
    tf.config.threading.set_inter_op_parallelism_threads(args.inter)
    tf.config.threading.set_intra_op_parallelism_threads(args.intra)
    keras.utils.set_random_seed(1)
    tf.config.experimental.enable_op_determinism()
    contenders = {
        "keras": keras_step(),
        "compiled, inputs, whole": compiled_step(1, look_up=False),
        "compiled, inputs, halves": compiled_step(2, look_up=False),
        "compiled, look-up, whole": compiled_step(1, look_up=True),
        "compiled, look-up, halves": compiled_step(2, look_up=True),
    }
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(args.rounds + 2):
        for name, step in contenders.items():
            start = time.perf_counter()
            step()
            if turn >= 2:  # the first turns trace and compile
                seconds[name].append(time.perf_counter() - start)
    base_min, base_median = min(seconds["keras"]), statistics.median(seconds["keras"])
    print(f"inter_op {args.inter}, intra_op {args.intra}; seconds a step (ratio to keras)")
    for name, times in seconds.items():
        low, middle = min(times), statistics.median(times)
        print(
            f"{name:24s} min {low:.3f} ({low / base_min:.2f})"
            f"  median {middle:.3f} ({middle / base_median:.2f})"
        )


if __name__ == "__main__":
    main()
