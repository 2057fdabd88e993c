"""Schema of `sentiment.baselines`: linear models of word n-grams, and what they choose from."""

from typing import Annotated

from pydantic import Field

from textrnn.params.base import Params
from textrnn.params.tokens import Tokens

Orders = Annotated[list[Annotated[int, Field(ge=1, le=5)]], Field(min_length=1)]
Positives = Annotated[list[Annotated[float, Field(gt=0)]], Field(min_length=1)]
Shares = Annotated[list[Annotated[float, Field(ge=0, le=1)]], Field(min_length=1)]


class NbSvm(Params):
    """Wang & Manning 2012: every combination is tried."""

    orders: Orders  # n-grams of 1 to this many tokens
    smoothing: Positives  # added to each n-gram's count in either class
    penalty: Positives  # C: one over the strength of the regularisation
    interpolation: Shares  # 1 is the fitted weights, 0 naive Bayes with their mean magnitude


class TfIdf(Params):
    """Logistic regression on TF-IDF: every combination is tried."""

    orders: Orders
    penalty: Positives


class SentimentBaselines(Params):
    """Which tokens the baselines count, and among which settings validation chooses."""

    lower: bool
    punctuation: bool  # each punctuation mark and symbol is a token of its own
    nb_svm: NbSvm
    tf_idf: TfIdf

    @property
    def tokens(self) -> Tokens:
        """What the n-grams are made of."""
        return Tokens(lower=self.lower, punctuation=self.punctuation, last=None)
