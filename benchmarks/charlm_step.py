"""A training step of the book's character model is faster than Keras's and PyTorch's.

Embedding 256 → LSTM 512 → Dense 80, cross-entropy from logits, Adam; 64 windows of 40 characters.
The limit is the time that this project's own matrix products would take at the best float32 rate
that the machine shows in the same run, by any of three libraries. About three minutes.
"""

import time
from collections.abc import Callable
from typing import Any

import numpy as np

import harness
from harness import Benchmark, Claim, Contender, Go, Summaries, faster

BATCH, STEPS, VOCABULARY, EMBEDDING, UNITS = 64, 40, 80, 256, 512

# Multiplications and additions of a training step's matrix products: each is done once forward
# and twice backward. The input products are those of the table that is looked up.
PRODUCTS = (
    (BATCH * STEPS, UNITS, 4 * UNITS),
    (BATCH * STEPS, UNITS, VOCABULARY),
    (VOCABULARY, EMBEDDING, 4 * UNITS),
)
WORK = 3 * 2 * sum(rows * inner * columns for rows, inner, columns in PRODUCTS)

# Shapes whose rate is tried: those of the step, and squares.
SHAPES = ((2560, 512, 2048), (512, 2560, 2048), (1024, 1024, 1024), (2048, 2048, 2048))


def _windows() -> Any:
    """Return random inputs and targets, int32 [2, BATCH, STEPS]."""
    return np.random.default_rng(0).integers(0, VOCABULARY, (2, BATCH, STEPS)).astype(np.int32)


def textrnn() -> Go:
    """The model, step and compiled function of `charlm-train@book`."""
    from contenders import ours
    from textrnn.backend import tf

    spec = tf.TensorSpec((None, STEPS), tf.int32)
    learn = ours.character_step(VOCABULARY, (spec, spec))
    batch = tuple(tf.constant(ids) for ids in _windows())
    return lambda: learn(batch)


def keras() -> Go:
    """Keras's layers, compiled and trained as Keras does by default."""
    from textrnn.backend import keras

    keras.utils.set_random_seed(1)
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            layers.Embedding(VOCABULARY, EMBEDDING),
            layers.LSTM(UNITS, return_sequences=True),
            layers.Dense(VOCABULARY),
        ]
    )
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    inputs, targets = _windows()

    def go() -> None:
        model.train_on_batch(inputs, targets)

    return go


def pytorch() -> Go:
    """`nn.LSTM` on the CPU."""
    import torch
    from torch import nn

    torch.manual_seed(1)
    embedding, lstm = nn.Embedding(VOCABULARY, EMBEDDING), nn.LSTM(EMBEDDING, UNITS)
    dense = nn.Linear(UNITS, VOCABULARY)
    weights = [w for layer in (embedding, lstm, dense) for w in layer.parameters()]
    optimizer = torch.optim.Adam(weights, lr=1e-3)
    inputs, targets = (torch.from_numpy(ids.T.astype(np.int64)) for ids in _windows())

    def go() -> None:
        optimizer.zero_grad()
        logits = dense(lstm(embedding(inputs))[0])
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
        loss.backward()
        optimizer.step()
        loss.item()

    return go


def limit_tensorflow() -> Go:
    """The best rate of TensorFlow's matrix product."""
    from textrnn.backend import tf

    return _limit(tf.constant, tf.matmul)


def limit_numpy() -> Go:
    """The best rate of NumPy's (OpenBLAS)."""
    return _limit(np.asarray, np.matmul)


def limit_pytorch() -> Go:
    """The best rate of PyTorch's (MKL or oneDNN)."""
    import torch

    return _limit(torch.from_numpy, torch.matmul)


def _limit(convert: Callable[[Any], Any], product: Callable[[Any, Any], Any]) -> Go:
    rng = np.random.default_rng(0)
    pairs = [
        [convert(rng.random(shape, np.float32)) for shape in ((m, k), (k, n))] for m, k, n in SHAPES
    ]

    def rate(shape: tuple[int, int, int], pair: Any) -> float:
        started = time.perf_counter()
        np.asarray(product(*pair))
        return 2 * float(np.prod(shape)) / (time.perf_counter() - started)

    def go() -> dict[str, float]:
        best = max(rate(*case) for case in zip(SHAPES, pairs, strict=True) for _ in range(5))
        return {"seconds": WORK / best, "gigaflops": best / 1e9}

    return go


LIMITS = {
    "limit, by TensorFlow": limit_tensorflow,
    "limit, by NumPy": limit_numpy,
    "limit, by PyTorch": limit_pytorch,
}


def share_of_limit(found: Summaries) -> float:
    """Return the shortest limit's time as a part of the step's."""
    return min(found[name].median for name in LIMITS) / found["textrnn"].median


BENCHMARK = Benchmark(
    name="charlm_step",
    title="The book's character model, a training step of 64 × 40",
    contenders={
        "textrnn": Contender(textrnn, repeat=5),
        "Keras": Contender(keras, repeat=3),
        "PyTorch": Contender(pytorch, repeat=5),
        **{name: Contender(prepare) for name, prepare in LIMITS.items()},
    },
    claims=[
        Claim("character model, training step, against PyTorch", faster("textrnn", "PyTorch"), 1.3),
        Claim("the same against Keras as it comes", faster("textrnn", "Keras"), 2),
        Claim("the same against its own matrix products at the machine's best rate",
              share_of_limit, 0.6, unit="of the limit"),
    ],
    rounds=9,
    notes=[
        f"The limit is that of {WORK / 1e9:.1f} gigaflop: the matrix products of textrnn's step, "
        "which looks the input products up in a table of 80 rows.",
        "`torch.compile` has no line: on a CPU it needs a C++ compiler.",
    ],
)  # fmt: skip

if __name__ == "__main__":
    harness.main(BENCHMARK)
