"""How long a model's `dvc repro` takes, for whoever has to decide whether to wait for it."""

import json

from textrnn.paths import Model

FILE = "timings.json"  # of `runs.train`

# Minutes on two cores, data stages included, for machines on which no run has left its time.
MEASURED = {
    "sentiment/quick": 1,
    "charlm/quick": 1,
    "sentiment/book-bilstm": 11,
    "sentiment/book-bilstm-seeds": 53,
    "sentiment/bilstm-buckets": 12,
    "sentiment/best": 147,
    "sentiment/best-official": 155,
    "sentiment/book-bilstm-official": 21,
    "sentiment/book-birnn-last100": 2,
    "sentiment/book-birnn-last100-seeds": 8,
    "sentiment/book-rnn": 4,
    "charlm/book": 17,
    "charlm/book-tail": 16,
    "charlm/best": 40,
}


def is_timed(model: Model) -> bool:
    """Say whether a training on this machine has left its time."""
    return (model.metrics / FILE).is_file()


def of(model: Model) -> float | None:
    """Return the minutes that training takes: this machine's last run, or the table's, or None."""
    if is_timed(model):
        file = model.metrics / FILE
        seconds: float = json.loads(file.read_text(encoding="utf-8"))["train_seconds"]
        return seconds / 60
    return MEASURED.get(f"{model.task}/{model.name}")


def said(model: Model) -> str:
    """Return the time in words, in brackets, with a space before it; nothing if it is not known."""
    found = of(model)
    if found is None:
        return ""
    whole = max(1, round(found))
    where = "as timed here" if is_timed(model) else "on two cores"
    return f" (about {whole} minute{'s' if whole > 1 else ''} {where})"
