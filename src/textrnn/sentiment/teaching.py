"""A teacher's answers to unlabelled texts, for a recurrent model to learn from.

The teacher is the baseline that validation chooses, made from the training rows alone. Not its
verdicts but its probabilities are learnt (Hinton et al. 2015, "Distilling the Knowledge in a Neural
Network"), of texts that nobody labelled (pseudo-labels, Lee 2013).
"""

from collections.abc import Iterable, Iterator
from itertools import islice

import numpy as np
import numpy.typing as npt

from textrnn.params.sentiment_baselines import NbSvm
from textrnn.sentiment import linear, nb_svm
from textrnn.sentiment.linear import Candidate
from textrnn.sentiment.ngrams import NGrams, Tokenised
from textrnn.sentiment.tokenised import Texts

TOGETHER = 5_000  # texts whose n-grams are counted at a time

Probabilities = npt.NDArray[np.float32]


class Teacher:
    """NB-SVM, of the settings that validation finds best."""

    def __init__(self, options: NbSvm, train: Texts, valid: Texts) -> None:
        """Fit every combination of the settings, as the baseline does, and keep the best."""
        self._ngrams = NGrams(train.tokens, max(options.orders))
        counts, held_out = (self._ngrams.counts(texts.tokens) for texts in (train, valid))
        candidates = nb_svm.candidates(options, counts, train.labels)
        self.chosen: Candidate = linear.choose(candidates, held_out, valid.labels)

    def __call__(self, texts: Iterable[list[str]]) -> Probabilities:
        """Return the probability of class 1 of each text, float32 [N]."""
        found = [self.chosen.predict(self._ngrams.counts(part)) for part in _parts(texts)]
        return np.concatenate([np.zeros(0), *found]).astype(np.float32)


def _parts(texts: Iterable[list[str]]) -> Iterator[Tokenised]:
    rest = iter(texts)
    while part := list(islice(rest, TOGETHER)):
        yield part
