"""Schema of `sentiment.datasets.<name>.tokens` and `.vocabulary`: text → tokens → ids."""

from typing import Annotated, Literal

from pydantic import Field

from textrnn.params.base import Params


class Tokens(Params):
    """What a token is, and how many of a text's tokens are kept."""

    lower: bool
    punctuation: bool  # each punctuation mark and symbol is a token of its own
    last: Annotated[int, Field(ge=1)] | None  # keep the last N tokens of a text


class Vocabulary(Params):
    """Which tokens of the training rows get an id of their own, and in what order."""

    max_size: Annotated[int, Field(ge=1)] | None  # the most frequent N
    min_count: Annotated[int, Field(ge=1)]
    order: Literal["appearance", "frequency"]
