"""Keras's SimpleRNN, LSTM and GRU with the recurrence of `loops`; and an embedding read by one.

The layers are Keras's in arguments, weights, results and gradients. Only the loop over the steps is
another, where `is_compiled` finds that it can be.
"""

from typing import Any

from textrnn.backend import keras, tf
from textrnn.layers import dropout, gates, loops
from textrnn.layers.gates import Tensor, Tensors

# An input product inside the loop costs a small product at each step, and saves writing and reading
# G H numbers for each position: up to this width it is the faster way.
NARROW = 64


def is_compiled(layer: Any) -> bool:
    """Say whether a layer runs the loops of this package, rather than those of its Keras class.

    On a GPU it does not, since Keras has cuDNN's there, unless weights are to be dropped, which
    Keras cannot; nor with what the loops do not know: other activations, dropout of the state, no
    bias, another precision.
    """
    return _is_known(layer) and (
        bool(layer.weight_drop) or not tf.config.list_physical_devices("GPU")
    )


def _is_known(layer: Any) -> bool:
    """Say whether the loops compute what a layer's arguments ask for."""
    cell = layer.cell
    recurrent = getattr(cell, "recurrent_activation", keras.activations.sigmoid)
    return (
        cell.activation is keras.activations.tanh
        and recurrent is keras.activations.sigmoid
        and cell.use_bias
        and getattr(cell, "reset_after", True)
        and not (cell.dropout or cell.recurrent_dropout)
        and not layer.unroll
        and layer.compute_dtype == "float32"
    )


