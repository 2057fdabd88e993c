"""What must hold between keys of params.yaml, beyond each block's own schema.

Found here, a contradiction costs a second; found by the stage that stumbles over it, an hour.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from textrnn.params.character_model import Streams
from textrnn.params.classifier import Buckets, Files, Padded
from textrnn.params.corpus import Corpora, CorpusName, OwnTable, ReadTable, Table
from textrnn.params.optimisation import Optimisation
from textrnn.params.pretraining import Pretraining

if TYPE_CHECKING:
    from textrnn.params.document import (
        CharacterDataset,
        CharacterModel,
        Charlm,
        Document,
        Sentiment,
        SentimentModel,
    )


def contradictions(document: Document) -> Iterator[str]:
    """Yield a sentence for each thing that cannot be as it stands, with its key's full path."""
    for folder, catalogue in (("raw", document.corpora.raw), ("own", document.corpora.own)):
        for name, corpus in catalogue.items():
            if isinstance(corpus, Table | OwnTable):
                yield from _in_labels(f"corpora.{folder}.{name}.read", corpus.read)
    for name, dataset in document.sentiment.datasets.items():
        key = f"sentiment.datasets.{name}"
        read = _read_of(document.corpora, dataset.corpus)
        if read is not None:
            yield from _in_columns(key, dataset.split.method, read)
    for name, classifier in document.sentiment.models.items():
        key = f"sentiment.models.{name}"
        yield from _in_training(key, classifier.training, classifier.seeds)
        yield from _in_precision(key, classifier)
        yield from _in_classes(key, classifier, document)
        yield from _in_start(key, classifier, document.sentiment)
        yield from _in_batches(key, classifier, document.sentiment)
    for name, start in document.sentiment.pretraining.items():
        yield from _in_pretraining(f"sentiment.pretraining.{name}", start, document)
    yield from _in_pairs("sentiment", document.sentiment)
    yield from _in_rows(document.sentiment)
    yield from _in_ensembles(document.sentiment)
    for name, writer in document.charlm.models.items():
        key = f"charlm.models.{name}"
        yield from _in_training(key, writer.training, writer.seeds)
        yield from _in_precision(key, writer)
        yield from _twice(f"{key}.sampling.scale_factors", writer.sampling.scale_factors)
        if writer.dataset in document.charlm.datasets:
            dataset_key = f"charlm.datasets.{writer.dataset}"
            chunked = document.charlm.datasets[writer.dataset]
            yield from _in_validation(key, writer.training, dataset_key, chunked)
            if isinstance(writer.training.batches, Streams):
                yield from _in_streams(key, dataset_key, chunked)
    yield from _in_pairs("charlm", document.charlm)
    yield from _in_texts(document.charlm)
    yield from _in_adaptations(document.charlm)


def _in_labels(key: str, read: ReadTable) -> Iterator[str]:
    for label in sorted(set(read.labels) & set(read.drop)):
        yield f"{key}: the label {label!r} stands in labels and in drop."


def _read_of(corpora: Corpora, corpus: CorpusName) -> ReadTable | None:
    catalogue = corpora.raw if corpus.folder == "raw" else corpora.own
    found = catalogue.get(corpus.name)
    return found.read if isinstance(found, Table | OwnTable) else None


def _in_columns(key: str, method: str, read: ReadTable) -> Iterator[str]:
    if read.label is None:
        yield f"{key}.corpus: the corpus names no column of labels (read.label)."
    if method == "grouped" and read.group is None:
        yield f"{key}.split: grouped needs the corpus to name its column of groups (read.group)."


def _in_training(key: str, training: Optimisation, seeds: Sequence[int]) -> Iterator[str]:
    yield from _twice(f"{key}.seeds", seeds)
    has_end = training.final_learning_rate is not None
    if has_end != (training.schedule != "constant"):
        wanted = "needs a" if training.schedule != "constant" else "has no"
        yield f"{key}.training.schedule: {training.schedule} {wanted} final_learning_rate."


