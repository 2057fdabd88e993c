"""The tables of `docs/results.md`, written between its markers from what `metrics/` holds."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from textrnn import atomic
from textrnn.charlm.audit import PASSAGE
from textrnn.errors import UserError
from textrnn.params import base
from textrnn.paths import METRICS
from textrnn.reports import measured, words
from textrnn.serving.minutes import MEASURED

Cells = Sequence[str]
Values = Mapping[str, Any]

MARKED = re.compile(r"(<!-- begin (\S+) -->\n).*?(<!-- end \2 -->)", re.DOTALL)
NONE = ""
WAYS = {  # of coding a text while it is learnt
    "static": "static",
    "dynamic": "dynamic",
    "ngrams": "n-grams that grow",
    "mixed": "these two, mixed",
}


def write(page: Path, metrics: Path = METRICS, params: Path = base.FILE) -> None:
    """Write the tables of a page anew, and leave every other byte as it is.

    Raises:
        UserError: the page is not there, or marks a table that is not known.
    """
    if not page.is_file():
        raise UserError(f"{page} is no file that is here: name one, such as docs/results.md.")
    with atomic.file(page) as part:
        content = renewed(page.read_text(encoding="utf-8"), metrics, params)
        part.write_text(content, encoding="utf-8", newline="\n")


def renewed(page: str, metrics: Path, params: Path) -> str:
    """Return the page with the tables that its markers name: `<!-- begin sentiment -->`."""
    values = base.read(params)
    known = {
        "audits": lambda: _audits(metrics / "sentiment" / "audits"),
        "sentiment": lambda: _classifiers(values["sentiment"], metrics / "sentiment"),
        "pairs": lambda: _pairs(values["sentiment"], metrics / "sentiment"),
        "lengths-of-text": lambda: _by_length(values["sentiment"], metrics / "sentiment"),
        "texts": lambda: _texts(metrics / "charlm" / "audits"),
        "charlm": lambda: _writers(values["charlm"], metrics / "charlm"),
        "coders": lambda: _coders(values["charlm"], metrics / "charlm"),
        "adapted": lambda: _adapted(values["charlm"], metrics / "charlm"),
        "generated": lambda: _generated(values["charlm"], metrics / "charlm"),
    }

    def table(found: re.Match[str]) -> str:
        if found[2] not in known:
            raise UserError(f"no table is called {found[2]}: there are {', '.join(known)}.")
        return f"{found[1]}\n{known[found[2]]()}\n{found[3]}"

    return MARKED.sub(table, page)


# ---------------------------------------------------------------- sentiment


def _classifiers(section: Values, metrics: Path) -> str:
    head = ["", "test accuracy", "95 %", "seeds, spread", "without twins", "AUC", "ECE", "minutes"]
    rows: list[Cells] = []
    for dataset, models in _by_dataset(section).items():
        rows.append([f"**on `{dataset}`**"])
        compared = {m: _read(metrics / m / "comparison.json") for m in models}
        for model in models:
            found = _read(metrics / model / "metrics.json")
            twins = compared[model].get("test", {})
            minutes = MEASURED.get(f"sentiment/{model}")
            rows.append(_classifier(f"`{model}`", found, twins, minutes))
            rows += [
                _classifier(name, ensemble, ensemble.get("test", {}), None)
                for name, ensemble in _ensembles(section, metrics, model)
            ]
        baselines = _read(metrics / "baselines" / dataset / "metrics.json")
        for name, found in baselines.items():
            against = [c["against"][name] for c in compared.values() if c]
            rows.append(_classifier(f"baseline {name}", found, (against or [{}])[0], None))
    return _table(head, rows)


def _audits(metrics: Path) -> str:
    """Return what was found about each dataset; a split's texts, train, valid and test in turn."""
    head = [
        "",
        "texts",
        "of one word",
        "test, a copy in train",
        "test, a near copy or a copy",
        "near copies, other label",
        "test, its film in train",
    ]
    rows: list[Cells] = []
    for file in sorted(metrics.glob("*/metrics.json")):
        found = _read(file)
        copies = [found[kind]["test"]["in_train"] for kind in ("exact", "near")]
        shares = found["test_share_with_twin_in_train"].values()
        films = found.get("groups", {}).get("test_rows_in_train")
        rows.append(
            [
                f"`{file.parent.name}`",
                *(", ".join(f"{n:,}" for n in found[k].values()) for k in ("rows", "of_one_word")),
                *(f"{n} ({_percent(s)} %)" for n, s in zip(copies, shares, strict=True)),
                ", ".join(str(split["other_label"]) for split in found["near"].values()),
                "not known" if films is None else str(films),
            ]
        )
    return _table(head, rows)


