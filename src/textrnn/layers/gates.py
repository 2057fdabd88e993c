"""One step of each cell, forward and backward.

A cell takes, for each of its gates in Keras's order, what its input and its previous output
contribute (``products``, biases included, each [B, H]), and its previous state. ``backward`` takes
the same and the gradient of the new state: what lies between is computed again, which costs less
than writing it down at each step. Its ``deltas`` are the gradients of the products.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from textrnn.backend import tf

Tensor = Any  # tf.Tensor; TensorFlow ships no types
Tensors = Sequence[Tensor]


class Cell(ABC):
    """What the loops know of a cell.

    Where the recurrent product has a bias of its own, the products of the input come first, then
    those of the previous output; otherwise the two are summed.
    """

    gates: int
    states: int  # the first one is the output h
    deltas: int
    input_deltas: tuple[int, ...]  # for each gate, the delta of its input product
    recurrent_deltas: tuple[int, ...]  # and of its recurrent product

    @abstractmethod
    def forward(self, products: Tensors, state: Tensors) -> Tensors:
        """Return the new state."""

    @abstractmethod
    def backward(
        self, products: Tensors, state: Tensors, d_new: Tensors
    ) -> tuple[Tensors, Tensors]:
        """Return the deltas, and what reaches the previous state beside the recurrent products."""


class SimpleRNN(Cell):
    """Elman's cell: ``h_t = tanh(x_t W + b + h_{t-1} R)``."""

    gates, states, deltas = 1, 1, 1
    input_deltas: tuple[int, ...] = (0,)
    recurrent_deltas: tuple[int, ...] = (0,)

    def forward(self, products: Tensors, state: Tensors) -> Tensors:
        return [tf.tanh(products[0])]

    def backward(
        self, products: Tensors, state: Tensors, d_new: Tensors
    ) -> tuple[Tensors, Tensors]:
        h = tf.tanh(products[0])
        return [d_new[0] * (1.0 - h * h)], [tf.zeros_like(h)]


class LSTM(Cell):
    """Hochreiter & Schmidhuber (1997) with the forget gate of Gers et al. (2000).

    Gates ``i, f, g, o``: ``c_t = f c_{t-1} + i g`` and ``h_t = o tanh(c_t)``.
    """

    gates, states, deltas = 4, 2, 4
    input_deltas: tuple[int, ...] = (0, 1, 2, 3)
    recurrent_deltas: tuple[int, ...] = (0, 1, 2, 3)

    def forward(self, products: Tensors, state: Tensors) -> Tensors:
        i, f, g, o = self._gates(products)
        c = f * state[1] + i * g
        return [o * tf.tanh(c), c]

    def backward(
        self, products: Tensors, state: Tensors, d_new: Tensors
    ) -> tuple[Tensors, Tensors]:
        i, f, g, o = self._gates(products)
        c = state[1]
        tanh_c = tf.tanh(f * c + i * g)
        dh, dc = d_new
        dc = dc + dh * o * (1.0 - tanh_c * tanh_c)
        deltas = [
            dc * g * i * (1.0 - i),
            dc * c * f * (1.0 - f),
            dc * i * (1.0 - g * g),
            dh * tanh_c * o * (1.0 - o),
        ]
        return deltas, [tf.zeros_like(dh), dc * f]

    @staticmethod
    def _gates(products: Tensors) -> Tensors:
        i, f, g, o = products
        return _sigmoid(i), _sigmoid(f), tf.tanh(g), _sigmoid(o)


class GRU(Cell):
    """Cho et al. (2014), with the reset after the product as in cuDNN and Keras's default.

    Gates ``z, r, g``: ``g = tanh(x_g + r (h_{t-1} R_g + b_g))``, ``h_t = z h_{t-1} + (1 - z) g``.
    """

    gates, states, deltas = 3, 1, 4
    input_deltas: tuple[int, ...] = (0, 1, 2)
    recurrent_deltas: tuple[int, ...] = (0, 1, 3)

    def forward(self, products: Tensors, state: Tensors) -> Tensors:
        z, _, g = self._gates(products)
        return [z * state[0] + (1.0 - z) * g]

    def backward(
        self, products: Tensors, state: Tensors, d_new: Tensors
    ) -> tuple[Tensors, Tensors]:
        z, r, g = self._gates(products)
        (dh,) = d_new
        dg = dh * (1.0 - z) * (1.0 - g * g)
        dz = dh * (state[0] - g) * z * (1.0 - z)
        dr = dg * products[5] * r * (1.0 - r)
        return [dz, dr, dg, dg * r], [dh * z]

    @staticmethod
    def _gates(products: Tensors) -> Tensors:
        x_z, x_r, x_g, h_z, h_r, h_g = products
        z, r = _sigmoid(x_z + h_z), _sigmoid(x_r + h_r)
        return z, r, tf.tanh(x_g + r * h_g)


def _sigmoid(x: Tensor) -> Tensor:
    """The logistic function by way of tanh, for which XLA has a fast vector form."""
    return 0.5 * tf.tanh(0.5 * x) + 0.5
