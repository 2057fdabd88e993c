"""Schema of `sentiment.pairs.<name>`: which model is tested against which."""

from textrnn.params.base import Params


class Pair(Params):
    """Two models that are tested on the same rows."""

    model: str
    reference: str
