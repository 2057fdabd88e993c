"""An epoch of `book-bilstm`'s architecture on the real reviews is faster than the book's way.

An epoch is the input pipeline, 20,000 reviews of training and 5,000 of validation. The project's
way masks padding and puts reviews of like length into batches of up to 128; the book's encodes each
review by a `py_function` in every epoch, pads batches of 32 in order, and calls Keras's `fit`.
The book's batches take minutes, so a tenth of them is run, drawn evenly over the epoch, and counted
tenfold: training and validation alike. About eight minutes.
"""

import harness
from contenders import reviews
from harness import Benchmark, Claim, Contender, Go, faster, figure

SAMPLE = {"train": 63, "valid": 16}  # of the book's 625 and 157 batches
SCALE = 625 / SAMPLE["train"]


def buckets() -> Go:
    """The whole epoch with `sentiment-train`'s training loop: masked, in buckets."""
    from contenders import ours

    train, valid = (reviews.DATA.shards(split) for split in ("train", "valid"))
    epoch = ours.epochs(True, reviews.BUCKETS, train, valid)
    padding = reviews.padded_to_real()
    return lambda: {"padded_to_real": padding, **epoch()}


def book_batches() -> Go:
    """The same loop over the book's batches, padding read as in the book; a sample."""
    from contenders import ours

    train, valid = (reviews.sample_of_shards(split, count) for split, count in SAMPLE.items())
    epoch = ours.epochs(False, reviews.BOOK, train, valid)

    def go() -> None:
        epoch()

    return go


def book() -> Go:
    """The book's way; a sample of the same batches."""
    from textrnn.backend import keras

    keras.utils.set_random_seed(1)
    train, valid = (
        reviews.book_batches(reviews.of_batches(rows, reviews.sampled(len(rows), count)))
        for rows, count in ((reviews.rows(split), count) for split, count in SAMPLE.items())
    )
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
        "textrnn, the book's batches": Contender(book_batches, scale=SCALE),
        "the book's way": Contender(book, scale=SCALE),
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
        f"The book's batches: {SAMPLE['train']} of 625 of training and {SAMPLE['valid']} of 157 of "
        "validation, drawn with a seed from equal parts of the epoch, their time times "
        f"{SCALE:.2f}. The book's shuffling of 50,000 reviews before each epoch is left out, "
        "which favours it.",
        "`valid accuracy` is that after the rounds, and no claim: batches of 128 make a quarter of "
        "the book's steps an epoch.",
    ],
)

if __name__ == "__main__":
    harness.main(BENCHMARK)