def _in_precision(key: str, model: SentimentModel | CharacterModel) -> Iterator[str]:
    """What mixed precision goes with."""
    if model.training.precision == "float32":
        return
    if model.determinism == "portable":
        yield f"{key}.determinism: of mixed precision no bytes are promised: use machine."
    if getattr(model.architecture, "weight_drop", 0):
        yield (
            f"{key}.training.precision: weight_drop is for the loops of this package, which are "
            "float32: set it to 0, or train in float32."
        )


def _in_classes(key: str, model: SentimentModel, document: Document) -> Iterator[str]:
    """A model tells apart the classes that the labels of its corpus are mapped to."""
    dataset = document.sentiment.datasets.get(model.dataset)
    read = dataset and _read_of(document.corpora, dataset.corpus)
    if dataset and read and read.classes != model.architecture.classes:
        corpus = f"corpora.{dataset.corpus.folder}.{dataset.corpus.name}"
        yield (
            f"{key}.architecture.classes: {model.architecture.classes}, but the labels of {corpus} "
            f"are mapped to {read.classes} classes: set it to {read.classes}, or change "
            f"{corpus}.read.labels."
        )


def _in_batches(key: str, model: SentimentModel, section: Sentiment) -> Iterator[str]:
    """Pools are of whole batches, and every lane has its share of rows and of shards."""
    batches = model.training.batches
    if isinstance(batches, Padded):
        return
    yield from _in_pools(key, batches)
    if isinstance(batches, Buckets):
        return
    dataset = section.datasets.get(model.dataset)
    shared = [(f"{key}.training.batches.batch_size", batches.batch_size)]
    if dataset is not None:
        shared.append((f"sentiment.datasets.{model.dataset}.encode.shards", dataset.encode.shards))
    for where, count in shared:
        if count % batches.lanes:
            yield f"{key}.training.batches.lanes: {batches.lanes} do not divide {where}, {count}."


def _in_pools(key: str, batches: Buckets | Files) -> Iterator[str]:
    if batches.pool % batches.batch_size:
        whole = batches.pool + -batches.pool % batches.batch_size
        yield (
            f"{key}.training.batches.pool: {batches.pool} is no multiple of the batch size, "
            f"{batches.batch_size}; {whole} is."
        )


def _in_start(key: str, model: SentimentModel, section: Sentiment) -> Iterator[str]:
    """What is learnt before fits the model: its dataset, its embedding, its first layer."""
    start = section.pretraining.get(model.pretraining)
    if start is None:
        return
    where, shape = f"sentiment.pretraining.{model.pretraining}", model.architecture
    if start.dataset != model.dataset:
        yield f"{key}.pretraining: {where} is of the dataset {start.dataset}, not {model.dataset}."
    if start.vectors.dimension != shape.embedding:
        yield (
            f"{key}.architecture.embedding: {shape.embedding}, but the vectors of {where} have "
            f"{start.vectors.dimension} dimensions."
        )
    read = start.language_model
    if not shape.bidirectional or (shape.cell, shape.units) != (read.cell, read.units):
        yield (
            f"{key}.architecture: the layers of {where} are {read.cell} of {read.units} units in "
            f"both directions: set cell, units and bidirectional to that."
        )
    if model.determinism == "portable":
        yield f"{key}.determinism: {where} is made by this machine's arithmetic: use machine."


def _in_pretraining(key: str, start: Pretraining, document: Document) -> Iterator[str]:
    """No test text is learnt from, and a language model's training is as any other."""
    reader, training = f"{key}.language_model", start.language_model.training
    yield from _in_training(reader, training, [])
    yield from _in_pools(reader, training.batches)
    if training.early_stopping and training.early_stopping.metric != "loss":
        yield f"{reader}.training.early_stopping.metric: a language model measures loss alone."
    dataset = document.sentiment.datasets.get(start.dataset)
    texts = document.sentiment.unlabelled.get(start.unlabelled)
    if dataset is None or texts is None or _read_of(document.corpora, texts.less) is None:
        return  # said where names are looked up
    if (texts.less.folder, texts.less.name) != (dataset.corpus.folder, dataset.corpus.name):
        yield (
            f"{key}.unlabelled: {start.unlabelled} may hold test texts of {start.dataset}: let "
            f"sentiment.unlabelled.{start.unlabelled}.less be its corpus, {dataset.corpus.name}."
        )


