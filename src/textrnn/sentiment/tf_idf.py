"""Logistic regression on TF-IDF of word n-grams."""

from collections.abc import Iterator
from dataclasses import dataclass

from scipy import sparse
from scipy.special import expit
from sklearn.feature_extraction.text import TfidfTransformer

from textrnn.params.sentiment_baselines import TfIdf
from textrnn.sentiment import linear
from textrnn.sentiment.classes import Labels, Probabilities
from textrnn.sentiment.linear import Candidate, Counts, Linear


@dataclass(frozen=True)
class Fitted:
    """The training texts' inverse document frequencies, and a weight for each n-gram."""

    orders: int
    transformer: TfidfTransformer
    linear: Linear

    def __call__(self, counts: Counts) -> Probabilities:
        """Return each text's probability of being of the class that is asked for."""
        features = self.transformer.transform(sparse.hstack(counts[: self.orders], format="csr"))
        found: Probabilities = expit(features @ self.linear.weights + self.linear.intercept)
        return found


def candidates(options: TfIdf, counts: Counts, labels: Labels) -> Iterator[Candidate]:
    """Fit every combination of the settings; yield each with its settings."""
    for orders in options.orders:
        stacked = sparse.hstack(counts[:orders], format="csr")
        transformer = TfidfTransformer(sublinear_tf=True).fit(stacked)
        features = transformer.transform(stacked)
        for penalty in options.penalty:
            answers = [
                Fitted(orders, transformer, linear.fit(features, is_of_class, penalty))
                for is_of_class in linear.questions(labels)
            ]
            settings = {"orders": orders, "penalty": penalty}
            yield Candidate(settings, linear.together(answers))
