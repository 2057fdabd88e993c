"""The numpy cells against Keras's layers, against finite differences, and against arithmetic."""

import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from textrnn.cells import GRU, LSTM, Array, Cell, Gradients, Mask, SimpleRNN, States


class Kind(NamedTuple):
    """A cell, the Keras layer that it is the oracle of, and the bias's rows where it has some."""

    cell: type[Cell]
    layer: Callable[..., Any]
    bias_rows: tuple[int, ...] = ()


KINDS = {
    "SimpleRNN": Kind(SimpleRNN, keras.layers.SimpleRNN),
    "LSTM": Kind(LSTM, keras.layers.LSTM),
    "GRU": Kind(GRU, keras.layers.GRU, (2,)),
    "GRU, reset before": Kind(GRU, partial(keras.layers.GRU, reset_after=False)),
}
TOLERANCE = {"float32": 2e-5, "float64": 1e-12}

each_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
each_dtype = pytest.mark.parametrize("dtype", TOLERANCE)


class Case(NamedTuple):
    """A cell with random weights, and everything its two passes can be given."""

    cell: Cell
    inputs: Array
    initial_state: States
    mask: Mask
    grad_outputs: Array
    grad_states: States

    def backward(self) -> Gradients:
        return self.cell.backward(
            self.inputs, self.grad_outputs, self.grad_states, self.initial_state, self.mask
        )

    def loss(self) -> float:
        """The scalar whose gradients ``backward`` gives."""
        sequence = self.cell.forward(self.inputs, self.initial_state, self.mask)
        pairs = zip(sequence.states, self.grad_states, strict=True)
        return float(
            np.sum(sequence.outputs * self.grad_outputs) + sum(np.sum(a * b) for a, b in pairs)
        )


def make_case(
    kind: Kind,
    dtype: str = "float64",
    *,
    shape: tuple[int, int, int, int] = (4, 5, 3, 2),
    real: float = 0.6,
    seed: int = 0,
) -> Case:
    """Shape is (B, T, E, H); ``real`` is the share of steps that are not masked."""
    batch, steps, features, units = shape
    rng = np.random.default_rng(seed)

    def normal(*size: int) -> Array:
        return rng.normal(size=size).astype(dtype)

    def states() -> States:
        return tuple(normal(batch, units) for _ in kind.cell.state_names)

    columns = kind.cell.blocks * units
    weights = normal(features, columns), normal(units, columns), normal(*kind.bias_rows, columns)
    return Case(
        cell=kind.cell(*weights),
        inputs=normal(batch, steps, features),
        initial_state=states(),
        mask=rng.random((batch, steps)) < real,
        grad_outputs=normal(batch, steps, units),
        grad_states=states(),
    )


def keras_layer(kind: Kind, cell: Cell, dtype: str) -> Any:
    layer = kind.layer(cell.units, return_sequences=True, return_state=True, dtype=dtype)
    layer.build((None, None, cell.features))
    layer.set_weights(list(cell.weights))
    return layer


class KerasPass(NamedTuple):
    outputs: Array
    states: list[Array]
    inputs: Array
    initial_state: list[Array]
    weights: list[Array]


def keras_pass(kind: Kind, case: Case, mask: Mask | None) -> KerasPass:
    """Keras's outputs and final states, and the gradients of ``case.loss``."""
    layer = keras_layer(kind, case.cell, case.inputs.dtype.name)
    inputs = tf.constant(case.inputs)
    initial = [tf.constant(state) for state in case.initial_state]
    with tf.GradientTape() as tape:
        tape.watch([inputs, *initial])
        outputs, *states = layer(inputs, initial_state=initial, mask=mask)
        loss = tf.reduce_sum(outputs * case.grad_outputs)
        for state, grad in zip(states, case.grad_states, strict=True):
            loss += tf.reduce_sum(state * grad)
    weights = [weight.value for weight in layer.weights]
    gradients = tape.gradient(
        loss, [inputs, initial, weights], unconnected_gradients=tf.UnconnectedGradients.ZERO
    )
    arrays = tf.nest.map_structure(np.asarray, [outputs, states, *gradients])
    return KerasPass(*arrays)


