"""Schema of `pairs` of a task: which of its models is tested against which."""

from textrnn.params.base import Params


class Pair(Params):
    """Two models of a task that are tested on the same rows, or on the same text."""

    model: str
    reference: str
