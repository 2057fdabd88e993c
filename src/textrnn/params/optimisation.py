"""Schema of what both tasks share of `training`, and of `seeds`."""

from typing import Annotated, Literal

from pydantic import Field

from textrnn.params.base import Params

Size = Annotated[int, Field(ge=1)]
Positive = Annotated[float, Field(gt=0)]
Seed = Annotated[int, Field(ge=0, lt=2**32)]
Seeds = Annotated[list[Seed], Field(min_length=1)]


Precision = Annotated[
    Literal["float32", "mixed_bfloat16"], Field(exclude_if=lambda kind: kind == "float32")
]

Averaging = Annotated[
    Annotated[float, Field(gt=0, lt=1)] | None, Field(exclude_if=lambda decay: decay is None)
]


class EarlyStopping(Params):
    """Stop after `patience` epochs without a better validation loss or accuracy; keep the best."""

    metric: Literal["loss", "accuracy"]
    patience: Size


class Optimisation(Params):
    """What both tasks share of a model's training: the optimizer and its surroundings."""

    epochs: Size
    optimizer: Literal["adam", "lazy_adam"]  # lazy: only the rows of an embedding that a batch used
    learning_rate: Positive
    schedule: Literal["constant", "cosine", "exponential"]
    final_learning_rate: Positive | None  # where a schedule ends
    clip_norm: Positive | None  # the gradients' global norm (Pascanu et al. 2013)
    early_stopping: EarlyStopping | None
    averaging: Averaging = None  # of the weights: what a step leaves of their mean so far
    precision: Precision = "float32"  # mixed: layers compute in bfloat16, weights are float32
