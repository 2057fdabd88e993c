"""What the page may ask: the bodies of its requests, checked."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Model = Annotated[str, Field(min_length=1, max_length=200)]


class Question(BaseModel):
    """What all have in common: no value is guessed from another type, no key is unknown."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    model: Model


class Review(Question):
    """A text to be judged."""

    text: Annotated[str, Field(max_length=20_000)]


class Draft(Question):
    """A text to be begun by the page and continued by a character model."""

    start: Annotated[str, Field(max_length=5_000)]
    length: Annotated[int, Field(ge=0, le=5_000)]
    temperature: Annotated[float, Field(ge=0.05, le=10, allow_inf_nan=False)]
    greedy: bool
    seed: Annotated[int, Field(ge=0, lt=2**63)]


class Passage(Question):
    """A text through which a model's units are followed."""

    text: Annotated[str, Field(min_length=1, max_length=5_000)]
