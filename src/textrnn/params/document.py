"""Schema of params.yaml as a whole: every block, and that the names they use exist."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from textrnn.errors import UserError
from textrnn.findings import KINDS
from textrnn.params import base, character_model, classifier, consistency, problems
from textrnn.params.adaptation import Adaptation
from textrnn.params.audit import Audit
from textrnn.params.base import Params
from textrnn.params.charlm_baselines import CharacterBaselines
from textrnn.params.chunk import Chunk
from textrnn.params.classifier import SCRATCH
from textrnn.params.corpus import (
    Corpora,
    CorpusName,
    OwnTable,
    OwnText,
    Table,
    TableName,
    Text,
)
from textrnn.params.determinism import Determinism
from textrnn.params.encode import Encode
from textrnn.params.ensembles import Ensemble
from textrnn.params.execution import Execution
from textrnn.params.optimisation import Seeds
from textrnn.params.pairs import Pair
from textrnn.params.pretraining import Pretraining, Unlabelled
from textrnn.params.sampling import Sampling
from textrnn.params.sentiment_baselines import SentimentBaselines
from textrnn.params.split import Split
from textrnn.params.tokens import Tokens, Vocabulary

UNSEEN_BY_RUN_CACHE = {"size", "nfiles"}

# Folders that stand among those of models, in `metrics/` or in `.checkpoints/`.
BESIDE_MODELS = {"sentiment.models": (*KINDS, "pretraining"), "charlm.models": KINDS}

# What Windows takes for a device, whatever its case and whatever stands behind a dot.
DEVICES = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]", re.IGNORECASE)


class SentimentDataset(Params):
    """Labelled texts, split, tokenised and encoded."""

    corpus: TableName
    split: Split
    tokens: Tokens
    vocabulary: Vocabulary
    encode: Encode


class SentimentModel(Params):
    """A classifier of one dataset."""

    dataset: str
    pretraining: str  # what it starts from; `scratch`: from weights that are drawn
    architecture: classifier.Architecture
    training: classifier.Training
    determinism: Determinism
    seeds: Seeds


class Sentiment(Params):
    """The first project's datasets and models, and what is done with every dataset."""

    audit: Audit
    baselines: SentimentBaselines
    datasets: dict[str, SentimentDataset]
    unlabelled: dict[str, Unlabelled]
    pretraining: dict[str, Pretraining]
    models: dict[str, SentimentModel]
    pairs: dict[str, Pair]
    ensembles: dict[str, Ensemble]


class CharacterDataset(Params):
    """Running text, cut into held-out parts and windows."""

    corpus: CorpusName
    chunk: Chunk


class CharacterModel(Params):
    """A character-level language model of one dataset."""

    dataset: str
    architecture: character_model.Architecture
    training: character_model.Training
    sampling: Sampling
    determinism: Determinism
    seeds: Seeds


class Charlm(Params):
    """The second project's datasets and models, and what is done with every dataset."""

    baselines: CharacterBaselines
    datasets: dict[str, CharacterDataset]
    models: dict[str, CharacterModel]
    pairs: dict[str, Pair]
    adaptations: dict[str, Adaptation]  # by the model's name


class Document(Params):
    """params.yaml."""

    corpora: Corpora
    sentiment: Sentiment
    charlm: Charlm
    execution: Execution = Execution()


def load(file: Path = base.FILE) -> Document:
    """Return the whole of params.yaml, validated, with every name that it uses checked.

    Raises:
        UserError: one line for each thing that is wrong, with its full path.
    """
    document: Document = base.validate(base.read(file), Document, "", file)
    wrong = [
        *_bad_names(document),
        *_bad_references(document),
        *consistency.contradictions(document),
    ]
    if wrong:
        raise UserError("\n".join(f"{file}: {w}" for w in wrong))
    return document


def _bad_names(document: Document) -> list[str]:
    """Names become folders, and keys that DVC compares.

    Only letters, digits, `-` and `_`, so that none can leave `data/`; and none that the run cache
    leaves out of what it compares, which would bring back the outputs of other parameters.
    """
    sections: dict[str, Iterable[str]] = {
        "corpora.raw": document.corpora.raw,
        "corpora.own": document.corpora.own,
        "sentiment.datasets": document.sentiment.datasets,
        "sentiment.unlabelled": document.sentiment.unlabelled,
        "sentiment.pretraining": document.sentiment.pretraining,
        "sentiment.models": document.sentiment.models,
        "sentiment.pairs": document.sentiment.pairs,
        "sentiment.ensembles": document.sentiment.ensembles,
        "charlm.datasets": document.charlm.datasets,
        "charlm.models": document.charlm.models,
        "charlm.pairs": document.charlm.pairs,
    }
    wrong = [
        f"{section}: the name {name!r} {reason}."
        for section, names in sections.items()
        for name in names
        for reason in _wrong_with(name)
    ]
    taken = [
        f"{section}: the name {name!r} is that of a folder beside the models': choose another."
        for section, folders in BESIDE_MODELS.items()
        for name in sections[section]
        if name in folders
    ]
    if SCRATCH in document.sentiment.pretraining:
        taken.append(
            f"sentiment.pretraining: the name {SCRATCH!r} is that of a start from nothing: choose "
            "another."
        )
    return wrong + taken


