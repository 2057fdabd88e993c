"""How much each character of a text surprises a character model.

A character's surprise is -log2 of the probability that the model gave it, in bits (Shannon 1948);
their mean is what evaluation calls bits a character.
"""

import numpy as np
import numpy.typing as npt

from textrnn.backend import tf
from textrnn.charlm.model import zero_states
from textrnn.serving.writing import Writer

Bits = npt.NDArray[np.float64]


def of(writer: Writer, text: str) -> Bits:
    """Return the surprise [N - 1] of each of N characters but the first, which nothing foretells.

    The model begins with zero states, and has read all that stands before a character.

    Raises:
        UserError: the model does not know a character.
    """
    ids = writer.known.encode(text)[np.newaxis]
    if ids.shape[1] < 2:
        return np.zeros(0)
    zeros = zero_states(writer.architecture, 1)
    logits, *_ = writer.model([tf.constant(ids[:, :-1]), *zeros], training=False)
    nats = tf.nn.sparse_softmax_cross_entropy_with_logits(ids[:, 1:], logits)[0]
    found: Bits = nats.numpy().astype(np.float64) / np.log(2)
    return found