def assert_close(ours: Any, theirs: Any, tolerance: float) -> None:
    for a, b in zip(ours, theirs, strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


def assert_agrees(kind: Kind, case: Case, tolerance: float) -> None:
    """Both passes of the cell give what the layer gives."""
    theirs = keras_pass(kind, case, case.mask)
    sequence = case.cell.forward(case.inputs, case.initial_state, case.mask)
    gradients = case.backward()
    assert_close([sequence.outputs], [theirs.outputs], tolerance)
    assert_close(sequence.states, theirs.states, tolerance)
    assert_close([gradients.inputs], [theirs.inputs], tolerance)
    assert_close(gradients.states, theirs.initial_state, tolerance)
    assert_close(gradients.weights, theirs.weights, tolerance)


# Held to Keras


@each_kind
@each_dtype
def test_agrees_with_keras_on_masked_sequences(kind: Kind, dtype: str) -> None:
    assert_agrees(kind, make_case(kind, dtype), TOLERANCE[dtype])


@each_kind
def test_agrees_with_keras_without_mask_or_initial_state(kind: Kind) -> None:
    case = make_case(kind, real=1)
    zeros = tuple(np.zeros_like(state) for state in case.initial_state)
    theirs = keras_pass(kind, case._replace(initial_state=zeros), None)
    sequence = case.cell.forward(case.inputs)
    gradients = case.cell.backward(case.inputs, case.grad_outputs, case.grad_states)
    assert_close([sequence.outputs, *sequence.states], [theirs.outputs, *theirs.states], 1e-12)
    assert_close([gradients.inputs, *gradients.weights], [theirs.inputs, *theirs.weights], 1e-12)


@each_kind
@settings(max_examples=30, deadline=None, derandomize=True, database=None)
@given(
    shape=st.tuples(*[st.integers(1, 4)] * 4),
    real=st.sampled_from([0, 0.3, 0.8, 1]),
    seed=st.integers(0, 2**32 - 1),
)
def test_agrees_with_keras_whatever_the_shape(
    kind: Kind, shape: tuple[int, int, int, int], real: float, seed: int
) -> None:
    assert_agrees(kind, make_case(kind, shape=shape, real=real, seed=seed), 1e-11)


@each_kind
def test_takes_the_weights_of_a_layer_as_they_are(kind: Kind) -> None:
    layer = kind.layer(3, return_sequences=True)
    inputs = np.random.default_rng(1).normal(size=(2, 4, 5)).astype("float32")
    outputs = np.asarray(layer(inputs))
    assert_close([kind.cell(*layer.get_weights()).forward(inputs).outputs], [outputs], 1e-5)


def test_chapters_example_equals_the_layer_at_every_step() -> None:
    keras.utils.set_random_seed(1)
    layer = keras.layers.SimpleRNN(2, return_sequences=True)
    inputs = np.array([[[1] * 5, [2] * 5, [3] * 5]], dtype="float32")
    expected = np.asarray(layer(inputs))
    cell = SimpleRNN(*layer.get_weights())
    states: States = (np.zeros((1, 2), "float32"),)
    for t in range(3):
        states = cell.step(inputs[:, t], states)
        np.testing.assert_allclose(states[0], expected[:, t], rtol=1e-6)


# Held to arithmetic


def constant(cell: type[Cell], *shapes: tuple[int, ...]) -> Cell:
    """A cell of one input and one unit whose weights are 0.5, 0.25 and 0.1 throughout."""
    return cell(*map(np.full, shapes, (0.5, 0.25, 0.1)))


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        # tanh(0.5 · 1 + 0.1) = 0.537050; tanh(0.5 · 2 + 0.25 · 0.537050 + 0.1) = 0.843811.
        (constant(SimpleRNN, (1, 1), (1, 1), (1,)), [0.537050, 0.843811]),
        # Every sum is 0.6: sigmoid 0.645656, tanh 0.537050. Cell 0.645656 · 0.537050 = 0.346749,
        # output 0.645656 · tanh(0.346749) = 0.215320. Then every sum is 1.1 + 0.25 · 0.215320
        # = 1.153830: sigmoid 0.760210, tanh 0.819019. Cell 0.760210 · (0.346749 + 0.819019)
        # = 0.886228, output 0.760210 · tanh(0.886228) = 0.539389.
        (constant(LSTM, (1, 4), (1, 4), (4,)), [0.215320, 0.539389]),
        # Reset before. Gates sigmoid(0.6) = 0.645656, candidate tanh(0.6) = 0.537050, output
        # (1 - 0.645656) · 0.537050 = 0.190300. Then gates sigmoid(1.1 + 0.25 · 0.190300)
        # = 0.759068, candidate tanh(1.1 + 0.25 · 0.759068 · 0.190300) = 0.813101, output
        # 0.759068 · 0.190300 + 0.240932 · 0.813101 = 0.340353.
        (constant(GRU, (1, 3), (1, 3), (3,)), [0.190300, 0.340353]),
        # Reset after, both biases 0.1. Gates sigmoid(0.7) = 0.668188, candidate
        # tanh(0.6 + 0.668188 · 0.1) = 0.582883, output 0.331812 · 0.582883 = 0.193408. Then gates
        # sigmoid(1.2 + 0.25 · 0.193408) = 0.777014, candidate
        # tanh(1.1 + 0.777014 · (0.1 + 0.25 · 0.193408)) = 0.838254, output
        # 0.777014 · 0.193408 + 0.222986 · 0.838254 = 0.337199.
        (constant(GRU, (1, 3), (1, 3), (2, 3)), [0.193408, 0.337199]),
    ],
    ids=["SimpleRNN", "LSTM", "GRU, reset before", "GRU"],
)
def test_constant_weights_give_the_numbers_worked_out_by_hand(
    cell: Cell, expected: list[float]
) -> None:
    outputs = cell.forward(np.array([[[1.0], [2.0]]])).outputs
    np.testing.assert_allclose(outputs[0, :, 0], expected, atol=1e-6)


