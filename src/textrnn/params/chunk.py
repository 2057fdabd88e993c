"""Schema of `charlm.datasets.<name>.chunk`: what is held out, and the windows to train on."""

from typing import Annotated

from pydantic import Field, model_validator

from textrnn.params.base import Params

Share = Annotated[float, Field(ge=0, lt=1)]


class Chunk(Params):
    """A text is cut, in order, into train, valid and test; train into windows of steps + 1."""

    valid: Share
    test: Share
    steps: Annotated[int, Field(ge=1)]  # characters of input in a window; the target is one later
    stride: Annotated[int, Field(ge=1)]  # from a window's first character to the next one's
    shards: Annotated[int, Field(ge=1, le=99999)]

    @model_validator(mode="after")
    def _leaves_text_to_train_on(self) -> "Chunk":
        if self.valid + self.test >= 1:
            raise ValueError(
                f"valid + test is {self.valid + self.test}, which leaves no text to train on."
            )
        return self
