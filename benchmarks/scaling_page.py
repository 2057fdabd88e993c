"""Write what scaling.json holds into docs/scaling.md, and draw docs/scaling.svg.

python benchmarks/scaling_page.py
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import vl_convert

import table
from harness import ROOT
from scaling import ENGINES, RESULTS, SIZES
from textrnn import atomic

PAGE, PICTURE = ROOT / "docs/scaling.md", ROOT / "docs/scaling.svg"
COLOURS = {"local": "#1f5fa8", "beam": "#d98032", "training": "#2e7d4f"}
NAMES = {"local": "data stages, local", "beam": "data stages, Beam", "training": "an epoch"}

Entries = Mapping[str, Any]


class Growth(NamedTuple):
    """Seconds by size, and the exponent of the power law that is nearest."""

    kind: str  # `local`, `beam` or `training`
    sizes: Sequence[int]  # times the small corpus
    seconds: Sequence[float]  # medians

    @property
    def exponent(self) -> float:
        """The slope of a line through the logarithms: 1 is in proportion to the size."""
        return float(np.polyfit(np.log(self.sizes), np.log(self.seconds), 1)[0])

    @property
    def marginal(self) -> float:
        """Seconds for each once more of the small corpus, between the two largest sizes."""
        (before, last), (faster, slower) = self.sizes[-2:], self.seconds[-2:]
        return (slower - faster) / (last - before)


def growths(entries: Entries) -> Iterator[Growth]:
    """Yield how each thing that was measured by size grew."""
    for kind, entry in [*((e, "data") for e in ENGINES), ("training", "training")]:
        found = entries[entry]["contenders"]
        sizes = [times for times in SIZES if f"{kind}, {times} ×" in found]
        yield Growth(kind, sizes, [found[f"{kind}, {t} ×"]["median"] for t in sizes])


def render(entries: Entries) -> str:
    """Return the fits, and every benchmark's table."""
    rows = [
        (
            NAMES[g.kind],
            " ".join(f"{t} ×" for t in g.sizes),
            f"{g.exponent:.2f}",
            f"{g.marginal:.3g} s",
        )
        for g in growths(entries)
    ]
    head = ("what", "sizes", "exponent", "for each once more of the corpus, at the large end")
    shown = [f"![Seconds by the size of the corpus]({PICTURE.name})", table.markdown(head, rows)]
    return "\n\n".join([*shown, *(table.benchmark(n, entries[n]) for n in entries)])


def picture(entries: Entries) -> str:
    """Return the plot as SVG: seconds by size, both by powers."""
    points = [
        {"size": size, "seconds": seconds, "kind": NAMES[growth.kind]}
        for growth in growths(entries)
        for size, seconds in zip(growth.sizes, growth.seconds, strict=True)
    ]
    scale = {"domain": [NAMES[kind] for kind in COLOURS], "range": list(COLOURS.values())}
    return str(
        vl_convert.vegalite_to_svg(
            {
                "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
                "width": 460,
                "height": 300,
                "background": "white",
                "data": {"values": points},
                "mark": {"type": "line", "point": True},
                "encoding": {
                    "x": {
                        "field": "size",
                        "type": "quantitative",
                        "scale": {"type": "log", "base": 2},
                        "axis": {"values": list(SIZES), "title": "times the small corpus"},
                    },
                    "y": {
                        "field": "seconds",
                        "type": "quantitative",
                        "scale": {"type": "log"},
                        "axis": {"title": "seconds"},
                    },
                    "color": {
                        "field": "kind",
                        "type": "nominal",
                        "scale": scale,
                        "legend": {"title": None},
                    },
                },
            }
        )
    )


def main() -> None:
    """Renew the page and the picture."""
    entries = json.loads(RESULTS.read_text(encoding="utf-8"))
    page = table.inserted(PAGE.read_text(encoding="utf-8"), render(entries))
    for file, text in ((PAGE, page), (PICTURE, picture(entries))):
        with atomic.file(file) as part:
            part.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
