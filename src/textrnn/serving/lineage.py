"""Whether a model is read with what it was trained with, by what dvc.lock has of its training.

A model's folder says how many tokens its vocabulary has, and no more. Another vocabulary of that
size, other tokens or other classes would give answers without sense, and no error.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from textrnn import lockfile
from textrnn.errors import UserError
from textrnn.integrity.outputs import md5
from textrnn.params.corpus import ReadTable
from textrnn.params.document import SentimentDataset
from textrnn.params.tokens import Tokens

if TYPE_CHECKING:
    from textrnn.serving.models import Named

Entry = Mapping[str, Any]


def check(model: Named) -> None:
    """Refuse a model whose vocabulary, tokens or classes are not those that it was trained with.

    Of a model that dvc.lock does not have nothing is known, and nothing is refused.

    Raises:
        UserError: they are others; what brings them together is said.
    """
    stages = lockfile.stages()
    trained = stages.get(model.stage)
    if trained is None:
        return
    vocab = model.data.vocab
    if _recorded(trained, "deps", vocab.as_posix()) not in (None, md5(vocab)):
        raise UserError(
            f"{model.name} was trained with another vocabulary than {vocab} now holds, by "
            f"dvc.lock. Run `dvc repro {model.stage}`, or `dvc checkout` for what dvc.lock has."
        )
    if model.home.task == "sentiment":
        _check_texts(model, trained, stages)


def _check_texts(model: Named, trained: Entry, stages: Mapping[str, Entry]) -> None:
    """Refuse a classifier of texts that are now read otherwise."""
    dataset = model.dataset_entry
    assert isinstance(dataset, SentimentDataset)  # noqa: S101 - by the task
    encoded = stages.get(f"sentiment-encode@{model.dataset}", {})
    shards = model.data.shards("train").as_posix()
    now, then = _recorded(encoded, "outs", shards), _recorded(trained, "deps", shards)
    if None not in (now, then) and now != then:
        raise UserError(
            f"sentiment.datasets.{model.dataset} was made anew after {model.name} was trained, by "
            f"dvc.lock. Run `dvc repro {model.stage}`."
        )
    key = f"sentiment.datasets.{model.dataset}.tokens"
    tokens = lockfile.parameters(encoded).get(key)
    if tokens is not None and Tokens.model_validate(tokens) != dataset.tokens:
        raise _parted(model, key)
    corpus = dataset.corpus
    key = f"corpora.{corpus.folder}.{corpus.name}.read"
    read = lockfile.parameters(stages.get(f"sentiment-split@{model.dataset}", {})).get(key)
    if read is not None and ReadTable.model_validate(read).labels != model.labels:
        raise _parted(model, f"{key}.labels")


def _parted(model: Named, key: str) -> UserError:
    return UserError(
        f"{key} in params.yaml is not what {model.name} was trained with, by dvc.lock. Put it "
        f"back, or run `dvc repro {model.stage}`."
    )


def _recorded(entry: Entry, kind: str, path: str) -> str | None:
    """Return the md5 of one of a stage's `deps` or `outs`; None if it has no such."""
    for found in entry.get(kind, ()):
        if found["path"] == path:
            md5_: str = found["md5"]
            return md5_
    return None