def _wrong_with(name: str) -> list[str]:
    if not base.NAME.fullmatch(name):
        return ["may hold only letters, digits, '-' and '_'"]
    if name in UNSEEN_BY_RUN_CACHE:
        return ["is one that DVC's run cache passes over (dvc issue 10296); choose another"]
    if DEVICES.fullmatch(name):
        return ["is a device's on Windows, where no file can bear it; choose another"]
    return []


def _bad_references(document: Document) -> list[str]:
    return [
        *_bad_task("sentiment", document.sentiment, document.corpora),
        *_bad_task("charlm", document.charlm, document.corpora),
        *_bad_pairs("sentiment", document.sentiment),
        *_bad_pairs("charlm", document.charlm),
        *_bad_ensembles(document.sentiment),
        *_bad_pretraining(document.sentiment, document.corpora),
        *_bad_adaptations(document.charlm),
    ]


def _bad_ensembles(section: Sentiment) -> list[str]:
    return [
        f"sentiment.ensembles.{name}.model: sentiment.models.{ensemble.model} does not exist"
        f"{problems.nearest(ensemble.model, section.models)}"
        for name, ensemble in section.ensembles.items()
        if ensemble.model not in section.models
    ]


def _bad_pretraining(section: Sentiment, corpora: Corpora) -> list[str]:
    wrong = []
    for name, texts in section.unlabelled.items():
        key = f"sentiment.unlabelled.{name}"
        wrong += _bad_corpus(corpora, f"{key}.corpus", texts.corpus)
        wrong += _bad_corpus(corpora, f"{key}.less", texts.less)
    for name, start in section.pretraining.items():
        for kind, wanted, known in (
            ("dataset", start.dataset, section.datasets),
            ("unlabelled", start.unlabelled, section.unlabelled),
        ):
            where = f"sentiment.{'datasets' if kind == 'dataset' else kind}.{wanted}"
            if wanted not in known:
                near = problems.nearest(wanted, known)
                wrong.append(f"sentiment.pretraining.{name}.{kind}: {where} does not exist{near}")
    for name, model in section.models.items():
        names = [*section.pretraining, SCRATCH]
        if model.pretraining not in names:
            near = problems.nearest(model.pretraining, names)
            missing = f"sentiment.pretraining.{model.pretraining} does not exist{near}"
            wrong.append(f"sentiment.models.{name}.pretraining: {missing}")
    return wrong


def _bad_pairs(task: str, section: Sentiment | Charlm) -> list[str]:
    return [
        f"{task}.pairs.{name}.{side}: {task}.models.{model} does not exist"
        f"{problems.nearest(model, section.models)}"
        for name, pair in section.pairs.items()
        for side, model in pair
        if model not in section.models
    ]


def _bad_adaptations(section: Charlm) -> list[str]:
    return [
        f"charlm.adaptations.{name}: charlm.models.{name} does not exist"
        f"{problems.nearest(name, section.models)}"
        for name in section.adaptations
        if name not in section.models
    ]


def _bad_task(task: str, section: Sentiment | Charlm, corpora: Corpora) -> list[str]:
    wrong = []
    for name, dataset in section.datasets.items():
        wrong += _bad_corpus(corpora, f"{task}.datasets.{name}.corpus", dataset.corpus)
    for name, model in section.models.items():
        if model.dataset not in section.datasets:
            near = problems.nearest(model.dataset, section.datasets)
            missing = f"{task}.datasets.{model.dataset} does not exist{near}"
            wrong.append(f"{task}.models.{name}.dataset: {missing}")
    return wrong


def _bad_corpus(corpora: Corpora, key: str, corpus: CorpusName) -> list[str]:
    catalogue: Mapping[str, Table | Text | OwnTable | OwnText] = (
        corpora.raw if corpus.folder == "raw" else corpora.own
    )
    where = f"corpora.{corpus.folder}.{corpus.name}"
    if corpus.name not in catalogue:
        return [f"{key}: {where} does not exist{problems.nearest(corpus.name, catalogue)}"]
    found = catalogue[corpus.name].format
    form = corpus.format if isinstance(corpus, TableName) else "txt"
    return [] if found == form else [f"{key}: {where} has format {found}, not {form}."]
