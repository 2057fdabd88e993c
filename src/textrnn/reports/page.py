"""The report: one HTML page of what `metrics/` holds, which asks nothing of the network."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from textrnn import atomic
from textrnn.reports import (
    book,
    environment,
    figures,
    measured,
    pipeline,
    ranking,
    templates,
    words,
)
from textrnn.reports.measured import Measured, Repository, Row

FILE = Path("report.html")
WORST = 10  # errors shown of each model
LONG = 260  # characters of an error that are shown before it is opened

CARRIED = "state carried"
TASKS = {"sentiment": "Sentiment", "charlm": "Character models"}


@dataclass(frozen=True)
class Mistake:
    """A text that a classifier was most surely wrong about."""

    text: str
    actual: str
    predicted: str
    sure: float

    @property
    def is_long(self) -> bool:
        return len(self.text) > LONG

    @property
    def start(self) -> str:
        return self.text[:LONG].rsplit(" ", 1)[0]


@dataclass(frozen=True)
class Sample:
    """A text that a character model wrote."""

    title: str
    text: str
    note: str


def write(names: Sequence[str], file: Path) -> None:
    """Write the report of the named models, of all if none is named.

    Raises:
        UserError: there are no metrics of a named model, or none at all.
    """
    text = render(measured.find(list(names)))
    with atomic.file(file) as part:
        part.write_text(text, encoding="utf-8", newline="\n")


def render(models: Sequence[Measured]) -> str:
    """Return the page."""
    by_task = {task: [m for m in models if m.home.task == task] for task in TASKS}
    page = templates.load("page.html")
    return page.render(
        tasks={
            task: (TASKS[task], _lead(found), found) for task, found in by_task.items() if found
        },
        rankings={task: _rankings(task, found) for task, found in by_task.items()},
        drawings=[d for task, found in by_task.items() if found and (d := pipeline.draw(task))],
        datasets=_datasets(models),
        corpora=_corpora(models),
        versions=environment.versions(),
        commit=environment.commit(),
        book=book.SOURCE,
        words=words,
        figures=figures,
        mistakes=mistakes,
        samples=samples,
        box=(pipeline.WIDTH, pipeline.HEIGHT),
    ).lstrip()  # the macros that stand before the page


def _lead(models: Sequence[Measured]) -> str:
    """Say what the models of a task do."""
    if models[0].home.task == "charlm":
        return "Language models: what is the next character?"
    if all(len(model.class_names) == 2 for model in models):
        return "Classifiers: is a review positive or negative?"
    return "Classifiers: of which class is a text?"


def _rankings(task: str, models: Sequence[Measured]) -> list[ranking.Ranking]:
    found = [ranking.rank(models, measure) for measure in ranking.OF_TASK[task]]
    return [r for r in found if r]


def mistakes(model: Measured) -> list[Mistake]:
    """Return what the model was most surely wrong about; nothing where its evaluation is not here.

    These texts are others' own: `data/`, not `metrics/`, holds them.
    """
    rows = measured.table(model.home.evaluation / "worst.csv")[:WORST]
    return [_mistake(row, model.class_names) for row in rows]


def _mistake(row: Row, names: Sequence[str]) -> Mistake:
    """Return what was said of a text: the likeliest class but its own."""
    one = row.get("probability")
    each = (
        (1 - one, one) if one is not None else [row[f"probability_{k}"] for k in range(len(names))]
    )
    said = max((k for k in range(len(names)) if k != row["label"]), key=lambda k: each[k])
    text = str(row["text"]).replace("<br />", "\n")
    return Mistake(text, names[row["label"]], names[said], each[said])


def samples(model: Measured) -> list[Sample]:
    """Return what the model wrote, the surest draws with the state carried first."""
    found = [
        Sample(_titled(name), text, words.examined(model.examined.get(name)))
        for name, text in model.samples.items()
    ]
    order = ["scale factor 2.0", "scale factor 1.0", "scale factor 0.5"]
    return sorted(
        found,
        key=lambda s: (
            not s.title.startswith(CARRIED),
            next((i for i, part in enumerate(order) if part in s.title), len(order)),
            s.title,
        ),
    )


def _titled(name: str) -> str:
    """Return `state carried, temperature 0.5 (the book's scale factor 2.0)` of a file's name."""
    how, _, rest = name.partition("-")
    kept = {"carried": CARRIED, "window": "the last characters alone, as the book"}
    state = kept.get(how, how)
    if rest == "greedy":
        return f"{state}: the likeliest character each time"
    scale = rest.removeprefix("scale-")
    try:
        return f"{state}: temperature {1 / float(scale):g}, the book's scale factor {scale}"
    except (ValueError, ZeroDivisionError):
        return f"{state}: {rest}"


@dataclass(frozen=True)
class Data:
    """A dataset or a corpus, and what is known of it."""

    name: str
    anchor: str
    facts: dict[str, str]
    row_audit: Row | None = None


def _datasets(models: Sequence[Measured]) -> list[Data]:
    found: dict[str, Data] = {}
    for model in models:
        if model.dataset is not None:
            anchor = f"{model.home.task}-data-{model.dataset}"
            found[anchor] = Data(
                f"{model.home.task}/{model.dataset}",
                anchor,
                {
                    "Corpus": model.corpus or words.NOT_KNOWN,
                    "Divided": words.split(model.dataset_entry),
                    "Tokens": words.tokens(model.dataset_entry),
                    **words.text_audit(model.text_audit),
                },
                model.row_audit,
            )
    return list(found.values())


def _corpora(models: Sequence[Measured]) -> list[Data]:
    names = sorted({model.corpus for model in models if model.corpus})
    return [_corpus(models[0].repository, name) for name in names]


def _corpus(repository: Repository, name: str) -> Data:
    entry = repository.entry(f"corpora.{name.replace('/', '.')}") or {}
    form = entry.get("format", "csv")
    locked = repository.output(f"data/{name}.{form}")
    facts = {
        "From": "; ".join(words.sources(entry)) or "the user's own file",
        "SHA-256": entry.get("fetch", {}).get("sha256", words.NOT_KNOWN),
        "In dvc.lock": f"md5 {locked['md5']}, {words.size(locked['size'])}"
        if locked
        else "not there: the corpus was not fetched by a stage that ran",
    }
    return Data(name, f"corpus-{name.replace('/', '-')}", facts)
