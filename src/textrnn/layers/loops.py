"""The recurrence over all steps, and its gradient, as loops that XLA compiles.

What makes them faster than differentiating a loop of TensorFlow's operations:

* a step is compiled code, without an operation's overhead for each of some thirty operations;
* the gradient is written by hand: its loop computes only the gates' deltas and what reaches the
  previous state, and each weight's gradient is one matrix product over all steps after the loop;
* TensorFlow runs loops that do not depend on each other side by side: two directions, or two halves
  of a batch.

Shapes: ``T`` steps, ``B`` batch, ``E`` input size, ``H`` units, ``G`` gates, ``V`` vocabulary.
Tensors are time-major (``[T, B, ...]``), so that a step is a contiguous slice. XLA compiles a loop
for each shape that it meets, so where T is not known as a function is traced, what a loop reads and
writes is made longer, to one of a few lengths ``T'``; it runs T steps of that.
"""

import functools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from textrnn.backend import tf
from textrnn.layers.gates import Cell, Tensor, Tensors

# What arrays are made as long as: to compile a loop for one length takes a second.
LENGTHS = [2**power for power in range(3, 22)]


class Narrow(NamedTuple):
    """Inputs so narrow that their product costs least inside the loop."""

    x: Tensor  # float32 [T, B, E]
    kernel: Tensor  # [E, G H]
    bias: Tensor  # [G H]

    def at(self, t: Tensor) -> Tensor:
        """Return what the input of step t contributes to all gates, [B, G H]."""
        return tf.matmul(self.x[t], self.kernel) + self.bias

    def gradient(self, deltas: Tensors) -> Sequence[Tensor | None]:
        """Return the gradient of each field, from those of the gates: G times [T, B, H]."""
        kernels = tf.split(self.kernel, len(deltas), 1)
        to_x = [
            tf.matmul(_rows(d), k, transpose_b=True) for d, k in zip(deltas, kernels, strict=True)
        ]
        x = tf.reshape(tf.add_n(to_x), tf.shape(self.x))
        kernel = [_over_steps(self.x, d) for d in deltas]
        bias = [tf.reduce_sum(d, [0, 1]) for d in deltas]
        return x, tf.concat(kernel, 1), tf.concat(bias, 0)


class Projected(NamedTuple):
    """The input products of all steps, computed before the loop."""

    products: Tensor  # float32 [T, B, G H]

    def at(self, t: Tensor) -> Tensor:
        return self.products[t]

    def gradient(self, deltas: Tensors) -> Sequence[Tensor | None]:
        return [tf.concat(deltas, 2)]


class Table(NamedTuple):
    """The input products of a small vocabulary; each step looks up its rows."""

    ids: Tensor  # int32 [T, B]
    products: Tensor  # float32 [V, G H]

    def at(self, t: Tensor) -> Tensor:
        return tf.gather(self.products, self.ids[t])

    def gradient(self, deltas: Tensors) -> Sequence[Tensor | None]:
        ids = tf.reshape(self.ids, [-1])
        size = tf.shape(self.products)[0]
        sums = [tf.math.unsorted_segment_sum(_rows(d), ids, size) for d in deltas]
        return [None, tf.concat(sums, 1)]


Source = Narrow | Projected | Table


class Recurrent(NamedTuple):
    """The weights of the recurrent products."""

    kernel: Tensor  # float32 [H, G H]
    bias: tuple[Tensor, ...]  # one [G H], or none where the input's bias is the only one


