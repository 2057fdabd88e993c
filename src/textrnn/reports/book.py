"""The book's own figures, to stand beside those of the runs here.

Source: Sebastian Raschka and Vahid Mirjalili, *Python Machine Learning*, third edition (Packt,
2019), chapter 16: what its text prints, and what the notebook in its repository printed when it was
run there. Each is one run; the notebook's differ from the text's.
"""

from dataclasses import dataclass

SOURCE = (
    "Raschka and Mirjalili, Python Machine Learning, third edition (Packt, 2019), chapter 16: "
    "its text, and the output of its notebook; one run each"
)


@dataclass(frozen=True)
class Figure:
    """A number of the book's, of the model that a model here repeats."""

    network: str  # the book's
    key: str  # where the same is found in metrics.json
    value: float
    place: str
    about: bool = False  # said in words, not printed

    def say(self, value: str) -> str:
        """Return the value in words: `about 50 %` where the book gives no digits."""
        return f"about {value.replace('.00', '')}" if self.about else value


_BILSTM = (
    Figure("bidirectional LSTM", "test.accuracy", 0.8515, "text"),
    Figure("bidirectional LSTM", "test.accuracy", 0.8392, "notebook"),
)
_BIRNN = (
    Figure("bidirectional SimpleRNN", "test.accuracy", 0.8070, "text"),
    Figure("bidirectional SimpleRNN", "test.accuracy", 0.7478, "notebook"),
)

FIGURES: dict[str, tuple[Figure, ...]] = {
    "sentiment/book-bilstm": _BILSTM,
    "sentiment/book-bilstm-seeds": _BILSTM,
    "sentiment/book-birnn-last100": _BIRNN,
    "sentiment/book-birnn-last100-seeds": _BIRNN,
    "sentiment/book-rnn": (Figure("SimpleRNN", "test.accuracy", 0.5, "text", about=True),),
    "charlm/book": (Figure("LSTM", "train.nats_per_char", 1.0337, "notebook"),),
}


def of(model: str) -> tuple[Figure, ...]:
    """Return the book's figures of the model that `sentiment/book-rnn` and its like repeat."""
    return FIGURES.get(model, ())
