"""An LSTM layer whose training step is fast on a CPU, with the weights of ``keras.layers.LSTM``.

The cell is that of Hochreiter & Schmidhuber (1997) with the forget gate of Gers et al. (2000),
in Keras's gate order ``i, f, c, o`` (the candidate is written ``g`` below)::

    z_t = x_t W + b + h_{t-1} R             [B, 4H]
    i, f, o = sigmoid(z_i), sigmoid(z_f), sigmoid(z_o);   g = tanh(z_g)
    c_t = f * c_{t-1} + i * g
    h_t = o * tanh(c_t)

What makes it faster than differentiating a loop over time steps:

* ``x_t W + b`` of all steps is one matrix product before the loop, or, where the input is an
  embedding of a small vocabulary, a row of the table ``embeddings W + b``;
* the gradient is written by hand: its loop computes only ``dz_t`` and ``dh_{t-1}``, and each
  weight's gradient is one matrix product over all steps after the loop;
* a step's element-wise operations are one function compiled by XLA, while the matrix product
  stays outside it, where TensorFlow's own kernel is as fast;
* the batch is cut into ``shards`` that do not depend on each other, so that TensorFlow runs their
  loops side by side.

Shapes in this module: ``B`` batch, ``T`` steps, ``E`` input size, ``H`` units, ``V`` vocabulary.
Inside, tensors are time-major (``[T, B, ...]``), so that a step is a contiguous slice.
"""

from collections.abc import Callable
from typing import Any

from textrnn.backend import keras, tf

Tensor = Any  # tf.Tensor; TensorFlow ships no types
State = tuple[Any, Any]  # h, c: each float32 [B, H]


@tf.function(jit_compile=True, reduce_retracing=True, autograph=False)  # type: ignore[untyped-decorator]
def _cell(x: Tensor, rec: Tensor, h: Tensor, c: Tensor, keep: Tensor | None) -> tuple[Tensor, ...]:
    """One step forward: ``gates`` [B, 4H] after their activations, ``h_t`` and ``c_t`` [B, H].

    ``x`` is ``x_t W + b`` and ``rec`` is ``h_{t-1} R``, both [B, 4H]. ``keep`` (bool [B, 1] or
    None) is False where the step is masked: there the state is carried through.
    """
    z_i, z_f, z_g, z_o = tf.split(x + rec, 4, axis=-1)
    i, f, g, o = tf.sigmoid(z_i), tf.sigmoid(z_f), tf.tanh(z_g), tf.sigmoid(z_o)
    c_new = f * c + i * g
    h_new = o * tf.tanh(c_new)
    if keep is not None:
        c_new, h_new = tf.where(keep, c_new, c), tf.where(keep, h_new, h)
    return tf.concat([i, f, g, o], axis=-1), h_new, c_new


@tf.function(jit_compile=True, reduce_retracing=True, autograph=False)  # type: ignore[untyped-decorator]
def _cell_gradient(
    dh: Tensor, dh_out: Tensor, dc: Tensor, gates: Tensor, c: Tensor, keep: Tensor | None
) -> tuple[Tensor, Tensor, Tensor]:
    """One step backward: ``dz`` [B, 4H], and what reaches ``h_{t-1}`` and ``c_{t-1}`` beside it.

    ``dh`` comes from step t+1, ``dh_out`` from the output of step t, ``c`` is ``c_{t-1}``. The
    second result is the gradient that skips a masked step (zero without a mask); the caller adds
    ``dz R^T`` to it.
    """
    i, f, g, o = tf.split(gates, 4, axis=-1)
    dh = dh + dh_out
    tanh_c = tf.tanh(f * c + i * g)
    dc_t = dc + dh * o * (1.0 - tanh_c * tanh_c)
    dz = tf.concat(
        [
            dc_t * g * i * (1.0 - i),
            dc_t * c * f * (1.0 - f),
            dc_t * i * (1.0 - g * g),
            dh * tanh_c * o * (1.0 - o),
        ],
        axis=-1,
    )
    if keep is None:
        return dz, tf.zeros_like(dh), dc_t * f
    zero = tf.zeros_like(dh)
    return tf.where(keep, dz, 0.0), tf.where(keep, zero, dh), tf.where(keep, dc_t * f, dc)


