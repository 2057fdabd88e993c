"""A dataset's NB-SVM, fitted again to be asked: its stage keeps metrics and predictions, no model.

It is fitted to the same rows with the settings that validation chose, as `metrics/` holds them, so
that it is the model which was measured; nothing is chosen anew.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scipy import sparse

from textrnn import paths
from textrnn.errors import UserError
from textrnn.params import document
from textrnn.params.document import SentimentDataset
from textrnn.params.sentiment_baselines import NbSvm
from textrnn.params.tokens import Tokens
from textrnn.sentiment import nb_svm, rows, tokenised
from textrnn.sentiment.ngrams import NGrams
from textrnn.sentiment.tokens import tokenizer
from textrnn.serving import attribution, spans
from textrnn.serving.attribution import Explained, Values, Word
from textrnn.serving.spans import Span

NAME = "nb-svm"
SECONDS_A_MEGABYTE = 1.0  # of training rows, on two cores, to read and to fit


@dataclass(frozen=True)
class Baseline:
    """A fitted NB-SVM, and what it reads of a text."""

    dataset: SentimentDataset
    tokens: Tokens
    ngrams: NGrams
    fitted: nb_svm.Fitted

    def explain(self, text: str) -> Explained:
        """Return the verdict on a text, and each word's contribution: by occlusion, as a model's.

        Raises:
            UserError: the text has no word.
        """
        found = self.spans(text)
        attribution.check_words(text, found)
        words = [span.token for span in found]
        whole, parts = attribution.occlusion(self.log_odds, words)
        known = self.ngrams.counts([[word] for word in words])[0].getnnz(axis=1) > 0
        return Explained(whole, list(map(Word, found, parts, known.tolist())))

    def log_odds(self, texts: Sequence[Sequence[str]]) -> Values:
        """Return the log-odds [B] of texts of tokens."""
        counts = self.ngrams.counts(texts)[: self.fitted.orders]
        presence = sparse.hstack(counts, format="csr")
        presence.data[:] = 1
        found: Values = presence @ self.fitted.weights + self.fitted.intercept
        return found

    def spans(self, text: str) -> list[Span]:
        """Return the baseline's tokens of what the dataset's models read of a text, in place.

        They are those that `tokenised.read` gives of the rows.
        """
        read = self.dataset.tokens
        if read.last is None:
            return spans.find(text, self.tokens)
        words = spans.find(text, read.model_copy(update={"last": None}))
        begin = words[-read.last].start if len(words) > read.last else 0
        lower = self.tokens.lower or read.lower
        found = spans.find(text, self.tokens.model_copy(update={"lower": lower}))
        return [span for span in found if span.start >= begin]


def fit(dataset: str, say: Callable[[str], None]) -> Baseline:
    """Fit the NB-SVM of a dataset.

    Args:
        dataset: of `sentiment.datasets`.
        say: told what is being done, before each part of it.

    Raises:
        UserError: the training rows or the chosen settings are not here.
    """
    found = document.load().sentiment
    entry, tokens = found.datasets[dataset], found.baselines.tokens
    options = _chosen(dataset)
    file = _rows(dataset)
    count, time = rows.count(file), _about(file.stat().st_size)
    fitting = f"Fitting it to the {count:,} training reviews of {dataset} takes {time}."
    say(f"{fitting} Reading them.")
    train = tokenised.read(file, tokenised.part_read(entry.tokens), tokenizer(tokens))
    [orders] = options.orders
    say(f"{fitting} Counting n-grams of up to {orders} words.")
    ngrams = NGrams(train.tokens, orders)
    counts = ngrams.counts(train.tokens)
    say(f"{fitting} Weighing {sum(c.shape[1] for c in counts):,} n-grams.")
    [candidate] = nb_svm.candidates(options, counts, train.labels)
    assert isinstance(candidate.predict, nb_svm.Fitted)  # noqa: S101 - by `candidates`
    return Baseline(entry, tokens, ngrams, candidate.predict)


def _chosen(dataset: str) -> NbSvm:
    """Return the settings that validation chose, as the only ones there are.

    Raises:
        UserError: the baselines of this dataset have not been measured.
    """
    file = paths.METRICS / "sentiment" / "baselines" / dataset / "metrics.json"
    if not file.is_file():
        raise UserError(
            f"{file.as_posix()} is not here, which holds the settings of the baseline: run "
            f"`dvc repro sentiment-baseline@{dataset}`."
        )
    try:
        settings: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))[NAME]["settings"]
        return NbSvm.model_validate({key: [_whole(v)] for key, v in settings.items()})
    except (ValueError, KeyError, TypeError):
        raise UserError(
            f"{file.as_posix()} is damaged. Run `dvc repro --force sentiment-baseline@{dataset}`."
        ) from None


def _whole(value: float) -> float:
    """Return a count as an integer, as params.yaml has it."""
    return int(value) if float(value).is_integer() else value


def _rows(dataset: str) -> Path:
    """Return the file of the training rows.

    Raises:
        UserError: it is not here.
    """
    file = paths.Dataset("sentiment", dataset).rows("train")
    if not file.is_file():
        raise UserError(
            f"the training rows of {dataset}, to which the baseline is fitted, are not here: fetch "
            f"them with `dvc pull {file.as_posix()}`, or make them with `dvc repro "
            f"sentiment-split@{dataset}`."
        )
    return file


def _about(size: int) -> str:
    """Return how long a file of training rows takes, in words."""
    seconds = max(1, round(size / 1e6 * SECONDS_A_MEGABYTE))
    return "about a second" if seconds == 1 else f"about {seconds} seconds"
