"""Schema of `sentiment.unlabelled` and `.pretraining`: what a classifier may start from."""

from typing import Annotated, Literal

from pydantic import Field

from textrnn.params.base import Params
from textrnn.params.corpus import TableName
from textrnn.params.optimisation import Size


class Unlabelled(Params):
    """Texts whose labels nobody needs, less those that stand in a labelled corpus."""

    corpus: TableName
    less: TableName  # the labelled corpus; none of its texts, tested on or not, is kept


class SkipGram(Params):
    """Word vectors by skip-gram with negative sampling (Mikolov et al. 2013)."""

    dimension: Size  # as the architecture's `embedding`
    window: Size  # tokens to either side that a token is to predict, at most
    negative: Size  # tokens drawn against each of them
    subsample: Annotated[float, Field(gt=0, lt=1)]  # share from which tokens are thinned out
    min_count: Size  # rarer tokens get no vector
    epochs: Size
    seed: Annotated[int, Field(ge=0, lt=2**32)]


class Pretraining(Params):
    """What is learnt from unlabelled texts, for the models of one dataset."""

    dataset: str
    unlabelled: str
    vectors: SkipGram
    teacher: Literal["nb-svm"] | None  # the baseline whose probabilities label the texts