def _in_ensembles(section: Sentiment) -> Iterator[str]:
    """A model and a baseline are put together once, and of one dataset."""
    ensembles = section.ensembles.items()
    counts = Counter((ensemble.model, ensemble.baseline) for _, ensemble in ensembles)
    for name, ensemble in ensembles:
        key, model = f"sentiment.ensembles.{name}", section.models.get(ensemble.model)
        if model and model.dataset != ensemble.dataset:
            yield f"{key}.dataset: {ensemble.dataset}, but {ensemble.model}'s is {model.dataset}."
        if counts[ensemble.model, ensemble.baseline] > 1:
            yield f"{key}: another ensemble has the same model and baseline."


def _in_pairs(task: str, section: Sentiment | Charlm) -> Iterator[str]:
    """Two models are paired once."""
    pairs = section.pairs.items()
    counts = Counter((pair.model, pair.reference) for _, pair in pairs)
    for name, pair in pairs:
        key = f"{task}.pairs.{name}"
        if pair.model == pair.reference:
            yield f"{key}: {pair.model} is paired with itself."
        if counts[pair.model, pair.reference] > 1:
            yield f"{key}: another pair has the same model and reference."


def _in_rows(section: Sentiment) -> Iterator[str]:
    """Pairs of classifiers are tested on the same rows: those of one corpus, split in one way."""
    for name, pair in section.pairs.items():
        models = [section.models.get(m) for m in (pair.model, pair.reference)]
        datasets = [section.datasets.get(m.dataset) for m in models if m is not None]
        if len({(d.corpus, d.split) for d in datasets if d is not None}) > 1:
            yield (
                f"sentiment.pairs.{name}: the datasets of its two models are not the same corpus "
                "and split."
            )


def _in_texts(section: Charlm) -> Iterator[str]:
    """Pairs of character models are tested on the same text: the same end of one corpus."""
    for name, pair in section.pairs.items():
        key = f"charlm.pairs.{name}"
        models = [section.models.get(m) for m in (pair.model, pair.reference)]
        datasets = [section.datasets.get(m.dataset) for m in models if m is not None]
        ends = {(d.corpus, d.chunk.test) for d in datasets if d is not None}
        if len(ends) > 1:
            yield f"{key}: the datasets of its two models do not end in the same test text."
        elif not all(share for _, share in ends):
            yield f"{key}: nothing is held out to test its two models on (chunk.test is 0)."


def _twice(key: str, values: Sequence[float]) -> Iterator[str]:
    for value, count in Counter(values).items():
        if count > 1:
            yield f"{key}: {value} stands there {count} times."


def _in_validation(
    key: str, training: Optimisation, dataset_key: str, dataset: CharacterDataset
) -> Iterator[str]:
    stopping = training.early_stopping
    if stopping is None:
        return
    if stopping.metric != "loss":
        yield f"{key}.training.early_stopping.metric: a character model measures loss alone."
    if not dataset.chunk.valid:
        yield (
            f"{key}.training.early_stopping: nothing is held out to stop by; "
            f"{dataset_key}.chunk.valid is 0."
        )


def _in_streams(key: str, dataset_key: str, dataset: CharacterDataset) -> Iterator[str]:
    """A carried state needs windows that follow one another without gap or overlap."""
    if dataset.chunk.stride != dataset.chunk.steps:
        yield (
            f"{key}.training.batches: streams need {dataset_key}.chunk.stride "
            f"to equal {dataset_key}.chunk.steps ({dataset.chunk.steps})."
        )


def _in_adaptations(section: Charlm) -> Iterator[str]:
    """A model adapts to the test part of its own dataset, which therefore has one."""
    for name, adaptation in section.adaptations.items():
        key = f"charlm.adaptations.{name}"
        model = section.models.get(name)
        if model is None:
            continue
        if adaptation.dataset != model.dataset:
            yield (
                f"{key}.dataset: {adaptation.dataset}, but that of charlm.models.{name} is "
                f"{model.dataset}: set it to {model.dataset}."
            )
        elif model.dataset in section.datasets and not section.datasets[model.dataset].chunk.test:
            yield (
                f"{key}: nothing is held out to adapt to; "
                f"charlm.datasets.{model.dataset}.chunk.test is 0."
            )