@each_kind
@pytest.mark.parametrize("real", [1, 0.6])
def test_gradients_equal_finite_differences(kind: Kind, real: float) -> None:
    case = make_case(kind, shape=(2, 4, 2, 2), real=real, seed=3)
    gradients = case.backward()
    pairs = zip(
        (case.inputs, *case.initial_state, *case.cell.weights),
        (gradients.inputs, *gradients.states, *gradients.weights),
        strict=True,
    )
    for array, gradient in pairs:
        numeric = finite_differences(case.loss, array)
        np.testing.assert_allclose(gradient, numeric, rtol=1e-7, atol=1e-8)


def finite_differences(loss: Callable[[], float], array: Array, step: float = 1e-5) -> Array:
    """Central differences of the loss by each number of the array, which is put back as it was."""
    numeric = np.empty_like(array)
    for index in np.ndindex(array.shape):
        value = array[index]
        array[index] = value + step
        above = loss()
        array[index] = value - step
        numeric[index] = (above - loss()) / (2 * step)
        array[index] = value
    return numeric


# What a mask means


@each_kind
def test_masked_steps_carry_states_and_repeat_outputs(kind: Kind) -> None:
    case = make_case(kind, shape=(1, 5, 3, 2))
    mask = np.array([[False, True, False, True, False]])
    sequence = case.cell.forward(case.inputs, case.initial_state, mask)
    kept = case.cell.forward(case.inputs[:, [1, 3]], case.initial_state)
    assert not sequence.outputs[:, 0].any()
    np.testing.assert_array_equal(sequence.outputs[:, 1:], kept.outputs[:, [0, 0, 1, 1]])
    np.testing.assert_array_equal(sequence.history[1], case.initial_state)
    np.testing.assert_array_equal(sequence.states, kept.states)