def recur(
    cell: Cell,
    source: Source,
    weights: Recurrent,
    state: Tensors,
    keep: Tensor | None,
    *,
    sequences: bool,
    training: bool,
) -> tuple[Tensor, ...]:
    """Run a cell over a sequence.

    Args:
        cell: one of `gates`.
        source: gives each step its input products; it has T steps, at least one.
        weights: of the recurrent products.
        state: the state before the first step, each [B, H].
        keep: bool [T, B, 1], False where a row's state is carried through; or None.
        sequences: whether the outputs of all steps are returned, or the last state alone.
        training: whether a gradient is likely to be asked for. Without it nothing is kept for one,
            and a gradient that is asked for all the same runs the loop again.

    Returns:
        The outputs [T, B, H] if `sequences`, then the state after the last step, each [B, H].

    Raises:
        NotImplementedError: by an outer tape, which meets a gradient that was not stopped.
    """
    structure = (source, weights, tuple(state))
    masks = () if keep is None else (keep,)

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def run(*tensors: Tensor) -> Any:
        # A tape that watches the arguments would have the loop keep what its own gradient needs.
        constants = [tf.stop_gradient(tensor) for tensor in tensors]
        source, weights, state = tf.nest.pack_sequence_as(structure, constants)
        steps = tf.shape(source[0])[0]
        total = _total(source[0])
        longer = type(source)(_longer(source[0], total), *source[1:])  # the first has the steps
        kept = tuple(_longer(mask, total) for mask in masks)
        arguments = (longer, weights, state, kept, steps)
        outputs, last, trace = _forward(cell, sequences, training)(*arguments)

        def gradient(*upstream: Tensor) -> Any:
            fixed = [tf.stop_gradient(d) for d in upstream]  # likewise, of an outer tape
            d_outputs, d_last = (fixed[:1], fixed[1:]) if sequences else ([], fixed)
            steps_before = trace if training else _forward(cell, False, True)(*arguments)[2]
            products, states = steps_before
            deltas, d_state = _backward(cell)(
                [_longer(d, total) for d in d_outputs],
                d_last,
                products,
                states,
                weights.kernel,
                kept,
                steps,
            )
            deltas = [d[:steps] for d in deltas]
            recurrent = [deltas[i] for i in cell.recurrent_deltas]
            found = [
                *source.gradient([deltas[i] for i in cell.input_deltas]),
                tf.concat([_over_steps(states[0][:steps], d) for d in recurrent], 1),
                *(
                    tf.concat([tf.reduce_sum(d, [0, 1]) for d in recurrent], 0)
                    for _ in weights.bias
                ),
                *d_state,
            ]
            return [d if d is None else _underived(d, *tensors, *upstream) for d in found]

        return (*(output[:steps] for output in outputs), *last), gradient

    results: tuple[Tensor, ...] = run(*tf.nest.flatten(structure))
    return results


@tf.custom_gradient  # type: ignore[untyped-decorator]
def _underived(gradient: Tensor, *_causes: Tensor) -> Any:
    """Return a gradient, computed of constants, and refuse to say how it hangs on its causes.

    An outer tape may watch them as long as the gradient is stopped (`tf.stop_gradient`, as the push
    of adversarial training is) before it goes into what that tape differentiates. Where it is not,
    the outer tape fails, rather than take it for a constant in silence.
    """

    def refuse(*_upstream: Tensor) -> Any:
        raise NotImplementedError(
            "textrnn's recurrent layers have no gradient of a gradient. Where the first is meant "
            "as a constant, wrap it in tf.stop_gradient; where not, build the model with Keras's "
            "own SimpleRNN, LSTM or GRU."
        )

    return tf.identity(gradient), refuse


# ---------------------------------------------------------------- compiled loops


def _compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    compiled: Callable[..., Any] = tf.function(function, jit_compile=True, autograph=False)
    return compiled


@functools.cache
def _forward(cell: Cell, sequences: bool, traced: bool) -> Callable[..., Any]:
    """Return the compiled loop over the steps.

    It takes a source and masks of T' steps, of which it runs the first `steps`. It returns the
    outputs (one [T', B, H] if `sequences`, else none), the last state, and, if `traced`, each
    step's products [T', B, G H] and the states before it [T', B, H].
    """

    def forward(
        source: Source, weights: Recurrent, state: Tensors, masks: Tensors, steps: Tensor
    ) -> Any:
        total = tf.shape(tf.nest.flatten(source)[0])[0]

        def products(t: Tensor, h: Tensor) -> Tensors:
            """What input and previous output contribute to step t."""
            recurrent = tf.matmul(h, weights.kernel)
            if weights.bias:
                return source.at(t), recurrent + weights.bias[0]
            return (source.at(t) + recurrent,)

        def step(
            t: Tensor, ready: Tensors, state: Tensors, outputs: Tensors, trace: Tensors
        ) -> Any:
            new = cell.forward(_gates(cell, ready), state)
            if masks:
                new = [tf.where(masks[0][t], n, s) for n, s in zip(new, state, strict=True)]
            return tuple(new), _write(outputs, t, new), _write(trace, t, [*ready, *state])

        def body(t: Tensor, ready: Tensors, *carried: Any) -> Any:
            state, outputs, trace = step(t, ready, *carried)
            return t + 1, products(t + 1, state[0]), state, outputs, trace

        # The products for a step are made at the end of the step before: sliced where they were
        # made, XLA would compute them anew for each slice.
        ready = products(tf.constant(0), state[0])
        start = (
            tf.constant(0),
            ready,
            tuple(state),
            _arrays(state[:1] if sequences else [], total),
            _arrays([*ready, *state] if traced else [], total),
        )
        last, outputs, trace = step(*tf.while_loop(lambda t, *_: t < steps - 1, body, start))
        written = _stack(trace, [*ready, *state])
        return _stack(outputs, state), last, (written[: len(ready)], written[len(ready) :])

    return _compiled(forward)


