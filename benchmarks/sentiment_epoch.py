"""An epoch of `book-bilstm`'s architecture on the real reviews is faster than the book's way.

An epoch is the input pipeline, 20,000 reviews of training and 5,000 of validation. The project's
way is `bilstm-buckets` (the same network; padding masked, reviews of like length in batches of up
to 128, and an Adam that touches only the embeddings of a batch's tokens); the book's encodes each
review by a `py_function` in every epoch, pads batches of 32 in order, and calls Keras's `fit`.
Every contender runs whole epochs. About fifteen minutes.
"""

import harness
from contenders import reviews
from harness import Benchmark, Claim, Contender, Go, faster, figure


def buckets() -> Go:
    """The epoch with `sentiment-train`'s training loop: masked, in buckets."""
    from contenders import ours

    epoch = ours.epochs("bilstm-buckets")
    padding = reviews.padded_to_real(reviews.bucket_epoch())
    return lambda: {"padded_to_real": padding, **epoch()}


def book_batches() -> Go:
    """The same loop over the book's batches, padding read as in the book."""
    from contenders import ours

    return ours.epochs("book-bilstm")


def book() -> Go:
    """The book's way."""
    from textrnn.backend import keras

    keras.utils.set_random_seed(1)
    train, valid = (reviews.book_batches(reviews.rows(split)) for split in ("train", "valid"))
    layers = keras.layers
    model = keras.Sequential(
        [
            layers.Embedding(reviews.vocabulary_size(), 20),
            layers.Bidirectional(layers.LSTM(64)),
            layers.Dense(64, activation="relu"),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.Adam(1e-3),
        loss=keras.losses.BinaryCrossentropy(from_logits=False),
        metrics=["accuracy"],
    )

    def go() -> None:
        model.fit(train, validation_data=valid, epochs=1, verbose=0)

    return go


BENCHMARK = Benchmark(
    name="sentiment_epoch",
    title="An epoch of `book-bilstm` on the 20,000 + 5,000 reviews of training and validation",
    contenders={
        "textrnn, masked, buckets of 128": Contender(buckets),
        "textrnn, the book's batches": Contender(book_batches),
        "the book's way": Contender(book),
    },
    claims=[
        Claim(
            "epoch of `book-bilstm`, input and validation included, against the book's way",
            faster("textrnn, masked, buckets of 128", "the book's way"),
            8,
        ),
        Claim(
            "padded positions for each real token in its buckets",
            figure("textrnn, masked, buckets of 128", "padded_to_real"),
            at_most=1.06,
            unit="",
        ),
    ],
    rounds=3,
    warm_up=1,
    notes=[
        "The book's shuffling of 50,000 reviews before each epoch is left out, which favours it.",
        "At the end of an epoch, TensorFlow waits for the thread that tunes a pipeline as it runs, "
        "until that wakes (10, 20, 41, 82, 142 s after the beginning): the book's way has that "
        "wait, as it comes. `textrnn.steps.untuned` says more.",
        "`valid accuracy` is that after the rounds, and no claim.",
    ],
)

if __name__ == "__main__":
    harness.main(BENCHMARK)