def _array(steps: Tensor, like: Tensor, width: int) -> Any:
    """An array of ``steps`` float32 tensors [B, width], with the batch size of ``like``."""
    return tf.TensorArray(
        tf.float32,
        size=steps,
        element_shape=tf.TensorShape([like.shape[0], width]),
        clear_after_read=False,  # written in the forward loop, read in the backward one
    )


def _forward_loop(
    read_input: Callable[[Tensor], Tensor],
    steps: Tensor,
    recurrent_kernel: Tensor,
    state: State,
    keep: Tensor | None,
) -> tuple[Any, Any, Any, State]:
    """Run the cell over ``steps``; return arrays of h_t, gates and c_{t-1}, and the last state."""
    units = recurrent_kernel.shape[0]
    h0, c0 = state
    arrays = (_array(steps, h0, units), _array(steps, h0, 4 * units), _array(steps, h0, units))

    def step(t: Tensor, h: Tensor, c: Tensor, hs: Any, gates: Any, cs: Any) -> tuple[Any, ...]:
        keep_t = None if keep is None else keep[t]
        acts, h_new, c_new = _cell(read_input(t), tf.matmul(h, recurrent_kernel), h, c, keep_t)
        h_new, c_new = tf.ensure_shape(h_new, h0.shape), tf.ensure_shape(c_new, c0.shape)
        return t + 1, h_new, c_new, hs.write(t, h_new), gates.write(t, acts), cs.write(t, c)

    _, h, c, hs, gates, cs = tf.while_loop(
        lambda t, *_: t < steps, step, (tf.constant(0), h0, c0, *arrays)
    )
    return hs, gates, cs, (h, c)


def _backward_loop(
    dhs: Tensor,
    d_state: State,
    gates: Any,
    cs: Any,
    recurrent_kernel: Tensor,
    keep: Tensor | None,
) -> tuple[Tensor, State]:
    """Return dz of all steps [T, B, 4H] and the gradient of the initial state.

    ``dhs`` [T, B, H] is the gradient of the outputs, ``d_state`` that of the last state.
    """
    dh_last, dc_last = d_state
    # Transposed once: a product with ``transpose_b`` takes up to twice the time at every step.
    transposed = tf.transpose(recurrent_kernel)
    steps = tf.shape(dhs)[0]
    dzs = _array(steps, dh_last, transposed.shape[0])

    def step(t: Tensor, dh: Tensor, dc: Tensor, dzs: Any) -> tuple[Any, ...]:
        keep_t = None if keep is None else keep[t]
        dz, dh_skip, dc = _cell_gradient(dh, dhs[t], dc, gates.read(t), cs.read(t), keep_t)
        dh = tf.matmul(dz, transposed)
        if keep is not None:
            dh += dh_skip
        dh, dc = tf.ensure_shape(dh, dh_last.shape), tf.ensure_shape(dc, dc_last.shape)
        return t - 1, dh, dc, dzs.write(t, dz)

    _, dh, dc, dzs = tf.while_loop(lambda t, *_: t >= 0, step, (steps - 1, dh_last, dc_last, dzs))
    return dzs.stack(), (dh, dc)


def _rows(x: Tensor) -> Tensor:
    """[T, B, N] as the rows of one matrix [T * B, N]."""
    return tf.reshape(x, [-1, x.shape[-1]])


