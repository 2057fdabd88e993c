"""SimpleRNN, LSTM and GRU in plain numpy, one time step after another, forward and backward.

This is the slow, readable truth that the fast layers are tested against, and the chapter's
forward pass by hand. A cell holds weights in Keras's layout, so that it can be made straight
from a layer: ``LSTM(*layer.get_weights())``. A layer without bias is one whose bias is zero.

Shapes are written with B sequences, T time steps, E inputs, H units and G blocks of H columns
in the kernels (one for SimpleRNN, four for LSTM, three for GRU). Arithmetic is done in the dtype
of the inputs, float32 or float64; weights, states and gradients given in another are cast to it.

Every weight is shared by all steps, so backpropagation through time (Werbos 1990) is a sum: each
cell says what one step does and what one step's gradient is; the loop over time and the mask are
common to all three. The backward pass keeps no activations: it computes each step again from the
states before it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.floating[Any]]
Mask = npt.NDArray[np.bool_]
States = tuple[Array, ...]


@dataclass(frozen=True, eq=False)
class Sequence:
    """What a forward pass gives.

    Attributes:
        outputs: [B, T, H]. A masked step repeats the output before it; steps before the first
            real one give zeros, even where the initial state is not zero.
        history: T + 1 tuples of states, each [B, H]: the initial ones, then those after each step.
    """

    outputs: Array
    history: tuple[States, ...]

    @property
    def states(self) -> States:
        """The states after the last step, each [B, H], in Keras's order."""
        return self.history[-1]


@dataclass(frozen=True, eq=False)
class Gradients:
    """Gradients of a scalar, each of the shape of what it is named after.

    Of a whole sequence: ``inputs`` [B, T, E] and the initial ``states``.
    Of one step: ``inputs`` [B, E] and the ``states`` before that step.
    """

    inputs: Array
    states: States
    kernel: Array
    recurrent_kernel: Array
    bias: Array

    @property
    def weights(self) -> tuple[Array, Array, Array]:
        """The weights' gradients, in the order of Keras's ``layer.get_weights()``."""
        return self.kernel, self.recurrent_kernel, self.bias


