"""Schema of a sentiment model: its `architecture` and `training`."""

from typing import Annotated, Literal

from pydantic import Field

from textrnn.params.base import Params
from textrnn.params.optimisation import Optimisation, Size

SCRATCH = "scratch"  # the `pretraining` of a model that starts from nothing

Rate = Annotated[float, Field(ge=0, lt=1)]
Pooling = Annotated[Literal["last", "mean-max"], Field(exclude_if=lambda way: way == "last")]
WordDropout = Annotated[Rate, Field(exclude_if=lambda rate: rate == 0)]
Adversarial = Annotated[float, Field(ge=0, exclude_if=lambda length: length == 0)]


class Architecture(Params):
    """The chapter's `build_rnn_model`: embedding → recurrent layers → dense → probability.

    `classes` are those that the labels of the corpus are mapped to. Two, and what the chapter does
    not have, are left unsaid where an architecture is written down, as they were before there was
    more.
    """

    classes: Annotated[int, Field(ge=2, exclude_if=lambda count: count == 2)] = 2
    embedding: Size
    cell: Literal["SimpleRNN", "LSTM", "GRU"]
    units: Size
    layers: Size
    bidirectional: bool
    dense: Size
    mask: bool  # whether padding is masked (the book's is not)
    dropout: Rate  # of embeddings, and before the dense layers
    pooling: Pooling = "last"  # what the dense layers read of the steps
    word_dropout: WordDropout = 0.0  # share of the tokens that a training step takes for unknown
    adversarial: Adversarial = 0.0  # length of the push that misleads a training step most


class Padded(Params):
    """Batches in order, each padded to its longest text: the book's."""

    method: Literal["padded"]
    batch_size: Size


class Buckets(Params):
    """Batches of texts of like length, shuffled anew in every epoch."""

    method: Literal["buckets"]
    batch_size: Size
    shuffle: Size  # texts in the shuffle buffer
    pool: Size  # shuffled texts that are sorted by length together, and cut into batches


class Files(Params):
    """Buckets for a corpus that no memory holds: its shards are read as their texts are needed.

    They are dealt out to lanes, each of which gives the same number of rows of every batch.
    Several workers take whole lanes, and open the files of those alone.
    """

    method: Literal["files"]
    batch_size: Size
    shuffle: Size  # texts in the shuffle buffers of all lanes
    pool: Size  # as of buckets, of all lanes
    lanes: Size


Batches = Annotated[Padded | Buckets | Files, Field(discriminator="method")]


class Training(Optimisation):
    """Training of a sentiment model."""

    batches: Batches