def _ensembles(section: Values, metrics: Path, model: str) -> Iterator[tuple[str, Values]]:
    """Yield the name and the figures of each ensemble that a model, all its seeds, is part of."""
    seeds = _read(metrics / model / "metrics.json").get("seeds", {}).get("n")
    for ensemble in section["ensembles"].values():
        if ensemble["model"] == model:
            baseline = ensemble["baseline"]
            found = _read(metrics / model / f"with-{baseline}.json")
            yield words.together(f"`{model}`", seeds, baseline), found


def _classifier(name: str, found: Values, twins: Values, minutes: float | None) -> Cells:
    test = found.get("test", {})
    return [
        name,
        _percent(test.get("accuracy")),
        _range(test, "accuracy"),
        _seeds(found, 100, 1),
        _percent(twins.get("accuracy_without_twins")),
        _number(test.get("auc"), 4),
        _percent(test.get("ece")),
        _number(minutes, 0),
    ]


def _pairs(section: Values, metrics: Path) -> str:
    head = [
        "",
        "against",
        "points better",
        "95 %",
        "it alone right",
        "the other alone",
        "McNemar's p",
    ]
    rows: list[Cells] = []
    for model in section["models"]:
        others = _against(section, metrics, model)
        rows += [[f"`{model}`", name, *_pair(found)] for name, found in others.items()]
        for name, figures in _ensembles(section, metrics, model):
            against = figures.get("against", {}).items()
            others = {f"`{o}`" if o == model else f"baseline {o}": v for o, v in against}
            rows += [[name, other, *_pair(values)] for other, values in others.items()]
    return _table(head, rows)


def _pair(found: Values) -> Cells:
    return [
        f"{found['difference'] * 100:+.2f}",
        _range(found, "difference"),
        f"{found['only_model']:,}",
        f"{found['only_other']:,}",
        "< 0.0001" if found["p"] < 0.0001 else f"{found['p']:.4f}",
    ]


def _by_length(section: Values, metrics: Path) -> str:
    """Return the accuracy on the test rows of each range of lengths, a table a dataset."""
    tables = []
    for dataset, models in _by_dataset(section).items():
        files = {m: metrics / m / "by_length.csv" for m in models}
        found = {m: _lines(file) for m, file in files.items() if file.exists()}
        if found:
            ranges = list(next(iter(found.values())))
            head = [f"tokens, `{dataset}`", *(f"`{m}`" for m in found)]
            tables.append(_table(head, [[r, *(f[r] for f in found.values())] for r in ranges]))
    return "\n".join(tables)


def _lines(file: Path) -> dict[str, str]:
    """Return the accuracy and its interval by range of lengths, of the test rows."""
    head, *lines = (line.split(",") for line in file.read_text(encoding="utf-8").splitlines())
    rows = [dict(zip(head, line, strict=True)) for line in lines]
    return {
        f"{row['length_low']}–{row['length_high']}": _percent(float(row["accuracy"]))
        + f" ({_percent(float(row['low']))}–{_percent(float(row['high']))})"
        for row in rows
        if row["split"] == "test"
    }


