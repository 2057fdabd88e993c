"""What must hold between keys: each contradiction in the committed file is said, and no other."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from textrnn.errors import UserError
from textrnn.params import base, document

QUICK = "sentiment/models/quick"
READER = "sentiment/pretraining/imdb-best/language_model"
PAIR = {"model": "book-rnn", "reference": "book-bilstm"}
ADAPTATION = {
    "dataset": "island-streams",
    "dynamic": {"segment": 1, "learning_rate": 0.1, "decay": 0.0, "floor": 0.1, "samples": 1},
    "ngrams": {"context": 0},
    "mixing": {"learning_rate": 0.0},
}
ROTTEN = {"folder": "raw", "name": "rotten-tomatoes", "format": "csv"}
ENSEMBLE = {"model": "best", "dataset": "imdb-best", "baseline": "nb-svm"}
FILES = {"method": "files", "batch_size": 64, "shuffle": 20000, "pool": 6400, "lanes": 1}
STOPPING = {"metric": "loss", "patience": 1}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"charlm/models/book/training/early_stopping": STOPPING},
            "charlm.models.book.training.early_stopping: nothing is held out to stop by; "
            "charlm.datasets.island.chunk.valid is 0.",
        ),
        (
            {"charlm/models/quick/training/early_stopping": STOPPING | {"metric": "accuracy"}},
            "charlm.models.quick.training.early_stopping.metric: a character model measures loss "
            "alone.",
        ),
        ({f"{QUICK}/seeds": [1, 2, 1]}, "sentiment.models.quick.seeds: 1 stands there 2 times."),
        (
            {"charlm/models/quick/sampling/scale_factors": [0.5, 0.5]},
            "charlm.models.quick.sampling.scale_factors: 0.5 stands there 2 times.",
        ),
        (
            {f"{QUICK}/training/schedule": "cosine"},
            "sentiment.models.quick.training.schedule: cosine needs a final_learning_rate.",
        ),
        (
            {f"{QUICK}/training/final_learning_rate": 1e-4},
            "sentiment.models.quick.training.schedule: constant has no final_learning_rate.",
        ),
        (
            {f"{QUICK}/training/precision": "mixed_bfloat16"},
            "sentiment.models.quick.determinism: of mixed precision no bytes are promised: use "
            "machine.",
        ),
        (
            {"charlm/models/best/training/precision": "mixed_bfloat16"},
            "charlm.models.best.training.precision: weight_drop is for the loops of this package, "
            "which are float32: set it to 0, or train in float32.",
        ),
        (
            {f"{QUICK}/training/batches/pool": 6401},
            "sentiment.models.quick.training.batches.pool: 6401 is no multiple of the batch size, "
            "64; 6464 is.",
        ),
        (
            {f"{QUICK}/training/batches": {**FILES, "lanes": 3}},
            "sentiment.models.quick.training.batches.lanes: 3 do not divide "
            "sentiment.models.quick.training.batches.batch_size, 64.\n"
            "{file}: sentiment.models.quick.training.batches.lanes: 3 do not divide "
            "sentiment.datasets.rotten-tomatoes.encode.shards, 1.",
        ),
        (
            {f"{QUICK}/training/batches": {**FILES, "pool": 100}},
            "sentiment.models.quick.training.batches.pool: 100 is no multiple of the batch size, "
            "64; 128 is.",
        ),
        (
            {"sentiment/models/best/architecture/embedding": 64},
            "sentiment.models.best.architecture.embedding: 64, but the vectors of "
            "sentiment.pretraining.imdb-best have 128 dimensions.",
        ),
        (
            {"sentiment/unlabelled/imdb/less": ROTTEN},
            "sentiment.pretraining.imdb-best.unlabelled: imdb may hold test texts of imdb-best: "
            "let sentiment.unlabelled.imdb.less be its corpus, imdb.\n"
            "{file}: sentiment.pretraining.imdb-official.unlabelled: imdb may hold test texts of "
            "imdb-official: let sentiment.unlabelled.imdb.less be its corpus, imdb.",
        ),
        (
            {"sentiment/models/best/determinism": "portable"},
            "sentiment.models.best.determinism: sentiment.pretraining.imdb-best is made by this "
            "machine's arithmetic: use machine.",
        ),
        *(
            (
                {f"sentiment/models/best/architecture/{key}": value},
                "sentiment.models.best.architecture: the layers of "
                "sentiment.pretraining.imdb-best are LSTM of 256 units in both directions: set "
                "cell, units and bidirectional to that.",
            )
            for key, value in (("units", 96), ("cell", "GRU"), ("bidirectional", False))
        ),
        (
            {f"{READER}/training/schedule": "constant"},
            "sentiment.pretraining.imdb-best.language_model.training.schedule: constant has no "
            "final_learning_rate.",
        ),
        (
            {f"{READER}/training/batches/pool": 6500},
            "sentiment.pretraining.imdb-best.language_model.training.batches.pool: 6500 is no "
            "multiple of the batch size, 64; 6528 is.",
        ),
        (
            {f"{READER}/training/early_stopping": {"metric": "accuracy", "patience": 1}},
            "sentiment.pretraining.imdb-best.language_model.training.early_stopping.metric: a "
            "language model measures loss alone.",
        ),
        (
            {"sentiment/ensembles/best-nb-svm/dataset": "imdb"},
            "sentiment.ensembles.best-nb-svm.dataset: imdb, but best's is imdb-best.",
        ),
        (
            {"sentiment/ensembles/best-nb-svm/model": "bets"},
            "sentiment.ensembles.best-nb-svm.model: sentiment.models.bets does not exist; did you "
            "mean best?",
        ),
        (
            {"sentiment/ensembles": {"a": ENSEMBLE, "b": ENSEMBLE}},
            "sentiment.ensembles.a: another ensemble has the same model and baseline.\n"
            "{file}: sentiment.ensembles.b: another ensemble has the same model and baseline.",
        ),
        (
            {
                "sentiment/models/best/dataset": "imdb",
                "sentiment/pairs": {},
                "sentiment/ensembles": {},
            },
            "sentiment.models.best.pretraining: sentiment.pretraining.imdb-best is of the dataset "
            "imdb-best, not imdb.",
        ),
        (
            {"sentiment/models/best/pretraining": "imdb-bets"},
            "sentiment.models.best.pretraining: sentiment.pretraining.imdb-bets does not exist; "
            "did you mean imdb-best?",
        ),
        (
            {"sentiment/pretraining/imdb-best/unlabelled": "imbd"},
            "sentiment.pretraining.imdb-best.unlabelled: sentiment.unlabelled.imbd does not exist; "
            "did you mean imdb?",
        ),
        (
            {"sentiment/unlabelled/imdb/less/name": "imbd"},
            "sentiment.unlabelled.imdb.less: corpora.raw.imbd does not exist; did you mean imdb?",
        ),
        (
            {"corpora/raw/rotten-tomatoes/read/group": None},
            "sentiment.datasets.rotten-tomatoes.split: grouped needs the corpus to name its column "
            "of groups (read.group).",
        ),
        (
            {"sentiment/datasets/imdb/corpus/name": "imdb-unlabelled", "sentiment/pairs": {}},
            "sentiment.datasets.imdb.corpus: the corpus names no column of labels (read.label).",
        ),
        (
            {"corpora/raw/rotten-tomatoes/read/drop": ["plot", "fresh"]},
            "corpora.raw.rotten-tomatoes.read: the label 'fresh' stands in labels and in drop.",
        ),
        (
            {
                "charlm/models/quick/training/batches": {"method": "streams", "batch_size": 8},
            },
            "charlm.models.quick.training.batches: streams need "
            "charlm.datasets.hamlet.chunk.stride to equal charlm.datasets.hamlet.chunk.steps (60).",
        ),
        (
            {f"{QUICK}/architecture/classes": 3},
            "sentiment.models.quick.architecture.classes: 3, but the labels of "
            "corpora.raw.rotten-tomatoes are mapped to 2 classes: set it to 2, or change "
            "corpora.raw.rotten-tomatoes.read.labels.",
        ),
        (
            {"corpora/raw/rotten-tomatoes/read/labels": {"fresh": 2, "rotten": 0, "so-so": 1}},
            "sentiment.models.quick.architecture.classes: 2, but the labels of "
            "corpora.raw.rotten-tomatoes are mapped to 3 classes: set it to 3, or change "
            "corpora.raw.rotten-tomatoes.read.labels.",
        ),
        (
            {"sentiment/pairs/rnn-bilstm/reference": "quick"},
            "sentiment.pairs.rnn-bilstm: the datasets of its two models are not the same corpus "
            "and split.",
        ),
        (
            {"sentiment/datasets/imdb-last100/split/seed": 2},
            "sentiment.pairs.last100-bilstm: the datasets of its two models are not the same "
            "corpus and split.",
        ),
        (
            {"sentiment/pairs/rnn-bilstm/reference": "book-rnn"},
            "sentiment.pairs.rnn-bilstm: book-rnn is paired with itself.",
        ),
        (
            {"sentiment/pairs": {"a": PAIR, "b": PAIR}},
            "sentiment.pairs.a: another pair has the same model and reference.\n"
            "{file}: sentiment.pairs.b: another pair has the same model and reference.",
        ),
        (
            {"sentiment/pairs/rnn-bilstm/model": "book-rrn"},
            "sentiment.pairs.rnn-bilstm.model: sentiment.models.book-rrn does not exist; "
            "did you mean book-rnn?",
        ),
        (
            {"charlm/pairs/best-book/reference": "quick"},
            "charlm.pairs.best-book: the datasets of its two models do not end in the same test "
            "text.",
        ),
        (
            {"charlm/datasets/island-tail/chunk/test": 0.2},
            "charlm.pairs.best-book: the datasets of its two models do not end in the same test "
            "text.",
        ),
        (
            {"charlm/pairs/best-book/reference": "best"},
            "charlm.pairs.best-book: best is paired with itself.",
        ),
        (
            {"charlm/pairs/best-book/model": "bset"},
            "charlm.pairs.best-book.model: charlm.models.bset does not exist; did you mean best?",
        ),
        (
            {"charlm/adaptations/best/dataset": "island-tail"},
            "charlm.adaptations.best.dataset: island-tail, but that of charlm.models.best is "
            "island-streams: set it to island-streams.",
        ),
        (
            {f"charlm/datasets/island-{end}/chunk/test": 0.0 for end in ("tail", "streams")},
            "charlm.pairs.best-book: nothing is held out to test its two models on "
            "(chunk.test is 0).\n"
            "{file}: charlm.adaptations.best: nothing is held out to adapt to; "
            "charlm.datasets.island-streams.chunk.test is 0.",
        ),
        (
            {"charlm/adaptations": {"bset": ADAPTATION}},
            "charlm.adaptations.bset: charlm.models.bset does not exist; did you mean best?",
        ),
    ],
)
def test_contradictions(root: Path, tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    values: Any = copy.deepcopy(base.read(root / "params.yaml"))
    for key, value in changes.items():
        *parents, last = key.split("/")
        block = values
        for part in parents:
            block = block[part]
        block[last] = value
    file = tmp_path / "params.yaml"
    file.write_text(yaml.safe_dump(values), encoding="utf-8")
    with pytest.raises(UserError) as caught:
        document.load(file)
    assert str(caught.value) == f"{file}: {said.replace('{file}', str(file))}"


def test_a_key_that_stands_twice_is_refused(root: Path, tmp_path: Path) -> None:
    """As when a section of the documentation is pasted below the file's own."""
    file = tmp_path / "params.yaml"
    whole = (root / "params.yaml").read_text(encoding="utf-8")
    file.write_text(f"{whole}\ncorpora:\n  own: {{}}\n", encoding="utf-8")
    line = whole.count("\n") + 2
    with pytest.raises(UserError, match=f"line {line}: the key 'corpora' stands twice"):
        document.load(file)


def test_a_rate_must_be_a_number(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "params.yaml"
    whole = (root / "params.yaml").read_text(encoding="utf-8")
    file.write_text(whole.replace("learning_rate: 2.0e-3", "learning_rate: .inf"), encoding="utf-8")
    with pytest.raises(UserError, match=r"quick\.training\.learning_rate is inf, but"):
        document.load(file)
