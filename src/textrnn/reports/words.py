"""What a model is, in words: the page and the cards say the same."""

from collections.abc import Iterator, Mapping
from typing import Any

from textrnn.params.classifier import SCRATCH
from textrnn.reports import book
from textrnn.reports.measured import Measured, Row
from textrnn.serving import minutes

NOT_MEASURED = "not measured"
NOT_KNOWN = "not known"

ADAPTED = {  # ways of coding a text while it is learnt
    "dynamic": "the same, learning from what it has coded",
    "ngrams": "n-grams that grow with the text",
    "mixed": "these two, mixed",
}


def percent(value: float | None) -> str:
    """Return a share as `75.40 %`."""
    return NOT_MEASURED if value is None else f"{value * 100:.2f} %"


def bits(value: float | None) -> str:
    """Return bits a character, with the digits that a seed leaves alone."""
    return NOT_MEASURED if value is None else f"{value:.3f}"


def nats(value: float | None) -> str:
    """Return a loss, or an area, with the digits that the book gives."""
    return NOT_MEASURED if value is None else f"{value:.4f}"


def whole(value: float | None) -> str:
    """Return a count."""
    return NOT_MEASURED if value is None else f"{value:,}"


def probability(value: float) -> str:
    """Return a p value: small ones as a bound, since their digits mean nothing."""
    return "< 0.0001" if value < 0.0001 else f"{value:.4f}"


def task(model: Measured) -> str:
    """Return what the model does."""
    if model.home.task == "charlm":
        return "predicts a text's next character, and so writes text"
    names = model.class_names
    if len(names) == 2:
        return "says whether a text is positive or negative"
    return f"says which of {len(names)} classes a text is of: {', '.join(names)}"


def architecture(model: Measured) -> str:
    """Return such as `bidirectional LSTM of 64 units, embedding of 20, dense layer of 64`."""
    found = model.params.get("architecture")
    if not found:
        return f"architecture {NOT_KNOWN}"
    layers = found["layers"]
    parts = [
        f"{'bidirectional ' if found.get('bidirectional') else ''}{found['cell']} of "
        f"{found['units']} units{f' × {layers} layers' if layers > 1 else ''}",
        f"embedding of {found['embedding']}",
    ]
    if "dense" in found:
        parts.append(f"dense layer of {found['dense']}")
    if found.get("dropout"):
        locked = ", the same at all steps of a window" if found.get("locked") else ""
        parts.append(f"dropout {found['dropout']}{locked}")
    if found.get("weight_drop"):
        parts.append(f"{found['weight_drop']} of the recurrent weights dropped")
    if found.get("word_dropout"):
        parts.append(f"{found['word_dropout']} of the words dropped")
    if found.get("adversarial"):
        parts.append(f"embeddings pushed by {found['adversarial']} against the label in training")
    if found.get("pooling") == "mean-max":
        parts.append("mean and maximum over all steps")
    if "mask" in found:
        parts.append("padding masked" if found["mask"] else "padding read like text")
    return ", ".join(parts)


def training(model: Measured) -> str:
    """Return such as `10 epochs at most, Adam at 0.001, batches of 32, clipped at 1.0, …`."""
    found = model.params.get("training")
    if not found:
        return NOT_KNOWN
    optimizer = {"adam": "Adam", "lazy_adam": "lazy Adam"}[found["optimizer"]]
    rate = f"{optimizer} at {found['learning_rate']:g}"
    falls = {"cosine": "as a cosine does", "exponential": "by the same factor each step"}
    if found["schedule"] in falls:
        rate += f", falling to {found['final_learning_rate']:g} {falls[found['schedule']]}"
    stop = found.get("early_stopping")
    parts = [
        f"{found['epochs']} epochs{' at most' if stop else ''}",
        rate,
        f"batches of {found['batches']['batch_size']} ({found['batches']['method']})",
        f"gradients clipped at a norm of {found['clip_norm']:g}"
        if found.get("clip_norm")
        else "no clipping",
        f"the weights of the best validation {stop['metric']} kept (patience {stop['patience']})"
        if stop
        else "the last weights kept",
    ]
    if found.get("averaging"):
        parts.append(f"these being exponential means ({found['averaging']:g} a step)")
    if found.get("precision", "float32") != "float32":
        parts.append(f"computed in {found['precision'].replace('_', ' ')}")
    start = model.params.get("pretraining", SCRATCH)
    if start != SCRATCH:
        parts.append(f"starting from the language model `{model.home.task}.pretraining.{start}`")
    return ", ".join(parts)


def seeds(model: Measured) -> str:
    """Return the seeds that it was trained from."""
    found = model.params.get("seeds")
    return ", ".join(map(str, found)) if found else NOT_KNOWN


def spread(model: Measured) -> str:
    """Return how far the seeds lie apart, in the unit of the task's main measure."""
    count, std = model.value("seeds.n"), model.value("seeds.std")
    if count is None:
        return NOT_MEASURED
    if count == 1:
        return "one seed: no spread is known"
    if std is None:
        return f"{count} seeds: nothing was held out to measure their spread on"
    size = f"{std * 100:.2f} points" if model.home.task == "sentiment" else f"{std:.3f} bits"
    return f"± {size} over {count} seeds (standard deviation)"


