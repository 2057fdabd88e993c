"""Word vectors of a vocabulary: skip-gram with negative sampling, by gensim.

Mikolov et al. 2013, "Distributed Representations of Words and Phrases and their Compositionality".
One thread of gensim draws and adds in one order, so the same texts give the same vectors.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

import numpy as np
import numpy.typing as npt
from gensim.models import Word2Vec

from textrnn.errors import UserError
from textrnn.params.pretraining import SkipGram
from textrnn.progress import bar
from textrnn.sentiment.tokens import Tokenizer
from textrnn.sentiment.vocabulary import PADDING, Vocabulary

Reals = npt.NDArray[np.float32]

# How long gensim's vectors are hangs on the corpus. Here this is their standard deviation; those of
# tokens without a vector are drawn with a third of it, so that they say little at first.
SPREAD = 0.3
SPREAD_OF_UNSEEN = 0.1


class Texts:
    """Texts as tokens, taken apart anew in each pass: memory holds one.

    Args:
        source: gives the texts, from the first.
        tokenize: takes one apart.
        total: how many there are.
    """

    def __init__(
        self, source: Callable[[], Iterable[str]], tokenize: Tokenizer, total: int
    ) -> None:
        self._source, self._tokenize, self._total = source, tokenize, total

    def __iter__(self) -> Iterator[list[str]]:
        return map(self._tokenize, bar(self._source(), "word vectors", self._total))


def skip_gram(texts: Texts, options: SkipGram) -> dict[str, Reals]:
    """Return the vector float32 [E] of each token that stands `min_count` times in the texts.

    The texts are read once to be counted, then once an epoch.

    Raises:
        UserError: no token is so frequent.
    """
    model = Word2Vec(
        vector_size=options.dimension,
        window=options.window,
        negative=options.negative,
        sample=options.subsample,
        min_count=options.min_count,
        seed=options.seed,
        sg=1,
        workers=1,
    )
    model.build_vocab(texts)
    if not len(model.wv):
        raise UserError(
            f"no token stands {options.min_count} times in the texts: lower vectors.min_count."
        )
    model.train(texts, total_examples=model.corpus_count, epochs=options.epochs)
    return dict(zip(model.wv.index_to_key, model.wv.vectors, strict=True))


def of_vocabulary(found: Mapping[str, Reals], vocab: Vocabulary, options: SkipGram) -> Reals:
    """Return a vector for each id, float32 [V, E]: padding's is zero, those not found are drawn."""
    draw = np.random.default_rng(options.seed)
    table = draw.normal(0, SPREAD_OF_UNSEEN, (vocab.size, options.dimension)).astype(np.float32)
    table[PADDING] = 0
    scale = SPREAD / np.std(np.stack(list(found.values())))
    for number, token in enumerate(vocab.tokens, start=1):
        if token in found:
            table[number] = scale * found[token]
    return table
