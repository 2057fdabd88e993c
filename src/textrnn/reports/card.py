"""Model cards: what a model is, what it is good for and what not, from what git holds of it.

Mitchell et al. 2019, "Model Cards for Model Reporting", have the sections. Nothing in a card hangs
on the machine: the minutes are those of `serving.minutes`, never this machine's own.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from textrnn import atomic
from textrnn.reports import book, environment, measured, ranking, templates, words
from textrnn.reports.measured import Measured, Row, at
from textrnn.serving import minutes

FOLDER = Path("docs") / "models"


def write(names: Sequence[str]) -> list[Path]:
    """Write the cards of the named models, of all if none is named; return where they are.

    Raises:
        UserError: there are no metrics of a named model, or none at all.
    """
    files = []
    for model in measured.find(list(names)):
        text = render(model)
        with atomic.file(file(model)) as part:
            part.write_text(text, encoding="utf-8", newline="\n")
        files.append(file(model))
    return files


def file(model: Measured) -> Path:
    """Return where a model's card lies: `docs/models/sentiment-quick.md`."""
    return FOLDER / f"{model.anchor}.md"


def render(model: Measured) -> str:
    """Return a card, in Markdown."""
    return templates.load(f"{model.home.task}.md").render(
        model=model,
        words=words,
        at=at,
        limits=list(_limits(model)),
        corpus=_corpus(model, model.dataset_entry),
        unlabelled=_corpus(model, model.unlabelled),
        minutes=minutes.MEASURED.get(model.name),
        versions=environment.versions(),
        book=book.SOURCE,
    )


def _corpus(model: Measured, reader: Row) -> Row:
    """Return the corpus that an entry of params.yaml names."""
    found = reader.get("corpus") or {}
    entry = model.repository.entry(f"corpora.{found.get('folder')}.{found.get('name')}")
    return dict(entry or {})


def _limits(model: Measured) -> Iterator[str]:
    """Give what its figures say against a model."""
    measure = ranking.ACCURACY if model.home.task == "sentiment" else ranking.BITS
    yield from _beaten(model, measure)
    count, std = model.value("seeds.n"), model.value("seeds.std")
    if count == 1:
        yield "It was trained from one seed, so how far chance carries it is not known."
    elif std is not None:
        yield f"Its seeds lie apart: {words.spread(model)}; its figures are their means."
    elif count is not None:
        yield f"How far its {count} seeds lie apart is not known: nothing was held out to see it."
    if model.home.task == "sentiment":
        yield from _of_classifier(model)
    elif model.value("test") is None:
        yield "Nothing was held out: how well it knows text that it has not seen is not known."


def _beaten(model: Measured, measure: ranking.Measure) -> Iterator[str]:
    mine = model.value(measure.key)
    others = {name: at(m, measure.key) for name, m in model.baselines.items()}
    known = {name: value for name, value in others.items() if value is not None}
    if mine is None or not known:
        return
    higher = measure.better == "higher"
    better = {n: v for n, v in known.items() if (v > mine if higher else v < mine)}
    if better:
        best = (max if higher else min)(better, key=lambda name: better[name])
        unit = "" if measure.is_share else " bits a character"
        yield (
            f"{len(better)} of {len(known)} baselines of its dataset do better; the best, "
            f"`{best}`, has {measure.say(better[best])}{unit} to its {measure.say(mine)}."
        )


def _of_classifier(model: Measured) -> Iterator[str]:
    train, test = model.value("train.accuracy"), model.value("test.accuracy")
    if train is not None and test is not None:
        yield (
            f"It is right on {words.percent(train)} of the training texts and on "
            f"{words.percent(test)} of the test's."
        )
    error = model.value("test.ece")
    if error is None:
        yield "Whether its probabilities mean what they say was not measured."
    else:
        yield f"Its probabilities are {words.percent(error)} off on test (calibration error)."
    if model.row_audit is not None:
        share = model.row_audit["test_share_with_twin_in_train"]["near"]
        without = [words.percent(model.accuracy_without_twins)]
        for name, metrics in model.ensembles.items():
            value = at(metrics, "test.accuracy_without_twins")
            without.append(f"{words.percent(value)} together with `{name}`")
        yield (
            f"{words.percent(share)} of the test texts have a twin in the training texts; accuracy "
            f"without these: {', '.join(without)}."
        )
