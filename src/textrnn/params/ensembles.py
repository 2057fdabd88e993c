"""Schema of `sentiment.ensembles.<name>`: a model and a baseline that answer together."""

from typing import Literal

from textrnn.params.base import Params


class Ensemble(Params):
    """A recurrent model and a linear one, which err otherwise."""

    model: str  # all its seeds take part
    dataset: str  # the model's own: DVC's templates cannot look it up
    baseline: Literal["nb-svm", "tf-idf"]  # of the dataset
