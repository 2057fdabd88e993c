"""Schema of `charlm.adaptations.<model>`: how a model's test text is coded while it is learnt."""

from typing import Annotated

from pydantic import Field

from textrnn.params.base import Params

Size = Annotated[int, Field(ge=1)]
Positive = Annotated[float, Field(gt=0)]


class Dynamic(Params):
    """Dynamic evaluation (Krause et al. 2018): a step of gradient descent a segment."""

    segment: Size  # characters that are coded between two steps
    learning_rate: Annotated[float, Field(ge=0)]
    decay: Annotated[float, Field(ge=0, le=1)]  # of the way back to the trained weights, a step
    floor: Positive  # added to a weight's gradient scale, as a share of the mean of all scales
    samples: Size  # segments of the text before, from which the scales come


class GrowingNGrams(Params):
    """Interpolated Kneser-Ney whose counts grow with what is coded."""

    context: Annotated[int, Field(ge=0, le=19)]  # characters that it predicts from, at most


class Mixing(Params):
    """Geometric mixing of the two, its weights learnt on the way (Mattern 2013; Mahoney 2005)."""

    learning_rate: Annotated[float, Field(ge=0)]


class Adaptation(Params):
    """What a character model's test text is coded with; the key is the model's name."""

    dataset: str  # the model's own: DVC's templates cannot look it up
    dynamic: Dynamic
    ngrams: GrowingNGrams
    mixing: Mixing
