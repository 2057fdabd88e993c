"""Schema of `sentiment.audit`: when two texts are near duplicates."""

from typing import Annotated

from pydantic import Field

from textrnn.params.base import Params


class Audit(Params):
    """Texts are compared as sets of shingles: the runs of so many words that they hold."""

    shingle: Annotated[int, Field(ge=1, le=9)]  # words
    similarity: Annotated[float, Field(gt=0, le=1)]  # Jaccard: shared shingles over all of both