class _Compiled:
    """The loop over the steps, for the class of Keras's that comes next among the bases."""

    equations: gates.Cell  # of the cell

    def __init__(
        self,
        *args: Any,
        halves: int = 2,
        weight_drop: float = 0.0,
        drop_seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        """Take Keras's arguments, and those of the loops.

        Args:
            args: Keras's.
            halves: in how many parts, side by side, the batch is computed. Another number of parts
                changes gradients by rounding. Bidirectional layers are side by side already.
            weight_drop: the share of the recurrent kernel that a training step sets to 0 (Merity et
                al. 2018).
            drop_seed: of its draws; None takes one from Python's random numbers.
            kwargs: Keras's.
        """
        super().__init__(*args, **kwargs)
        self.halves = halves
        self.weight_drop = weight_drop
        self.drop_seed = dropout.new_seed() if weight_drop and drop_seed is None else drop_seed

    def inner_loop(
        self, sequences: Tensor, initial_state: Any, mask: Any, training: bool = False
    ) -> Any:
        """Return the last output [B, H], the outputs [B, T, H], and the last state."""
        if not is_compiled(self):
            _refuse_to_drop(self, training)
            return super().inner_loop(sequences, initial_state, mask, training)  # type: ignore[misc]
        state = initial_state if isinstance(initial_state, list | tuple) else [initial_state]
        outputs, last = _run(self, sequences, None, state, mask, training)
        return outputs[:, -1], outputs, last

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of the constructor."""
        own = {"halves": self.halves, "weight_drop": self.weight_drop, "drop_seed": self.drop_seed}
        return {**super().get_config(), **own}  # type: ignore[misc]


@keras.saving.register_keras_serializable(package="textrnn")
class SimpleRNN(_Compiled, keras.layers.SimpleRNN):  # type: ignore[misc]
    """`keras.layers.SimpleRNN`, faster on a CPU."""

    equations: gates.Cell = gates.SimpleRNN()


@keras.saving.register_keras_serializable(package="textrnn")
class LSTM(_Compiled, keras.layers.LSTM):  # type: ignore[misc]
    """`keras.layers.LSTM`, faster on a CPU."""

    equations: gates.Cell = gates.LSTM()


@keras.saving.register_keras_serializable(package="textrnn")
class GRU(_Compiled, keras.layers.GRU):  # type: ignore[misc]
    """`keras.layers.GRU`, faster on a CPU."""

    equations: gates.Cell = gates.GRU()


LAYERS: dict[str, Any] = {"SimpleRNN": SimpleRNN, "LSTM": LSTM, "GRU": GRU}


@keras.saving.register_keras_serializable(package="textrnn")
class Embedded(keras.layers.Layer):  # type: ignore[misc]
    """An embedding and the recurrent layer that reads it: the input product becomes a look-up.

    For a small vocabulary ``embeddings W + b`` is a table [V, G H], and a step adds a row of it.

    Args:
        vocabulary: V, how many ids there are.
        dimension: E, of the embeddings.
        recurrent: a layer of this module that returns its sequences and its state.
    """

    def __init__(self, vocabulary: int, dimension: int, recurrent: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.embedding = keras.layers.Embedding(vocabulary, dimension, name="embedding")
        self.recurrent = recurrent

    def build(self, input_shape: Any, *_states: Any) -> None:
        """Create the weights."""
        self.embedding.build(input_shape)
        self.recurrent.build((*input_shape, self.embedding.output_dim))
        self.built = True

    def call(
        self, ids: Tensor, initial_state: Any = None, training: bool = False
    ) -> tuple[Tensor, ...]:
        """Return outputs float32 [B, T, H] and the last states [B, H], for ids int [B, T]."""
        layer = self.recurrent
        if not is_compiled(layer):
            _refuse_to_drop(layer, training)
            inputs = self.embedding(ids)
            return layer(inputs, initial_state=initial_state, training=training)  # type: ignore[no-any-return]
        if initial_state is None:
            initial_state = layer.get_initial_state(tf.shape(ids)[0])
        table = _products(layer, tf.convert_to_tensor(self.embedding.embeddings))
        outputs, last = _run(layer, ids, table, list(initial_state), None, training)
        return (outputs, *last)

    def compute_output_shape(self, ids_shape: Any, *_states: Any) -> Any:
        """Return the shapes of what `call` returns."""
        return self.recurrent.compute_output_shape((*ids_shape, self.embedding.output_dim))

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of the constructor."""
        return {
            **super().get_config(),
            "vocabulary": self.embedding.input_dim,
            "dimension": self.embedding.output_dim,
            "recurrent": keras.saving.serialize_keras_object(self.recurrent),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Make the layer that `get_config` describes."""
        recurrent = keras.saving.deserialize_keras_object(config.pop("recurrent"))
        return cls(recurrent=recurrent, **config)


# ---------------------------------------------------------------- from layers to loops


def _run(
    layer: Any,
    inputs: Tensor,
    table: Tensor | None,
    state: Tensors,
    mask: Any,
    training: bool,
) -> tuple[Tensor, list[Tensor]]:
    """Run a layer's loop on inputs [B, T, E], or on ids [B, T] of a table's rows.

    Returns the outputs [B, T, H] in the order in which they were computed ([B, 1, H], the last one,
    if the layer does not return sequences), and the last state.
    """
    mask = mask[0] if isinstance(mask, list | tuple) else mask
    keep = None if mask is None else tf.cast(mask, tf.bool)[..., tf.newaxis]
    if layer.go_backwards:
        inputs = tf.reverse(inputs, [1])
        keep = None if keep is None else tf.reverse(keep, [1])
    weights = _recurrent_weights(layer, training)
    batch = tf.shape(inputs)[0]
    parts = 1 if inputs.shape[0] == 1 else layer.halves
    outputs, last = [], []
    for part in range(parts):
        rows = slice(batch * part // parts, batch * (part + 1) // parts)
        results = loops.recur(
            layer.equations,
            _source(layer, _swapped(inputs[rows]), table),
            weights,
            [tf.convert_to_tensor(s)[rows] for s in state],
            None if keep is None else _swapped(keep[rows]),
            sequences=layer.return_sequences,
            training=training,
        )
        if layer.return_sequences:
            outputs.append(_swapped(results[0]))
            results = results[1:]
        last.append(results)
    joined = [_joined(pieces, inputs.shape[0]) for pieces in zip(*last, strict=True)]
    if layer.return_sequences:
        sequence = tf.ensure_shape(
            _joined(outputs, inputs.shape[0]), [*inputs.shape[:2], layer.units]
        )
    else:
        sequence = joined[0][:, tf.newaxis]
    return sequence if keep is None else _hidden(layer, sequence, keep), joined


def _refuse_to_drop(layer: Any, training: bool) -> None:
    """Refuse to train without the dropping of weights that a layer's arguments ask for."""
    if training and layer.weight_drop:
        raise ValueError(f"{layer.name}: weight_drop goes with Keras's other defaults only")


def _source(layer: Any, inputs: Tensor, table: Tensor | None) -> loops.Source:
    """Choose where a step's input products come from, by what is cheapest."""
    if table is not None:
        return loops.Table(tf.cast(inputs, tf.int32), table)
    if inputs.shape[-1] <= NARROW:
        return loops.Narrow(inputs, tf.convert_to_tensor(layer.cell.kernel), _input_bias(layer))
    return loops.Projected(_products(layer, inputs))


def _products(layer: Any, inputs: Tensor) -> Tensor:
    """Return the gates' products with inputs [..., E], the bias added: [..., G H]."""
    rows = tf.reshape(inputs, [-1, inputs.shape[-1]])
    products = tf.matmul(rows, tf.convert_to_tensor(layer.cell.kernel)) + _input_bias(layer)
    return tf.reshape(products, tf.concat([tf.shape(inputs)[:-1], [products.shape[-1]]], 0))


def _input_bias(layer: Any) -> Tensor:
    bias = tf.convert_to_tensor(layer.cell.bias)
    return bias if len(bias.shape) == 1 else bias[0]


def _recurrent_weights(layer: Any, training: bool) -> loops.Recurrent:
    bias = tf.convert_to_tensor(layer.cell.bias)
    own = () if len(bias.shape) == 1 else (bias[1],)  # a GRU has a bias for each product
    kernel = tf.convert_to_tensor(layer.cell.recurrent_kernel)
    if training and layer.weight_drop:
        kernel = dropout.of_weights(kernel, layer.weight_drop, layer.drop_seed)
    return loops.Recurrent(kernel, own)


def _swapped(x: Tensor) -> Tensor:
    """[B, T, ...] → [T, B, ...], and back."""
    return tf.transpose(x, [1, 0, *range(2, len(x.shape))])


def _joined(pieces: Any, batch: int | None) -> Tensor:
    """Put the parts of a batch together again."""
    whole = pieces[0] if len(pieces) == 1 else tf.concat(pieces, 0)
    return tf.ensure_shape(whole, [batch, *whole.shape[1:]])


def _hidden(layer: Any, outputs: Tensor, keep: Tensor) -> Tensor:
    """Zero the outputs [B, T or 1, H] at those masked steps at which Keras has zeros.

    These are all of them with `zero_output_for_mask`, which `keras.layers.Bidirectional` sets on
    the layers that it wraps, if they return sequences. Else they are those before a row's first
    unmasked step: at later ones the carried state already repeats the previous output.
    """
    shown = keep
    if not layer.zero_output_for_mask:
        shown = tf.cumsum(tf.cast(keep, tf.float32), axis=1) > 0
    return tf.where(shown[:, -tf.shape(outputs)[1] :], outputs, 0.0)
