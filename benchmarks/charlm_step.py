"""A training step of the book's character model is faster than Keras's and PyTorch's.

Embedding 256 → LSTM 512 → Dense 80, cross-entropy from logits, Adam; 64 windows of 40 characters.
About two minutes.
"""

import harness
from harness import Benchmark, Claim, Contender, Go, faster

BATCH, STEPS, VOCABULARY, EMBEDDING, UNITS = 64, 40, 80, 256, 512


def _windows() -> tuple[object, object]:
    import numpy as np

    rng = np.random.default_rng(0)
    draw = rng.integers(0, VOCABULARY, (2, BATCH, STEPS))
    return draw[0].astype("int32"), draw[1].astype("int32")


def textrnn() -> Go:
    """The project's model, step and compiled training function, as `charlm-train` uses them."""
    from textrnn import training
    from textrnn.backend import tf
    from textrnn.charlm.model import build
    from textrnn.charlm.step import NextCharacter
    from textrnn.params.character_model import Architecture, Chunks
    from textrnn.params.optimisation import Optimisation

    training.prepare(1)
    architecture = Architecture(
        embedding=EMBEDDING, cell="LSTM", units=UNITS, layers=1, dropout=0.0
    )
    model = build(architecture, VOCABULARY)
    options = Optimisation(
        epochs=1,
        learning_rate=1e-3,
        schedule="constant",
        final_learning_rate=None,
        clip_norm=None,
        early_stopping=None,
    )
    optimizer = training.optimizer(options, 1)
    optimizer.build(model.trainable_variables)
    spec = tf.TensorSpec((None, STEPS), tf.int32)
    step = NextCharacter(architecture, Chunks(method="chunks", batch_size=BATCH, shuffle=1))
    learn = training.train_step(model, step, optimizer, (spec, spec))
    batch = tuple(tf.constant(ids) for ids in _windows())

    def go() -> None:
        learn(batch, ())[0]["loss"].numpy()

    return go


def keras() -> Go:
    """Keras's layers, compiled and trained as Keras does by default."""
    from textrnn.backend import keras

    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            keras.layers.Embedding(VOCABULARY, EMBEDDING),
            keras.layers.LSTM(UNITS, return_sequences=True),
            keras.layers.Dense(VOCABULARY),
        ]
    )
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    inputs, targets = _windows()

    def go() -> None:
        model.train_on_batch(inputs, targets)

    return go


BENCHMARK = Benchmark(
    name="charlm_step",
    title="Character model, a training step of 64 × 40",
    contenders={
        "textrnn": Contender(textrnn, repeat=5),
        "Keras": Contender(keras, repeat=5),
    },
    claims=[
        Claim("character model, training step, against Keras", faster("textrnn", "Keras"), 2),
    ],
)

if __name__ == "__main__":
    harness.main(BENCHMARK)
