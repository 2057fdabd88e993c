"""What is learnt of unlabelled texts before a classifier is: vectors, and a teacher's labels.

No test row is read: the training rows and the unlabelled texts make the vectors and are taught,
validation rows choose the teacher's settings.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from textrnn import sharding
from textrnn.params.pretraining import SkipGram
from textrnn.params.sentiment_baselines import SentimentBaselines
from textrnn.params.tokens import Tokens
from textrnn.paths import Dataset
from textrnn.progress import bar
from textrnn.sentiment import rows, starts, tokenised, unlabelled, vectors, vocabulary
from textrnn.sentiment.teaching import Teacher
from textrnn.sentiment.tokens import tokenizer

SHARDS = 1
TAUGHT = "taught"


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
    table = vectors.of_vocabulary(found, vocab, options)
    known = sum(token in found for token in vocab.tokens)
    starts.save("vectors", table, folder)
    return f"vectors of {known:,} tokens of {len(vocab.tokens):,}"


def write_taught(sources: Sources, options: SentimentBaselines, folder: Path) -> str:
    """Write the unlabelled texts as shards, and what the teacher says of each.

    The teacher reads what the dataset's models read, in its own tokens; the shards hold those of
    the dataset. Texts without a token are left out.

    Returns:
        Who the teacher is.
    """
    tokenize, part = tokenizer(options.tokens), tokenised.part_read(sources.tokens)
    read = partial(tokenised.read, part=part, tokenize=tokenize)
    teacher = Teacher(options.nb_svm, *(read(sources.data.rows(s)) for s in ("train", "valid")))
    vocab, own = vocabulary.read(sources.data.vocab), tokenizer(sources.tokens)
    kept = [text for text in unlabelled.read(sources.unlabelled) if own(text)]
    said = teacher(tokenize(part(text)) for text in bar(kept, "taught", len(kept)))
    verdicts = (said > 0.5).astype(int).tolist()
    examples = (
        {"tokens": vocab.encode(own(text)), "label": [verdict]}
        for text, verdict in bar(zip(kept, verdicts, strict=True), "encoded", len(kept))
    )
    (folder / TAUGHT).mkdir()
    sharding.write(folder / TAUGHT, TAUGHT, examples, len(kept), SHARDS)
    starts.save("probabilities", said, folder / TAUGHT)
    chosen = ", ".join(f"{key} {value:g}" for key, value in teacher.chosen.settings.items())
    return f"{len(kept):,} texts taught by nb-svm, {chosen}"