# ---------------------------------------------------------------- characters


def _texts(metrics: Path) -> str:
    """Return what was found about each text: where it was cut, what is odd, what repeats."""
    head = [
        "",
        "characters, different",
        "its start, times in the file",
        "its end, times",
        "left out before, behind",
        "control, lost",
        "train, valid, test",
        "longest passage of test in train",
        f"of test in passages of {PASSAGE} there",
    ]
    rows: list[Cells] = []
    for file in sorted(metrics.glob("*/metrics.json")):
        found = _read(file)
        text, cut, test = found["text"], found["file"], found.get("test", {})
        rows.append(
            [
                f"`{file.parent.name}`",
                f"{text['characters']:,}, {text['different']}",
                *(_marker(found.get(use)) for use in ("start", "end")),
                f"{cut['before']:,}, {cut['behind']:,}",
                f"{text['controls']}, {text['replaced']}",
                ", ".join(f"{n:,}" for n in found["characters"].values()),
                _number(test.get("longest_in_train"), 0),
                f"{_percent(test['share_in_train'])} %" if test else NONE,
            ]
        )
    return _table(head, rows)


def _marker(found: Values | None) -> str:
    return f"line {found['line']:,}, {found['times']}" if found else NONE


def _writers(section: Values, metrics: Path) -> str:
    head = [
        "",
        "while training, nats",
        "test bits",
        "95 %",
        "seeds, spread",
        "test bits, windows",
        "all text, bits",
        "minutes",
    ]
    rows: list[Cells] = []
    for dataset, models in _by_dataset(section).items():
        rows.append([f"**on `{dataset}`**"])
        rows += [
            _writer(
                f"`{model}`",
                _read(metrics / model / "metrics.json"),
                MEASURED.get(f"charlm/{model}"),
            )
            for model in models
        ]
        baselines = _read(metrics / "baselines" / dataset / "metrics.json")
        rows += [_writer(f"baseline {name}", found, None) for name, found in baselines.items()]
    return _table(head, rows)


def _writer(name: str, found: Values, minutes: float | None) -> Cells:
    return [
        name,
        _number(found.get("train", {}).get("nats_per_char"), 4),
        _number(found.get("test", {}).get("bits_per_char"), 3),
        _bits(found.get("test", {}), "bits_per_char"),
        _seeds(found, 1, 3),
        _number(found.get("test", {}).get("window_bits_per_char"), 3),
        _number(found.get("whole", {}).get("bits_per_char"), 3),
        _number(minutes, 0),
    ]


def _coders(section: Values, metrics: Path) -> str:
    """Return the paired differences: of models, and of the ways of coding while learning."""
    head = ["", "against", "bits more", "95 %"]
    rows: list[Cells] = []
    for model in section["models"]:
        others = _against(section, metrics, model)
        rows += [[f"`{model}`", name, *_difference(found)] for name, found in others.items()]
        contrast = _read(metrics / model / "contrast.json")
        others = {f"baseline {name}": ways for name, ways in contrast.get("against", {}).items()}
        others |= {f"`{model}`, {WAYS['static']}": contrast.get("static", {})}
        rows += [
            [f"`{model}`, {WAYS[way]}", name, *_difference(ways[way])]
            for name, ways in others.items()
            for way in WAYS
            if way in ways
        ]
    return _table(head, rows)


def _difference(found: Values) -> Cells:
    return [f"{found['difference']:+.3f}", _bits(found, "difference", "+")]


def _adapted(section: Values, metrics: Path) -> str:
    head = ["test bits (95 %)", *WAYS.values(), "PPMd"]
    rows = []
    for model, options in section["adaptations"].items():
        found = _read(metrics / model / "adapted.json").get("test", {})
        baselines = _read(metrics / "baselines" / options["dataset"] / "metrics.json")
        ppmd = measured.at(baselines, "ppmd.test") or {}
        names = [(found, f"{way}_bits_per_char") for way in WAYS] + [(ppmd, "bits_per_char")]
        rows.append([f"`{model}`", *(_sure(values, name) for values, name in names)])
    return _table(head, rows)


