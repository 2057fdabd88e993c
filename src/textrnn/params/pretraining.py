"""Schema of `sentiment.unlabelled` and `.pretraining`: what a classifier may start from."""

from typing import Annotated, Literal

from pydantic import Field

from textrnn.params.base import Params
from textrnn.params.classifier import Buckets, Rate
from textrnn.params.corpus import TableName
from textrnn.params.optimisation import Optimisation, Seed, Size


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
    seed: Seed


class Reading(Optimisation):
    """Training of a language model."""

    batches: Buckets


class LanguageModel(Params):
    """A model that says of each token of a text what comes next, and what came before."""

    cell: Literal["SimpleRNN", "LSTM", "GRU"]  # as the architecture's
    units: Size  # of either direction, as the architecture's
    dropout: Rate  # of embeddings
    samples: Size  # tokens of the vocabulary that are drawn against a batch's own
    training: Reading
    seed: Seed


class Pretraining(Params):
    """What is learnt from unlabelled texts, for the models of one dataset."""

    dataset: str
    unlabelled: str
    vectors: SkipGram
    language_model: LanguageModel  # starts from the vectors; classifiers start from it