@dataclass(frozen=True, eq=False)
class Cell(ABC):
    """What the three have in common: weights, their checks, and the walk through time.

    Attributes:
        kernel: [E, G·H], what the inputs are multiplied by.
        recurrent_kernel: [H, G·H], what the previous output is multiplied by.
        bias: [G·H]; see ``GRU`` for the one exception.

    Raises:
        ValueError: the weights' shapes do not fit each other.
    """

    kernel: Array
    recurrent_kernel: Array
    bias: Array

    blocks: ClassVar[int] = 1
    state_names: ClassVar[tuple[str, ...]] = ("hidden",)

    def __post_init__(self) -> None:
        """Refuse weights that do not fit each other."""
        columns = self.blocks * self.units
        _check("kernel", self.kernel, (self.features, columns))
        _check("recurrent_kernel", self.recurrent_kernel, (self.units, columns))
        _check("bias", self.bias, *self._bias_shapes())

    @property
    def weights(self) -> tuple[Array, Array, Array]:
        """In the order of Keras's ``layer.get_weights()``."""
        return self.kernel, self.recurrent_kernel, self.bias

    @property
    def features(self) -> int:
        """E, the number of inputs at a step."""
        return int(self.kernel.shape[0])

    @property
    def units(self) -> int:
        """H, the number of units."""
        return int(self.recurrent_kernel.shape[0])

    @abstractmethod
    def step(self, inputs: Array, states: States) -> States:
        """One step: inputs [B, E] and the states before it → the states after it, each [B, H].

        The first state is the step's output.
        """

    @abstractmethod
    def step_backward(self, inputs: Array, states: States, grad_states: States) -> Gradients:
        """The gradients of one step, given those of the states after it, each [B, H]."""

    def forward(
        self,
        inputs: Array,
        initial_state: Iterable[Array] | None = None,
        mask: Mask | None = None,
    ) -> Sequence:
        """Walk through a batch of sequences.

        Args:
            inputs: [B, T, E], T at least 1.
            initial_state: one [B, H] for each state, in Keras's order; zeros when None.
            mask: [B, T], True where a step is real; a masked step leaves the states as they are.

        Raises:
            TypeError: inputs are not floating point, or the mask is not boolean.
            ValueError: a shape does not fit.
        """
        cell, states, real = self._prepare(inputs, initial_state, mask)
        output = np.zeros_like(states[0])
        outputs, history = [], [states]
        for t in range(inputs.shape[1]):
            stepped = cell.step(inputs[:, t], states)
            output = np.where(real[:, t], stepped[0], output)
            states = _where(real[:, t], stepped, states)
            outputs.append(output)
            history.append(states)
        return Sequence(np.stack(outputs, axis=1), tuple(history))

    def backward(
        self,
        inputs: Array,
        grad_outputs: Array,
        grad_states: Iterable[Array] | None = None,
        initial_state: Iterable[Array] | None = None,
        mask: Mask | None = None,
    ) -> Gradients:
        """Backpropagate through time.

        Args:
            inputs, initial_state, mask: as given to ``forward``.
            grad_outputs: [B, T, H], the gradient of the outputs.
            grad_states: the gradient of the states after the last step, each [B, H]; zeros
                when None.

        Raises:
            TypeError, ValueError: as ``forward``.
        """
        cell, states, real = self._prepare(inputs, initial_state, mask)
        _check("grad_outputs", grad_outputs, (*inputs.shape[:2], self.units))
        history = cell.forward(inputs, states, mask).history
        grad_after = self._states("grad_states", grad_states, inputs)
        grad_repeated = np.zeros_like(grad_after[0])
        grad_inputs = np.zeros_like(inputs)
        totals = [np.zeros_like(weight) for weight in cell.weights]
        for t in reversed(range(inputs.shape[1])):
            grad_output = grad_repeated + grad_outputs[:, t].astype(inputs.dtype)
            through = _where(real[:, t], (grad_after[0] + grad_output, *grad_after[1:]))
            step = cell.step_backward(inputs[:, t], history[t], through)
            grad_inputs[:, t] = step.inputs
            for total, part in zip(totals, step.weights, strict=True):
                np.add(total, part, out=total)
            # Nothing went through a masked step: it handed on the states and the output before it.
            grad_after = _where(real[:, t], step.states, grad_after)
            grad_repeated = np.where(real[:, t], 0, grad_output)
        return Gradients(grad_inputs, grad_after, *totals)

    def _bias_shapes(self) -> tuple[tuple[int, ...], ...]:
        return ((self.blocks * self.units,),)

    def _prepare(
        self, inputs: Array, initial_state: Iterable[Array] | None, mask: Mask | None
    ) -> tuple[Self, States, Mask]:
        """Check what ``forward`` was given → cell in the inputs' dtype, states, mask [B, T, 1]."""
        if not np.issubdtype(inputs.dtype, np.floating):
            raise TypeError(f"inputs are {inputs.dtype}, not floating point")
        if inputs.ndim != 3 or inputs.shape[1] == 0 or inputs.shape[2] != self.features:
            raise ValueError(
                f"inputs have shape {inputs.shape}, not [B, T, {self.features}] with T at least 1"
            )
        return (
            self._astype(inputs.dtype),
            self._states("initial_state", initial_state, inputs),
            _mask(mask, inputs.shape[:2])[:, :, np.newaxis],
        )

    def _states(self, name: str, given: Iterable[Array] | None, inputs: Array) -> States:
        """The states given, or zeros, checked and in the inputs' dtype."""
        shape = (inputs.shape[0], self.units)
        if given is None:
            return tuple(np.zeros(shape, inputs.dtype) for _ in self.state_names)
        states = tuple(given)
        if len(states) != len(self.state_names):
            raise ValueError(f"{name}: {len(states)} given, not {len(self.state_names)}")
        for kind, state in zip(self.state_names, states, strict=True):
            _check(f"{name} ({kind})", state, shape)
        return tuple(state.astype(inputs.dtype) for state in states)

    def _astype(self, dtype: np.dtype[Any]) -> Self:
        return type(self)(*(weight.astype(dtype) for weight in self.weights))

    def _sums(self, inputs: Array, hidden: Array) -> Array:
        """What the activations are applied to, [B, G·H], where all gates see the same things."""
        return inputs @ self.kernel + hidden @ self.recurrent_kernel + self.bias

    def _sums_backward(self, inputs: Array, hidden: Array, grad: Array) -> Gradients:
        """The gradients of ``_sums``, given that of its result, [B, G·H]."""
        return Gradients(
            inputs=grad @ self.kernel.T,
            states=(grad @ self.recurrent_kernel.T,),
            kernel=inputs.T @ grad,
            recurrent_kernel=hidden.T @ grad,
            bias=grad.sum(axis=0),
        )


