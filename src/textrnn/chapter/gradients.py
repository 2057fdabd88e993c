"""How far back a recurrent layer's gradient reaches, measured step by step in plain numpy.

The last output is differentiated with regard to every input before it. Where the norm falls by the
same factor at each step back the gradient vanishes, where it grows it explodes (Hochreiter 1991;
Bengio et al. 1994), and a layer learns nothing about what stands further back than that.
"""

import numpy as np

from textrnn.cells import GRU, LSTM, Array, Cell, SimpleRNN

FEATURES = 20  # the book's embeddings
UNITS = 64  # the book's layers
BATCH = 16


def by_distance(cell: Cell, steps: int, seed: int = 1, window: int | None = None) -> Array:
    """Return how much the last output depends on the input k steps before it, k from 0.

    Args:
        cell: with whatever weights.
        steps: how many are read.
        seed: of the inputs, drawn from a normal distribution.
        window: go back no further than so many steps (truncated backpropagation); all if None.

    Returns:
        [steps] float64, mean norms over a batch: the gradient of the last output in a random
        direction with regard to each input, as a share of that with regard to the last one.
    """
    draw = np.random.default_rng(seed)
    inputs = draw.normal(size=(BATCH, steps, cell.features))
    last = np.zeros((BATCH, steps, cell.units))
    last[:, -1] = draw.normal(size=(BATCH, cell.units))
    begin = 0 if window is None else steps - window
    before = cell.forward(inputs).history[begin]
    found = cell.backward(inputs[:, begin:], last[:, begin:], initial_state=before).inputs
    norms = np.zeros(steps)
    norms[: steps - begin] = np.linalg.norm(found, axis=2).mean(axis=0)[::-1]
    shares: Array = norms / norms[0]
    return shares


def simple_rnn(scale: float = 1.0, seed: int = 1) -> SimpleRNN:
    """Return a SimpleRNN with Keras's initial weights, the recurrent ones scaled."""
    kernel, recurrent = _weights(1, seed)
    return SimpleRNN(kernel, scale * recurrent, np.zeros(UNITS))


def lstm(forget: float = 1.0, seed: int = 1) -> LSTM:
    """Return an LSTM with Keras's initial weights, but for the bias of its forget gate.

    Keras's is 1: the gate lets sigmoid(1) = 0.73 of the cell through at each step.
    """
    bias = np.repeat([0.0, forget, 0.0, 0.0], UNITS)
    return LSTM(*_weights(4, seed), bias)


def gru(update: float = 0.0, seed: int = 1) -> GRU:
    """Return a GRU with Keras's initial weights, but for the bias of its update gate.

    Keras's is 0: half of the old output is kept at each step.
    """
    bias = np.repeat([[update, 0.0, 0.0], [0.0, 0.0, 0.0]], UNITS, axis=1)
    return GRU(*_weights(3, seed), bias)


def _weights(blocks: int, seed: int) -> tuple[Array, Array]:
    """Return Glorot-uniform input weights and orthogonal recurrent weights, as Keras draws them."""
    draw = np.random.default_rng(seed)
    limit = np.sqrt(6 / (FEATURES + blocks * UNITS))
    kernel = draw.uniform(-limit, limit, (FEATURES, blocks * UNITS))
    columns, signs = np.linalg.qr(draw.normal(size=(blocks * UNITS, UNITS)))
    return kernel, (columns * np.sign(np.diag(signs))).T