@each_kind
def test_padding_is_without_effect(kind: Kind) -> None:
    case = make_case(kind, real=1)
    mask = np.arange(5) < np.array([[5], [3], [1], [0]])
    other = np.where(mask[:, :, np.newaxis], case.inputs, 1e3)
    ours, theirs = case._replace(mask=mask), case._replace(mask=mask, inputs=other)
    assert_close(
        ours.cell.forward(ours.inputs, mask=mask).states,
        theirs.cell.forward(theirs.inputs, mask=mask).states,
        0,
    )
    assert_close(ours.backward().weights, theirs.backward().weights, 0)
    assert not ours.backward().inputs[~mask].any()


@each_kind
def test_two_halves_with_the_state_carried_equal_the_whole(kind: Kind) -> None:
    case = make_case(kind, real=1)
    whole = case.cell.forward(case.inputs, case.initial_state)
    first = case.cell.forward(case.inputs[:, :2], case.initial_state)
    second = case.cell.forward(case.inputs[:, 2:], first.states)
    halves = np.concatenate((first.outputs, second.outputs), axis=1)
    np.testing.assert_array_equal(halves, whole.outputs)
    np.testing.assert_array_equal(second.states, whole.states)


# What is given, and what is refused


@each_kind
@each_dtype
def test_results_have_the_dtype_of_the_inputs(kind: Kind, dtype: str) -> None:
    case = make_case(kind, "float64")._replace(inputs=np.ones((4, 5, 3), dtype))
    sequence = case.cell.forward(case.inputs, case.initial_state)
    gradients = case.backward()
    arrays = sequence.outputs, *sequence.states, gradients.inputs
    assert {array.dtype.name for array in (*arrays, *gradients.states, *gradients.weights)} == {
        dtype
    }


@each_kind
def test_large_sums_saturate_without_overflow(kind: Kind) -> None:
    case = make_case(kind, "float32")
    outputs = case.cell.forward(case.inputs * np.float32(1e6)).outputs
    assert np.isfinite(outputs).all()
    assert np.abs(outputs).max() <= 1


def test_arguments_are_left_as_they_were() -> None:
    case = make_case(KINDS["LSTM"])
    arrays = case.inputs, case.grad_outputs, *case.initial_state, *case.cell.weights
    before = [array.copy() for array in arrays]
    case.backward()
    assert_close(arrays, before, 0)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (((5, 8), (2, 4), (8,)), "recurrent_kernel"),
        (((5, 4), (2, 8), (8,)), r"kernel has shape \(5, 4\), not \(5, 8\)"),
        (((5, 8), (2, 8), (2, 8)), "bias"),
    ],
)
def test_weights_that_do_not_fit_are_refused(
    weights: tuple[tuple[int, ...], ...], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        LSTM(*map(np.zeros, weights))


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"inputs": np.zeros((4, 5, 3), int)}, TypeError, "inputs are int64"),
        ({"inputs": np.zeros((4, 5, 2))}, ValueError, r"not \[B, T, 3\]"),
        ({"inputs": np.zeros((4, 0, 3))}, ValueError, "T at least 1"),
        ({"mask": np.ones((4, 5))}, TypeError, "mask is float64"),
        ({"mask": np.ones((4, 4), bool)}, ValueError, "mask has shape"),
        ({"initial_state": (np.zeros((4, 2)),)}, ValueError, "initial_state: 1 given, not 2"),
        ({"initial_state": (np.zeros((4, 2)), np.zeros(2))}, ValueError, r"\(cell\) has shape"),
        ({"grad_states": ()}, ValueError, "grad_states: 0 given"),
        ({"grad_outputs": np.zeros((4, 5, 3))}, ValueError, "grad_outputs has shape"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(
    changes: dict[str, Any], error: type[Exception], message: str
) -> None:
    case = make_case(KINDS["LSTM"])._replace(**changes)
    with pytest.raises(error, match=message):
        case.backward()


def test_tensorflow_is_not_imported() -> None:
    program = "import sys, textrnn.cells; sys.exit('tensorflow' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", program], env=environment, check=False)
    assert done.returncode == 0