class SimpleRNN(Cell):
    """The simple recurrent network (Elman 1990, *Finding structure in time*).

    h' = tanh(x·K + h·R + b); the state and the output are the same.
    """

    def step(self, inputs: Array, states: States) -> States:
        """h → h after one step, each [B, H]."""
        (hidden,) = states
        return (np.tanh(self._sums(inputs, hidden)),)

    def step_backward(self, inputs: Array, states: States, grad_states: States) -> Gradients:
        """The gradients of ``step``, given those of its results."""
        (hidden,), (grad,) = states, grad_states
        (stepped,) = self.step(inputs, states)
        return self._sums_backward(inputs, hidden, grad * _tanh_slope(stepped))


class LSTM(Cell):
    """Long short-term memory (Hochreiter & Schmidhuber 1997), with the forget gate of Gers,
    Schmidhuber & Cummins (2000) and without peepholes.

    Columns stand in Keras's order: input gate i, forget gate f, candidate g, output gate o.
    c' = f∘c + i∘g and h' = o∘tanh(c'); the states are h and c.
    """

    blocks = 4
    state_names = ("hidden", "cell")

    def step(self, inputs: Array, states: States) -> States:
        """h and c → h and c after one step, each [B, H]."""
        hidden, cell = states
        i, f, g, o = self._gates(inputs, hidden)
        cell = f * cell + i * g
        return o * np.tanh(cell), cell

    def step_backward(self, inputs: Array, states: States, grad_states: States) -> Gradients:
        """The gradients of ``step``, given those of its results."""
        hidden, cell = states
        grad_hidden, grad_cell = grad_states
        i, f, g, o = self._gates(inputs, hidden)
        shown = np.tanh(f * cell + i * g)
        grad_cell = grad_cell + grad_hidden * o * _tanh_slope(shown)
        grad_sums = (
            grad_cell * g * _sigmoid_slope(i),
            grad_cell * cell * _sigmoid_slope(f),
            grad_cell * i * _tanh_slope(g),
            grad_hidden * shown * _sigmoid_slope(o),
        )
        step = self._sums_backward(inputs, hidden, np.concatenate(grad_sums, axis=1))
        return replace(step, states=(*step.states, grad_cell * f))

    def _gates(self, inputs: Array, hidden: Array) -> tuple[Array, Array, Array, Array]:
        i, f, g, o = np.split(self._sums(inputs, hidden), self.blocks, axis=1)
        return _sigmoid(i), _sigmoid(f), np.tanh(g), _sigmoid(o)


