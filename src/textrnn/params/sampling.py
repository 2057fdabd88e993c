"""Schema of `charlm.models.<name>.sampling`: the texts that a model is asked to write."""

from typing import Annotated

from pydantic import Field

from textrnn.params.base import Params

Size = Annotated[int, Field(ge=1)]


class Sampling(Params):
    """One text for each scale factor and a greedy one, with a window and with the carried state."""

    start: Annotated[str, Field(min_length=1)]
    length: Size  # characters to generate
    window: Size  # the book's max_input_length
    scale_factors: Annotated[list[Annotated[float, Field(gt=0)]], Field(min_length=1)]
    seed: Annotated[int, Field(ge=0)]
