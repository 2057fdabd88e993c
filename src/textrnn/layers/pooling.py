"""What a classifier reads of all steps of a sequence, rather than of the last one."""

from typing import Any

from textrnn.backend import keras, tf


@keras.saving.register_keras_serializable(package="textrnn")
class MeanMax(keras.layers.Layer):  # type: ignore[misc]
    """The mean and the greatest of each feature over the steps, as Howard & Ruder 2018 pool them.

    [B, T, H] float32, with or without a mask [B, T] → [B, 2 H]; masked steps count for neither.
    """

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """Return the means, then the maxima."""
        if mask is None:
            return tf.concat([tf.reduce_mean(inputs, 1), tf.reduce_max(inputs, 1)], 1)
        keep = tf.cast(mask, tf.bool)[..., tf.newaxis]
        steps = tf.reduce_sum(tf.cast(keep, inputs.dtype), 1)
        mean = tf.reduce_sum(tf.where(keep, inputs, 0.0), 1) / tf.maximum(steps, 1.0)
        return tf.concat([mean, tf.reduce_max(tf.where(keep, inputs, inputs.dtype.min), 1)], 1)

    def compute_mask(self, inputs: Any, mask: Any = None) -> None:
        """What is pooled has no steps to mask."""

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of what `call` returns."""
        return (input_shape[0], 2 * input_shape[2])
