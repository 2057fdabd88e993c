"""Adam, as the paper has it, and its lazy variant, for embeddings too.

TensorFlow gives an embedding's gradient as slices, one for each token of a batch. Keras 3's Adam
squares them one by one, and so does its clipping. The second moment of a token that stands in a
batch n times comes out up to n times too small, and its steps √n times too long: a hundred times,
for the padding of long batches. Here the slices of a row are summed first, as Keras 2 did.
"""

from typing import Any

from textrnn.backend import keras, tf
from textrnn.params.optimisation import Optimisation


def build(options: Optimisation, steps: int) -> keras.optimizers.Optimizer:
    """Return the optimizer with the parameters' schedule and clipping; `steps` are the run's.

    With `averaging` it also keeps the exponential mean of the weights after each step (Polyak &
    Juditsky 1992), which `finalize_variable_values` puts in their place.
    """
    kind = {"adam": Adam, "lazy_adam": LazyAdam}[options.optimizer]
    averaging = {"use_ema": True, "ema_momentum": options.averaging} if options.averaging else {}
    return kind(_rate(options, steps), global_clipnorm=options.clip_norm, **averaging)


def _rate(options: Optimisation, steps: int) -> Any:
    first = options.learning_rate
    last = options.final_learning_rate or first
    if options.schedule == "cosine":
        return keras.optimizers.schedules.CosineDecay(first, steps, alpha=last / first)
    if options.schedule == "exponential":
        return keras.optimizers.schedules.ExponentialDecay(first, steps, last / first)
    return first


class _OfAllReplicas(keras.optimizers.Adam):  # type: ignore[misc]
    """Keras's Adam, but replicas' gradients are summed before they are clipped.

    Keras clips each replica's own and then sums: of R replicas the sum may be R times as long as
    the norm that it was to be clipped at, so that several learn otherwise than one.
    """

    def _all_reduce_sum_gradients(self, grads_and_vars: Any) -> Any:
        """Return what Keras is about to sum; that of several replicas is done."""
        return super()._all_reduce_sum_gradients(grads_and_vars) if _is_alone() else grads_and_vars


def _summed_over_replicas(gradients: list[Any]) -> Any:
    if _is_alone():
        return gradients
    return tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, gradients)


def _is_alone() -> bool:
    return bool(tf.distribute.get_replica_context().num_replicas_in_sync == 1)


class Adam(_OfAllReplicas):
    """Kingma & Ba (2015): every row of an embedding moves at every step, by its moments."""

    def apply(self, grads: Any, trainable_variables: Any = None) -> None:
        """Update the variables, from gradients that may be dense or slices."""
        dense = [tf.convert_to_tensor(g) for g in grads]
        super().apply(_summed_over_replicas(dense), trainable_variables)


class LazyAdam(_OfAllReplicas):
    """Adam that touches only the rows of an embedding that a batch used, and their moments.

    So do `torch.optim.SparseAdam` and TensorFlow Addons' `LazyAdam`. A row's moments do not decay
    while it is away: another method, whose step costs what the batch's rows cost.
    """

    def apply(self, grads: Any, trainable_variables: Any = None) -> None:
        """Update the variables, from gradients that may be dense or slices."""
        each = _summed_over_replicas([_summed(g) for g in grads])
        # Two replicas may have used the same row.
        super().apply(each if _is_alone() else list(map(_summed, each)), trainable_variables)

    def _clip_gradients(self, grads: Any) -> Any:
        """Clip as Keras does, without making slices dense."""
        if self.global_clipnorm is None:
            return grads
        return tf.clip_by_global_norm(grads, self.global_clipnorm)[0]

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Update one variable; Keras calls it with the sum of all replicas' gradients."""
        if not isinstance(gradient, tf.IndexedSlices):
            super().update_step(gradient, variable, learning_rate)
            return
        rows, values = gradient.indices, gradient.values
        index = self._get_variable_index(variable)
        moments = (self._momentums[index].value, self._velocities[index].value)
        decays = (self.beta_1, self.beta_2)
        mean, square = (
            decay * tf.gather(moment, rows) + (1 - decay) * new
            for moment, decay, new in zip(moments, decays, (values, values * values), strict=True)
        )
        for moment, new in zip(moments, (mean, square), strict=True):
            moment.scatter_update(tf.IndexedSlices(new, rows))
        first, second = (
            1 - decay ** tf.cast(self.iterations + 1, values.dtype) for decay in decays
        )
        rate = tf.cast(learning_rate, values.dtype) * tf.sqrt(second) / first
        change = rate * mean / (tf.sqrt(square) + self.epsilon)
        variable.scatter_sub(tf.IndexedSlices(change, rows))


def _summed(gradient: Any) -> Any:
    """Sum the slices of each row; a dense gradient is returned as it is."""
    if not isinstance(gradient, tf.IndexedSlices):
        return gradient
    rows, places = tf.unique(gradient.indices)
    sums = tf.math.unsorted_segment_sum(gradient.values, places, tf.shape(rows)[0])
    return tf.IndexedSlices(sums, rows, gradient.dense_shape)
