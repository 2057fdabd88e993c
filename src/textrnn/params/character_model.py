"""Schema of a character model: its `architecture`, `training` and `sampling`."""

from typing import Annotated, Literal

from pydantic import Field

from textrnn.params.base import Params
from textrnn.params.optimisation import Optimisation, Size

Rate = Annotated[float, Field(ge=0, lt=1)]
Locked = Annotated[bool, Field(exclude_if=lambda is_locked: not is_locked)]
WeightDrop = Annotated[Rate, Field(exclude_if=lambda rate: rate == 0)]


class Architecture(Params):
    """The chapter's character model: embedding → recurrent layers → logits of each character.

    What the chapter does not have is left unsaid where an architecture is written down.
    """

    embedding: Size
    cell: Literal["SimpleRNN", "LSTM", "GRU"]
    units: Size
    layers: Size
    dropout: Rate  # between layers, and before the logits
    locked: Locked = False  # whether a window drops the same features at all its steps
    weight_drop: WeightDrop = 0.0  # of the recurrent weights


class Chunks(Params):
    """Windows shuffled through a buffer, each read from a zero state: the book's."""

    method: Literal["chunks"]
    batch_size: Size
    shuffle: Size


class Streams(Params):
    """The text as `batch_size` parallel streams, their state carried on (truncated BPTT)."""

    method: Literal["streams"]
    batch_size: Size


class Training(Optimisation):
    """Training of a character model."""

    batches: Annotated[Chunks | Streams, Field(discriminator="method")]