@functools.cache
def _backward(cell: Cell) -> Callable[..., Any]:
    """Return the compiled loop back over the steps: the deltas [T', B, H], and the first state's.

    It takes the gradients of the outputs [T', B, H] and of the last state, and what `_forward` has
    traced. After the first `steps` the deltas are zero.
    """

    def backward(
        d_outputs: Tensors,
        d_last: Tensors,
        products: Tensors,
        states: Tensors,
        kernel: Tensor,
        masks: Tensors,
        steps: Tensor,
    ) -> Any:
        transposed = tf.transpose(kernel)
        like = [d_last[0]] * cell.deltas

        def step(t: Tensor, d_new: Tensors, written: Tensors) -> Any:
            d_new = [d_new[0] + d_outputs[0][t], *d_new[1:]] if d_outputs else d_new
            ready = _gates(cell, [product[t] for product in products])
            deltas, d_state = cell.backward(ready, [state[t] for state in states], d_new)
            if masks:  # a step that was skipped passes its gradient on
                keep = masks[0][t]
                deltas = [tf.where(keep, d, 0.0) for d in deltas]
                d_state = [tf.where(keep, d, n) for d, n in zip(d_state, d_new, strict=True)]
            through = tf.matmul(
                tf.concat([deltas[i] for i in cell.recurrent_deltas], 1), transposed
            )
            return t - 1, (d_state[0] + through, *d_state[1:]), _write(written, t, deltas)

        start = (steps - 1, tuple(d_last), _arrays(like, tf.shape(states[0])[0]))
        _, d_state, written = tf.while_loop(lambda t, *_: t >= 0, step, start)
        return _stack(written, like), d_state

    return _compiled(backward)


def _gates(cell: Cell, products: Tensors) -> Tensors:
    """Take products [B, G H] apart: for each of them, G times [B, H]."""
    return [gate for product in products for gate in tf.split(product, cell.gates, 1)]


# ------------------------------------------------- arrays [T, B, ...] that a loop writes

# `tf.TensorArray` wants an element's shape when a function is traced; these operations, of which it
# is made, take it from a tensor, as B is known only when XLA compiles.


def _arrays(like: Tensors, steps: Tensor) -> Tensors:
    """Return an array of as many steps for each tensor, of that tensor's shape."""
    return tuple(
        tf.raw_ops.TensorListReserve(
            element_shape=tf.shape(x), num_elements=steps, element_dtype=tf.float32
        )
        for x in like
    )


def _write(arrays: Tensors, t: Tensor, values: Tensors) -> Tensors:
    """Write each array's value of step t (of more values than arrays, the first ones)."""
    return tuple(
        tf.raw_ops.TensorListSetItem(input_handle=array, index=t, item=value)
        for array, value in zip(arrays, values, strict=False)
    )


def _stack(arrays: Tensors, like: Tensors) -> Tensors:
    """Return the arrays as tensors [T, B, ...]."""
    return tuple(
        tf.raw_ops.TensorListStack(
            input_handle=array, element_shape=tf.shape(x), element_dtype=tf.float32
        )
        for array, x in zip(arrays, like, strict=False)
    )


# ---------------------------------------------------------------- matrices over steps


def _rows(x: Tensor) -> Tensor:
    """[T, B, N] as the rows of one matrix [T B, N]."""
    return tf.reshape(x, [-1, x.shape[-1]])


def _over_steps(left: Tensor, right: Tensor) -> Tensor:
    """Sum the products left_t^T right_t over all steps: [T, B, N], [T, B, M] → [N, M]."""
    return tf.matmul(_rows(left), _rows(right), transpose_a=True)


def _total(x: Tensor) -> Tensor | None:
    """Return how many steps the loops' arrays have for x [T, ...]; None: T itself, being known."""
    if x.shape[0] is not None:
        return None
    lengths = tf.constant(LENGTHS)
    return lengths[tf.searchsorted(lengths, tf.shape(x)[:1])[0]]


def _longer(x: Tensor, total: Tensor | None) -> Tensor:
    """Append zeros to x [T, ...] until it has `total` steps."""
    if total is None:
        return x
    return tf.pad(x, [[0, total - tf.shape(x)[0]], *([[0, 0]] * (len(x.shape) - 1))])
