"""What comes before a language model: word vectors, and the unlabelled texts as shards.

No row of a test split is read, and none of a validation split.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from textrnn import sharding
from textrnn.params.pretraining import SkipGram
from textrnn.params.tokens import Tokens
from textrnn.paths import Dataset
from textrnn.progress import bar
from textrnn.sentiment import rows, starts, unlabelled, vectors, vocabulary
from textrnn.sentiment.tokens import tokenizer

SHARDS = 1
UNLABELLED = "unlabelled"


@dataclass(frozen=True)
class Sources:
    """What is learnt from."""

    data: Dataset
    unlabelled: Path  # a text a line
    tokens: Tokens  # of the dataset

    def texts(self) -> Iterator[str]:
        """Yield the training texts, then the unlabelled ones."""
        yield from (row.text for row in rows.read(self.data.rows("train")))
        yield from unlabelled.read(self.unlabelled)


def write_vectors(sources: Sources, options: SkipGram, folder: Path) -> str:
    """Write the vectors of the dataset's vocabulary, learnt from whole texts; return how many."""
    whole = tokenizer(sources.tokens.model_copy(update={"last": None}))
    total = rows.count(sources.data.rows("train")) + rows.count(sources.unlabelled)
    found = vectors.skip_gram(vectors.Texts(sources.texts, whole, total), options)
    vocab = vocabulary.read(sources.data.vocab)
    starts.save(vectors.of_vocabulary(found, vocab, options), folder)
    known = sum(token in found for token in vocab.tokens)
    return f"vectors of {known:,} tokens of {len(vocab.tokens):,}"


def write_shards(sources: Sources, folder: Path) -> str:
    """Write the unlabelled texts as the dataset's vocabulary encodes them; return how many.

    Texts without a token are left out.
    """
    vocab, tokenize = vocabulary.read(sources.data.vocab), tokenizer(sources.tokens)
    kept = [text for text in unlabelled.read(sources.unlabelled) if tokenize(text)]
    examples = (
        {"tokens": vocab.encode(tokenize(text))} for text in bar(kept, "encoded", len(kept))
    )
    (folder / UNLABELLED).mkdir()
    sharding.write(folder / UNLABELLED, UNLABELLED, examples, len(kept), SHARDS)
    return f"{len(kept):,} unlabelled texts"