def _sure(values: Values, name: str) -> str:
    """Return a cost in bits and, where it was measured, its interval."""
    interval = _bits(values, name)
    return _number(values.get(name), 3) + (f" ({interval})" if interval else NONE)


def _generated(section: Values, metrics: Path) -> str:
    head = ["", "written", "copied", "the passage", "words known", "own bits"]
    rows = [
        [
            f"`{model}`",
            name,
            str(found["copied_chars"]),
            _code(found["copied"]),
            _percent(found.get("known_words"), 1),
            _number(found["bits_per_char"], 3),
        ]
        for model in section["models"]
        for name, found in _read(metrics / model / "generated.json").items()
    ]
    return _table(head, rows)


# ---------------------------------------------------------------- both tasks


def _against(section: Values, metrics: Path, model: str) -> dict[str, Values]:
    """Return what was found beside each baseline, then beside the models it is paired with."""
    against = _read(metrics / model / "comparison.json").get("against", {})
    others = {f"baseline {name}": found for name, found in against.items()}
    for pair in section["pairs"].values():
        if pair["model"] == model:
            found = _read(metrics / model / f"against-{pair['reference']}.json")
            others |= {f"`{pair['reference']}`": found} if found else {}
    return others


def _by_dataset(section: Values) -> dict[str, list[str]]:
    """Return the models of each dataset that has any, in the order of params.yaml."""
    return {
        dataset: models
        for dataset in section["datasets"]
        if (
            models := [m for m, values in section["models"].items() if values["dataset"] == dataset]
        )
    }


# ---------------------------------------------------------------- cells


def _read(file: Path) -> dict[str, Any]:
    """Return what a file of metrics holds; nothing if it is not there yet."""
    return measured.read(file) if file.exists() else {}


def _table(head: Cells, rows: Iterable[Cells]) -> str:
    def lines() -> Iterator[str]:
        yield "| " + " | ".join(head) + " |"
        yield "|---" * len(head) + "|"
        for row in rows:
            yield "| " + " | ".join([*row, *[NONE] * (len(head) - len(row))]) + " |"

    return "\n".join(lines()) + "\n"


def _number(value: float | None, digits: int) -> str:
    return NONE if value is None else f"{value:.{digits}f}"


def _percent(value: float | None, digits: int = 2) -> str:
    return NONE if value is None else f"{value * 100:.{digits}f}"


def _range(values: Values, name: str) -> str:
    if f"{name}_low" not in values:
        return NONE
    low, high = values[f"{name}_low"] * 100, values[f"{name}_high"] * 100
    return f"{low:+.2f} to {high:+.2f}" if name == "difference" else f"{low:.2f}–{high:.2f}"


def _bits(values: Values, name: str, sign: str = "") -> str:
    if f"{name}_low" not in values:
        return NONE
    low, high = (f"{values[f'{name}_{side}']:{sign}.3f}" for side in ("low", "high"))
    return f"{low} to {high}" if sign else f"{low}–{high}"


def _seeds(found: Values, unit: float, digits: int) -> str:
    seeds = found.get("seeds", {})
    if "std" not in seeds:
        return f"{seeds['n']}" if seeds else NONE
    return f"{seeds['n']}, ± {seeds['std'] * unit:.{digits}f}"


def _code(text: str) -> str:
    """Return a passage as it stands, between marks that no character of it ends; ⏎ ends a line."""
    shown = text.replace("\n", "⏎").replace("|", "\\|")
    longest = max(map(len, re.findall("`+", shown)), default=0)
    marks = "`" * (longest + 1)
    room = " " if longest else ""
    return f"{marks}{room}{shown}{room}{marks}"
