"""The real reviews of `imdb`: in buckets, in the book's batches, and by the book's way to them."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from textrnn import paths
from textrnn.params.base import load
from textrnn.params.classifier import Architecture, Padded, Training
from textrnn.sentiment import rows as files
from textrnn.sentiment import vocabulary
from textrnn.sentiment.vocabulary import Vocabulary

DATA = paths.Dataset("sentiment", "imdb")
BOOK = Padded(method="padded", batch_size=32)


def architecture(mask: bool) -> Architecture:
    """Return `book-bilstm`'s architecture, its padding masked or read."""
    found = load("sentiment.models.book-bilstm.architecture", Architecture)
    return found.model_copy(update={"mask": mask})


def training() -> Any:
    """Return `book-bilstm`'s training."""
    return load("sentiment.models.book-bilstm.training", Training)


def vocabulary_size() -> int:
    """Return how many ids there are, padding and the unknown token included."""
    return vocabulary.read(DATA.vocab).size


def rows(split: str) -> list[tuple[str, int]]:
    """Return a split's texts and labels in order."""
    return [(row.text, row.label) for row in files.read(DATA.rows(split))]


def book_encode(text: str, vocab: Vocabulary) -> list[int]:
    """Encode as the book does: maximal runs of word characters.

    The book's own encoder (`tfds.deprecated.text`) does it in more Python, so it takes longer.
    """
    return vocab.encode(re.findall(r"\w+", text))


def book_batches(rows: Sequence[tuple[str, int]]) -> Any:
    """Return the book's batches of 32: encoded by a `py_function` in every epoch, and padded."""
    from textrnn.backend import tf

    vocab = vocabulary.read(DATA.vocab)

    def encode(text: Any, label: Any) -> tuple[list[int], Any]:
        return book_encode(text.numpy().decode(), vocab), label

    def encode_map_fn(text: Any, label: Any) -> Any:
        tokens, label = tf.py_function(encode, inp=[text, label], Tout=(tf.int64, tf.int64))
        tokens.set_shape([None])
        label.set_shape([])
        return tokens, label

    texts, labels = zip(*rows, strict=True)
    source = tf.data.Dataset.from_tensor_slices((list(texts), tf.constant(labels, tf.int64)))
    return source.map(encode_map_fn).padded_batch(32, padded_shapes=([-1], []))


def bucket_epoch() -> Any:
    """Return the batches of an epoch in buckets: (places [B], tokens [B, T], labels [B, 1])."""
    from textrnn.sentiment import batching

    options = load("sentiment.models.bilstm-buckets.training", Training)
    return batching.texts(DATA.shards("train"), options.batches, 1)(0)


def batch_spec() -> Any:
    """Return the specification of such a batch, without making one."""
    from textrnn.backend import tf

    return (
        tf.TensorSpec([None], tf.int64),
        tf.TensorSpec([None, None], tf.int64),
        tf.TensorSpec([None, 1], tf.int64),
    )


def bucket_batches(count: int) -> list[Any]:
    """Return `count` batches of such an epoch, drawn from equal parts of it."""
    batches = list(bucket_epoch())
    return [batches[(2 * i + 1) * len(batches) // (2 * count)] for i in range(count)]


def padded_to_real(epoch: Iterable[Any]) -> float:
    """Return the positions that an epoch's batches compute for each token."""
    import numpy as np

    tokens = [batch.numpy() for _places, batch, _labels in epoch]
    real = sum(int(np.count_nonzero(batch)) for batch in tokens)
    return float(sum(batch.size for batch in tokens) / real)