def _recur(
    inputs: Tensor,
    ids: Tensor | None,
    recurrent_kernel: Tensor,
    state: State,
    keep: Tensor | None,
) -> tuple[Tensor, Tensor, Tensor]:
    """The recurrence over all steps, with its gradient; returns h_t [T, B, H], h_T and c_T.

    ``inputs`` is ``x_t W + b`` [T, B, 4H]; or, with ``ids`` (int [T, B]), a table [V, 4H] of
    which step t reads the rows ``ids[t]``. ``keep`` is bool [T, B, 1] or None.
    """

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def run(inputs: Tensor, recurrent_kernel: Tensor, h0: Tensor, c0: Tensor) -> Any:
        def read_input(t: Tensor) -> Tensor:
            return inputs[t] if ids is None else tf.gather(inputs, ids[t])

        steps = tf.shape(inputs if ids is None else ids)[0]
        hs, gates, cs, (h, c) = _forward_loop(read_input, steps, recurrent_kernel, (h0, c0), keep)
        outputs = hs.stack()

        def gradient(dhs: Tensor, dh: Tensor, dc: Tensor) -> tuple[Tensor, ...]:
            dzs, (dh0, dc0) = _backward_loop(dhs, (dh, dc), gates, cs, recurrent_kernel, keep)
            previous = tf.concat([h0[tf.newaxis], outputs[:-1]], axis=0)
            d_recurrent = tf.matmul(_rows(previous), _rows(dzs), transpose_a=True)
            if ids is None:
                return dzs, d_recurrent, dh0, dc0
            d_table = tf.math.unsorted_segment_sum(
                _rows(dzs), tf.reshape(ids, [-1]), tf.shape(inputs)[0]
            )
            return d_table, d_recurrent, dh0, dc0

        return (outputs, h, c), gradient

    outputs, h, c = run(inputs, recurrent_kernel, *state)
    return outputs, h, c


def _hide_before_first_step(outputs: Tensor, keep: Tensor) -> Tensor:
    """Zero the outputs that precede a row's first unmasked step, as Keras does.

    At later masked steps the carried state already repeats the previous output.
    """
    seen = tf.cumsum(tf.cast(keep, tf.float32), axis=0) > 0
    return tf.where(seen, outputs, 0.0)


