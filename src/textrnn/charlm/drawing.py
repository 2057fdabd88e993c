"""The next character, drawn from a model's logits by the Gumbel-max trick.

The largest of logits to which independent Gumbel noise is added is distributed as their softmax
(Gumbel 1954; Maddison et al. 2014). So the random numbers stand apart from the draw, which can be
compiled: XLA's own are others than TensorFlow's for the same seed.
"""

from collections.abc import Sequence

from textrnn.backend import tf


def gumbel(seed: tf.Tensor, step: tf.Tensor, like: tf.Tensor) -> tf.Tensor:
    """Return Gumbel noise, float32 of the shape of `like`; the same seed and step give the same."""
    both = tf.stack([tf.cast(seed, tf.int64), tf.cast(step, tf.int64)])
    uniform = tf.random.stateless_uniform(tf.shape(like), both, alg="philox")
    return -tf.math.log(-tf.math.log(uniform))


def draw(logits: tf.Tensor, scales: tf.Tensor, noise: tf.Tensor) -> tf.Tensor:
    """Draw an id for each row from softmax(scale × logits).

    Args:
        logits: float32 [B, V].
        scales: float32 [B, 1], one over the temperature; infinity takes the likeliest id.
        noise: of `gumbel`, [B, V].

    Returns:
        int32 [B].
    """
    greedy = tf.math.is_inf(scales)
    scores = tf.where(greedy, logits, logits * tf.where(greedy, 1.0, scales) + noise)
    return tf.argmax(scores, axis=1, output_type=tf.int32)


def as_scales(scales: Sequence[float | None]) -> tf.Tensor:
    """Return scale factors as `draw` takes them; None stands for the likeliest character."""
    return tf.constant([[float("inf") if scale is None else scale] for scale in scales])
