"""Schema of `charlm.baselines`: compressors, and the n-gram model's orders to choose from."""

from typing import Annotated

from pydantic import Field

from textrnn.params.base import Params


class Ppmd(Params):
    """PPMd variant H (Shkarin 2002), as 7-Zip has it."""

    order: Annotated[int, Field(ge=2, le=64)]  # characters of context at most, in bytes of UTF-8
    memory: Annotated[int, Field(ge=1, le=2047)]  # MiB; a model that outgrows it starts anew


class CharacterNGrams(Params):
    """Interpolated Kneser-Ney: the order that codes the validation text in the fewest bits."""

    orders: Annotated[list[Annotated[int, Field(ge=1, le=20)]], Field(min_length=1)]
    valid: Annotated[float, Field(gt=0, lt=1)]  # of the training text, where nothing else is held


class CharacterBaselines(Params):
    """What else codes a dataset's text."""

    ppmd: Ppmd
    ngrams: CharacterNGrams
