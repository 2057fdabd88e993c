"""Schema of what both tasks share of `training`, and of `seeds`."""

from typing import Annotated, Literal

from pydantic import Field

from textrnn.params.base import Params

Size = Annotated[int, Field(ge=1)]
Positive = Annotated[float, Field(gt=0)]
Seeds = Annotated[list[Annotated[int, Field(ge=0, lt=2**32)]], Field(min_length=1)]


class EarlyStopping(Params):
    """Stop after `patience` epochs without a better validation loss or accuracy; keep the best."""

    metric: Literal["loss", "accuracy"]
    patience: Size


class Optimisation(Params):
    """What both tasks share of a model's training: Adam (Kingma & Ba 2015) and its surroundings."""

    epochs: Size
    learning_rate: Positive
    schedule: Literal["constant", "cosine", "exponential"]
    final_learning_rate: Positive | None  # where a schedule ends
    clip_norm: Positive | None  # the gradients' global norm (Pascanu et al. 2013)
    early_stopping: EarlyStopping | None
