"""Write what results.json holds between the markers of docs/benchmarks.md.

python benchmarks/table.py
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from harness import RESULTS, ROOT
from textrnn import atomic

PAGE = ROOT / "docs/benchmarks.md"
BEGIN, END = "<!-- benchmarks: begin -->", "<!-- benchmarks: end -->"


def render(entries: Mapping[str, Any]) -> str:
    """Return the tables: all claims, then each benchmark's contenders with notes and machine."""
    parts = [_claims(entries), *(benchmark(name, entry) for name, entry in entries.items())]
    return "\n\n".join(parts)


def inserted(page: str, tables: str) -> str:
    """Return a page with what stands between its markers replaced.

    Raises:
        ValueError: the page has not each marker once.
    """
    if page.count(BEGIN) != 1 or page.count(END) != 1:
        raise ValueError(f"{PAGE.name} needs {BEGIN} and {END}, once each")
    before, rest = page.split(BEGIN)
    return f"{before}{BEGIN}\n\n{tables}\n\n{END}{rest.split(END)[1]}"


def _claims(entries: Mapping[str, Any]) -> str:
    rows = (
        (
            claim["claim"],
            _bound(claim),
            _quantity(claim["value"], claim["unit"]),
            "yes" if claim["reached"] else "**no**",
            f"`{name}`",
        )
        for name, entry in entries.items()
        for claim in entry["claims"]
    )
    return markdown(("claim", "to reach", "measured", "reached", "benchmark"), rows)


def benchmark(name: str, entry: Mapping[str, Any]) -> str:
    """Return a benchmark's heading, contenders, notes and machine."""
    contenders = entry["contenders"]
    base = next(iter(contenders.values()))
    rows = (
        (
            label,
            _seconds(c["minimum"]),
            _seconds(c["median"]),
            f"{c['median'] / base['median']:.3g}",
            ", ".join(f"{k.replace('_', ' ')} {v:.4g}" for k, v in c["figures"].items()),
        )
        for label, c in contenders.items()
    )
    table = markdown(("contender", "minimum", "median", "ratio", "and"), rows)
    notes = "".join(f"\n- {note}" for note in entry["notes"])
    return (
        f"### `{name}`\n\n{entry['title']}; {entry['rounds']} rounds; the ratio is that of the "
        f"medians, to the first line.\n\n{table}\n{notes}\n\n{_machine(entry['machine'])}"
    ).replace("\n\n\n", "\n\n")


def _machine(facts: Mapping[str, Any]) -> str:
    own = ("processor", "cores", "instructions", "memory_gib", "system")
    versions = ", ".join(f"{k} {v}" for k, v in facts.items() if k not in own)
    return (
        f"Measured on {facts['cores']} cores of {facts['processor']} "
        f"({', '.join(facts['instructions'])}), {facts['memory_gib']} GiB, {facts['system']}; "
        f"{versions}."
    )


def markdown(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Return a table in Markdown."""
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ("---",) * len(head), *rows))


def _bound(claim: Mapping[str, Any]) -> str:
    word = "at_least" if "at_least" in claim else "at_most"
    return f"{word.replace('_', ' ')} {_quantity(claim[word], claim['unit'])}"


def _quantity(value: float, unit: str) -> str:
    return f"{value:.3g} {unit}".strip()


def _seconds(value: float) -> str:
    return f"{value:.3g} s" if value >= 1 else f"{value * 1000:.3g} ms"


def main() -> None:
    """Renew the page."""
    entries = json.loads(RESULTS.read_text(encoding="utf-8"))
    page = inserted(PAGE.read_text(encoding="utf-8"), render(entries))
    with atomic.file(PAGE) as part:
        part.write_text(page, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