def interval(values: Mapping[str, Any], key: str, form: str = "percent") -> str | None:
    """Return a metric's 95 % interval in words; None if it was not measured."""
    low, high = values.get(f"{key}_low"), values.get(f"{key}_high")
    if low is None or high is None:
        return None
    if form == "percent":
        return f"{low * 100:.2f}–{high * 100:.2f} %"
    if form == "bits":
        return f"{bits(low)}–{bits(high)}"
    return f"{low:.4f}–{high:.4f}"


def within(values: Mapping[str, Any], key: str, form: str = "percent") -> str | None:
    """Return a metric's interval as `95 %: 92.90–93.53 %`; None if it was not measured."""
    found = interval(values, key, form)
    return f"95 %: {found}" if found else None


def text_audit(found: Row | None) -> dict[str, str]:
    """Return what the audit of a running text found; nothing where there was none."""
    if not found:
        return {}
    edges = [
        f"{use} in line {whole(found[marker]['line'])}"
        for use, marker in (("begins", "start"), ("ends", "end"))
        if marker in found
    ]
    before, behind = (whole(found["file"][part]) for part in ("before", "behind"))
    cut = f"{before} characters left out before and {behind} behind"
    said = {"In its file": ", ".join([*edges, cut])}
    if "test" in found:
        said["Repeated"] = repeated(found)
    return said


def repeated(found: Row) -> str:
    """Return how long the passages are that a text's training part shares with its test part."""
    length = whole(found["test"]["longest_in_train"])
    return f"training holds passages of the test text of at most {length} characters"


def beside_accuracy(test: Row) -> str:
    """Return what an ensemble's accuracy is read with: its interval, what it is without twins."""
    between, without = within(test, "accuracy"), test.get("accuracy_without_twins")
    parts = [between] if between else []
    if without is not None:
        parts.append(f"without twins {percent(without)}")
    return "; ".join(parts)


def together(model: str, seeds: int | None, baseline: str) -> str:
    """Return the name of an ensemble: `best (3 seeds) and nb-svm together`."""
    several = f" ({seeds} seeds)" if (seeds or 1) > 1 else ""
    return f"{model}{several} and {baseline} together"


def book_figures(model: Measured) -> list[tuple[str, str]]:
    """Return the book's figures of this model and where it has them, `text` or `notebook`."""
    return [
        (f.say(percent(f.value) if f.key == "test.accuracy" else nats(f.value)), f.place)
        for f in book.of(model.name)
    ]


def examined(found: Row | None) -> str:
    """Return what was measured of a generated text."""
    if not found:
        return f"How many of its words exist, and what it copied: {NOT_MEASURED}."
    copied = " ".join(found["copied"].split())
    share = found.get("known_words")
    known = (
        "It has no whole word"
        if share is None
        else f"{share * 100:.0f} % of its words stand in the training text"
    )
    return (
        f"{known}; the longest passage that it copied has {found['copied_chars']} characters: "
        f"“{copied}”; {bits(found['bits_per_char'])} bits a character, by the model itself."
    )


def sure(share: float) -> str:
    """Return a probability that may be close to one."""
    return "more than 99.9 %" if share > 0.999 else f"{share * 100:.1f} %"


def time(model: Measured) -> str:
    """Return how long training takes, and where that is known from."""
    found = minutes.of(model.home)
    if found is None:
        return NOT_KNOWN
    here = minutes.is_timed(model.home)
    count = f"{found:.1f}" if found < 10 and here else f"{max(1, round(found))}"
    plural = "" if count == "1" else "s"
    if here:
        return f"{count} minute{plural} of training, as timed here"
    return f"about {count} minute{plural} on two cores, data stages included"


def split(dataset: Row) -> str:
    """Return how a dataset's texts are divided."""
    found = dataset.get("split") or dataset.get("chunk")
    if not found:
        return NOT_KNOWN
    if "steps" in found:
        held = [f"{found[s]:.0%} for {s}" for s in ("valid", "test") if found.get(s)]
        parts = ", then ".join(held).replace("%", " %")
        windows = f"windows of {found['steps']} characters every {found['stride']}"
        return f"{windows}; held out at the end: {parts or 'nothing'}"
    if found["method"] == "book":
        return f"the book's: {found['train']:,} train, {found['test']:,} test, the rest validation"
    kind = {
        "official": "the data set's own halves",
        "fractions": "rows at random",
        "grouped": "whole groups at random",
    }[found["method"]]
    shares = [f"{found[s]:.0%} for {s}".replace("%", " %") for s in ("valid", "test") if s in found]
    return f"{kind}, {', '.join(shares)}"


def tokens(dataset: Row) -> str:
    """Return how a dataset's texts become tokens."""
    found = dataset.get("tokens")
    if not found:
        return "characters" if "chunk" in dataset else NOT_KNOWN
    parts = [
        "lower case" if found["lower"] else "case kept",
        "with punctuation" if found["punctuation"] else "words alone",
        f"the last {found['last']} of a text" if found["last"] else "whole texts",
    ]
    return ", ".join(parts)


def sources(corpus: Row) -> Iterator[str]:
    """Give where a corpus comes from; nothing of a user's own."""
    for source in corpus.get("fetch", {}).get("sources", ()):
        if "url" in source:
            yield source["url"]
        elif "archive" in source:
            yield source["archive"]
        else:
            yield f"{source['member']} in the wheel {source['wheel']}"


def size(count: int) -> str:
    """Return a number of bytes in words."""
    return f"{count / 1e6:,.1f} MB" if count >= 1e5 else f"{count:,} bytes"
