"""Linear models beside the recurrent ones: chosen on validation, then measured on every split."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from textrnn.errors import UserError
from textrnn.params.sentiment_baselines import SentimentBaselines
from textrnn.sentiment import calibration, classes, intervals, linear, measures, nb_svm, tf_idf
from textrnn.sentiment.classes import Labels
from textrnn.sentiment.linear import Candidate
from textrnn.sentiment.ngrams import NGrams
from textrnn.sentiment.tokenised import Texts


@dataclass(frozen=True)
class Baselines:
    """The n-grams of the training texts, and the models of them that validation chose, by name."""

    ngrams: NGrams
    chosen: Mapping[str, Candidate]

    def predict(self, texts: Texts) -> pd.DataFrame:
        """Return what each baseline says of each text.

        Returns:
            baseline, place, label, probability (or one for each class), predicted. `place` counts
            the texts from 0, as in the models' predictions.
        """
        counts = self.ngrams.counts(texts.tokens)
        parts = {
            name: pd.DataFrame(
                {"label": texts.labels, **classes.columns(candidate.predict(counts))}
            )
            for name, candidate in self.chosen.items()
        }
        table = pd.concat(parts, names=["baseline", "place"]).reset_index()
        return table.assign(predicted=classes.predicted(classes.probabilities(table)))


def choose(options: SentimentBaselines, train: Texts, valid: Texts, count: int) -> Baselines:
    """Fit every candidate to the training texts; keep the ones that validation finds best.

    Args:
        count: of classes.

    Raises:
        UserError: a class has no training text.
    """
    _check_every_class_is_there(train.labels, count)
    ngrams = NGrams(train.tokens, max(*options.nb_svm.orders, *options.tf_idf.orders))
    counts, held_out = ngrams.counts(train.tokens), ngrams.counts(valid.tokens)
    candidates = {
        "nb-svm": nb_svm.candidates(options.nb_svm, counts, train.labels),
        "tf-idf": tf_idf.candidates(options.tf_idf, counts, train.labels),
    }
    chosen = {k: linear.choose(fitted, held_out, valid.labels) for k, fitted in candidates.items()}
    return Baselines(ngrams, chosen)


def _check_every_class_is_there(labels: Labels, count: int) -> None:
    missing = sorted(set(range(count)) - set(labels.tolist()))
    if missing:
        raise UserError(
            f"no training row is of class {missing[0]}: there is nothing to learn it from. Give "
            "the corpus more rows of it, or map its labels to another class (read.labels)."
        )


def choices(baselines: Baselines) -> str:
    """Return a line a baseline: the settings that validation chose."""
    return "\n".join(
        f"{name}: " + ", ".join(f"{key} {value:g}" for key, value in candidate.settings.items())
        for name, candidate in baselines.chosen.items()
    )


def summary(baselines: Baselines, predictions: pd.DataFrame) -> dict[str, Any]:
    """Return each baseline's measures of each split, and the settings that were chosen.

    The test rows' figures have intervals beside them, as the models' have.

    Args:
        predictions: baseline, split, label and probabilities of every text.
    """
    found: dict[str, Any] = {name: {} for name in baselines.chosen}
    groups = predictions.groupby(["baseline", "split"], sort=False)
    for (name, split), rows in groups:
        labels, probabilities = rows["label"].to_numpy(), classes.probabilities(rows)
        values = measures.of(labels, probabilities) | calibration.errors(labels, probabilities)
        if split == "test":
            values |= intervals.of_test(labels, probabilities[None])
        found[str(name)][str(split)] = values
    for name, candidate in baselines.chosen.items():
        found[name]["settings"] = dict(candidate.settings)
    return found