class GRU(Cell):
    """The gated recurrent unit (Cho et al. 2014).

    Columns stand in Keras's order: update gate z, reset gate r, candidate g.
    h' = z∘h + (1 - z)∘g. Where the candidate is reset is told by the bias, as in Keras:

    - bias [2, 3H], ``reset_after=True``, Keras's default and cuDNN's: one row of biases beside the
      kernel (b), one beside the recurrent kernel (d); g = tanh(x·K + b + r∘(h·R + d)).
    - bias [3H], ``reset_after=False``, as in the paper: g = tanh(x·K + b + (r∘h)·R).
    """

    blocks = 3

    @property
    def reset_after(self) -> bool:
        """Whether the reset gate is applied after the recurrent product."""
        return self.bias.ndim == 2

    def step(self, inputs: Array, states: States) -> States:
        """h → h after one step, each [B, H]."""
        (hidden,) = states
        z, _, g, _ = self._gates(inputs, hidden)
        return (z * hidden + (1 - z) * g,)

    def step_backward(self, inputs: Array, states: States, grad_states: States) -> Gradients:
        """The gradients of ``step``, given those of its results."""
        (hidden,), (grad,) = states, grad_states
        z, r, g, recalled = self._gates(inputs, hidden)
        grad_z = grad * (hidden - g) * _sigmoid_slope(z)
        grad_g = grad * (1 - z) * _tanh_slope(g)
        if self.reset_after:
            grad_r = grad_g * recalled * _sigmoid_slope(r)
            step = self._after_backward(inputs, hidden, (grad_z, grad_r, grad_g), r)
        else:
            grad_r = grad_g @ self._candidate_kernel.T * hidden * _sigmoid_slope(r)
            step = self._before_backward(inputs, hidden, (grad_z, grad_r, grad_g), r)
        return replace(step, states=(step.states[0] + grad * z,))

    @property
    def _candidate_kernel(self) -> Array:
        """The recurrent kernel's last block, [H, H]."""
        return self.recurrent_kernel[:, 2 * self.units :]

    def _bias_shapes(self) -> tuple[tuple[int, ...], ...]:
        return (2, self.blocks * self.units), (self.blocks * self.units,)

    def _gates(self, inputs: Array, hidden: Array) -> tuple[Array, Array, Array, Array]:
        """z, r, g and the part of g's sum that comes from the state, before a reset after it."""
        bias = self.bias if self.reset_after else (self.bias, np.zeros_like(self.bias))
        x_z, x_r, x_g = np.split(inputs @ self.kernel + bias[0], self.blocks, axis=1)
        h_z, h_r, h_g = np.split(hidden @ self.recurrent_kernel + bias[1], self.blocks, axis=1)
        z, r = _sigmoid(x_z + h_z), _sigmoid(x_r + h_r)
        recalled = r * h_g if self.reset_after else (r * hidden) @ self._candidate_kernel
        return z, r, np.tanh(x_g + recalled), h_g

    def _after_backward(
        self, inputs: Array, hidden: Array, grads: tuple[Array, Array, Array], r: Array
    ) -> Gradients:
        """Given the gradients of the three sums; the state's part of the last was scaled by r."""
        grad_z, grad_r, grad_g = grads
        from_inputs = np.concatenate(grads, axis=1)
        from_hidden = np.concatenate((grad_z, grad_r, grad_g * r), axis=1)
        x = self._sums_backward(inputs, hidden, from_inputs)
        h = self._sums_backward(inputs, hidden, from_hidden)
        return Gradients(
            x.inputs, h.states, x.kernel, h.recurrent_kernel, np.stack((x.bias, h.bias))
        )

    def _before_backward(
        self, inputs: Array, hidden: Array, grads: tuple[Array, Array, Array], r: Array
    ) -> Gradients:
        """Given the gradients of the three sums; the last saw r∘h in the place of h."""
        grad_z, grad_r, grad_g = grads
        gates = np.concatenate((grad_z, grad_r), axis=1)
        grad_hidden = (
            gates @ self.recurrent_kernel[:, : 2 * self.units].T
            + grad_g @ self._candidate_kernel.T * r
        )
        grad_recurrent = np.concatenate((hidden.T @ gates, (r * hidden).T @ grad_g), axis=1)
        step = self._sums_backward(inputs, hidden, np.concatenate(grads, axis=1))
        return replace(step, states=(grad_hidden,), recurrent_kernel=grad_recurrent)


def _mask(given: Mask | None, shape: tuple[int, ...]) -> Mask:
    """The mask given, or one that masks nothing, checked."""
    if given is None:
        return np.ones(shape, dtype=np.bool_)
    if given.dtype != np.bool_:
        raise TypeError(f"the mask is {given.dtype}, not bool")
    _check("mask", given, shape)
    return given


def _where(real: Mask, yes: States, no: States | None = None) -> States:
    """Row by row, ``yes`` where the step is real [B, 1], and ``no`` (zeros when None) elsewhere."""
    others = no or tuple(np.zeros_like(array) for array in yes)
    return tuple(np.where(real, a, b) for a, b in zip(yes, others, strict=True))


def _sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x)), without overflow."""
    return np.asarray(np.exp(-np.logaddexp(0, -x)))


def _sigmoid_slope(y: Array) -> Array:
    """The sigmoid's derivative where it has the value y."""
    return y * (1 - y)


def _tanh_slope(y: Array) -> Array:
    """The hyperbolic tangent's derivative where it has the value y."""
    return 1 - y * y


def _check(name: str, array: npt.NDArray[Any], *shapes: tuple[int, ...]) -> None:
    """Raise ValueError unless the array has one of the shapes."""
    if array.shape not in shapes:
        wanted = " or ".join(str(shape) for shape in shapes)
        raise ValueError(f"{name} has shape {array.shape}, not {wanted}")