@keras.saving.register_keras_serializable(package="textrnn")
class FastLSTM(keras.layers.Layer):  # type: ignore[misc]
    """LSTM that returns its outputs and last state and takes its initial state as an argument.

    Weights, in Keras's names, shapes and order, so that ``get_weights``/``set_weights`` exchange
    them with ``keras.layers.LSTM``: ``kernel`` [E, 4H], ``recurrent_kernel`` [H, 4H], ``bias``
    [4H] (ones for the forget gate, zeros elsewhere). Computation is in float32.

    ``shards`` is into how many parts the batch is cut; they are computed side by side if
    TensorFlow's ``inter_op`` threads allow it. Gradients are summed over the parts, so another
    ``shards`` changes results by rounding; another number of threads does not.
    """

    def __init__(
        self,
        units: int,
        *,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        shards: int = 2,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.shards = shards
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.recurrent_initializer = keras.initializers.get(recurrent_initializer)
        self.supports_masking = True

    def build(self, input_shape: Any) -> None:
        """Create the weights for inputs whose last dimension is E."""
        width = 4 * self.units
        self.kernel = self.add_weight(
            shape=(input_shape[-1], width), initializer=self.kernel_initializer, name="kernel"
        )
        self.recurrent_kernel = self.add_weight(
            shape=(self.units, width),
            initializer=self.recurrent_initializer,
            name="recurrent_kernel",
        )
        self.bias = self.add_weight(shape=(width,), initializer=self._initial_bias, name="bias")
        self.built = True

    def _initial_bias(self, shape: Any, dtype: Any = None) -> Tensor:
        """Ones for the forget gate, so that the cell remembers at first (Jozefowicz 2015)."""
        ones = tf.cast(tf.range(shape[0]) // self.units == 1, tf.float32)
        return tf.cast(ones, dtype or "float32")

    def call(
        self, inputs: Tensor, initial_state: State | None = None, mask: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return outputs float32 [B, T, H] and the last state h, c [B, H].

        ``inputs`` float32 [B, T, E]; ``initial_state`` h, c [B, H] (zeros without it); ``mask``
        bool [B, T], False where a step is skipped: the state is carried through, the output
        repeats the previous one (zeros before the first).
        """
        kernel, bias = tf.convert_to_tensor(self.kernel), tf.convert_to_tensor(self.bias)

        def project(part: Tensor) -> Tensor:
            steps, batch = tf.unstack(tf.shape(part)[:2])
            projected = tf.matmul(_rows(part), kernel) + bias
            return tf.reshape(projected, [steps, batch, 4 * self.units])

        time_major = tf.transpose(inputs, [1, 0, 2])

        def run(lo: Tensor, hi: Tensor, state: State, keep: Tensor | None) -> tuple[Tensor, ...]:
            return self._recur(project(time_major[:, lo:hi]), None, state, keep)

        return self._sharded(run, inputs, initial_state, mask)

    def lookup(
        self,
        ids: Tensor,
        embeddings: Tensor,
        initial_state: State | None = None,
        mask: Tensor | None = None,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """What ``call`` returns for the inputs ``embeddings[ids]``, without computing these.

        ``ids`` int [B, T]; ``embeddings`` float32 [V, E]. Step t adds a row of the table
        ``embeddings W + b`` [V, 4H], which pays where V is smaller than B * T.
        """
        embeddings = tf.convert_to_tensor(embeddings)
        if not self.built:
            self.build((None, None, embeddings.shape[-1]))
        table = tf.matmul(embeddings, tf.convert_to_tensor(self.kernel)) + self.bias
        time_major = tf.transpose(ids)

        def run(lo: Tensor, hi: Tensor, state: State, keep: Tensor | None) -> tuple[Tensor, ...]:
            return self._recur(table, time_major[:, lo:hi], state, keep)

        return self._sharded(run, ids, initial_state, mask)

    def _recur(
        self, inputs: Tensor, ids: Tensor | None, state: State, keep: Tensor | None
    ) -> tuple[Tensor, Tensor, Tensor]:
        recurrent_kernel = tf.convert_to_tensor(self.recurrent_kernel)
        outputs, h, c = _recur(inputs, ids, recurrent_kernel, state, keep)
        if keep is not None:
            outputs = _hide_before_first_step(outputs, keep)
        return outputs, h, c

    def _sharded(
        self,
        run: Callable[[Tensor, Tensor, State, Tensor | None], tuple[Tensor, ...]],
        inputs: Tensor,
        initial_state: State | None,
        mask: Tensor | None,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Run parts of the batch independently of each other and put their results together."""
        batch = tf.shape(inputs)[0]
        if initial_state is None:
            zeros = tf.zeros([batch, self.units])
            initial_state = zeros, zeros
        h0, c0 = (tf.convert_to_tensor(x) for x in initial_state)
        keep = None if mask is None else tf.transpose(tf.cast(mask, tf.bool))[..., tf.newaxis]
        parts = 1 if inputs.shape[0] == 1 else self.shards
        results = []
        for part in range(parts):
            lo, hi = batch * part // parts, batch * (part + 1) // parts
            part_keep = None if keep is None else keep[:, lo:hi]
            results.append(run(lo, hi, (h0[lo:hi], c0[lo:hi]), part_keep))
        outputs, h, c = (
            tf.concat(pieces, axis)
            for pieces, axis in zip(zip(*results, strict=True), (1, 0, 0), strict=True)
        )
        static_batch, static_steps = inputs.shape[:2]
        outputs = tf.transpose(outputs, [1, 0, 2])
        return (
            tf.ensure_shape(outputs, [static_batch, static_steps, self.units]),
            tf.ensure_shape(h, [static_batch, self.units]),
            tf.ensure_shape(c, [static_batch, self.units]),
        )

    def compute_mask(self, inputs: Any, previous_mask: Any) -> tuple[Any, None, None]:
        """The mask of the outputs is that of the inputs; the states have none."""
        return previous_mask, None, None

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {
            **super().get_config(),
            "units": self.units,
            "shards": self.shards,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "recurrent_initializer": keras.initializers.serialize(self.recurrent_initializer),
        }


@keras.saving.register_keras_serializable(package="textrnn")
class EmbeddedLSTM(keras.layers.Layer):  # type: ignore[misc]
    """An embedding and the LSTM that reads it, as one layer: the input product is a look-up.

    Weights in order: ``embeddings`` [V, E], then those of ``FastLSTM``.
    """

    def __init__(self, vocabulary: int, dimension: int, units: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.embedding = keras.layers.Embedding(vocabulary, dimension, name="embedding")
        self.lstm = FastLSTM(units, name="lstm")

    def build(self, input_shape: Any) -> None:
        """Create the weights."""
        self.embedding.build(input_shape)
        self.lstm.build((*input_shape, self.embedding.output_dim))
        self.built = True

    def call(
        self, ids: Tensor, initial_state: State | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return outputs float32 [B, T, H] and the last state h, c [B, H], for ids int [B, T]."""
        return self.lstm.lookup(ids, self.embedding.embeddings, initial_state)
