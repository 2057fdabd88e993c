"""Charts as SVG: DVC's own templates (`.dvc/plots`), filled by DVC, in the colours of the page.

Vega draws them without a browser. Colours become CSS variables, so that the page decides what they
are in the light and in the dark.
"""

import json
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import vl_convert
from dvc_render.vega import VegaRenderer
from markupsafe import escape

from textrnn.reports.offline import VERSION

TEMPLATES = Path(".dvc") / "plots"
REVISION = "workspace"  # as DVC calls what is in the working folder

Row = Mapping[str, Any]

# What the templates name by its value, for DVC's white page.
_COLOURS = {
    "#0072b2": "var(--train)",
    "#d55e00": "var(--valid)",
    "#00795a": "var(--test)",
    "#767676": "var(--faint)",
}
_FONT = "system-ui, sans-serif"
_CONFIG = {
    "aria": False,
    "background": None,
    "font": _FONT,
    "view": {"stroke": None},
    "axis": {
        "labelColor": "var(--soft)",
        "titleColor": "var(--soft)",
        "gridColor": "var(--line)",
        "domainColor": "var(--faint)",
        "tickColor": "var(--faint)",
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "titlePadding": 8,
    },
    "legend": {
        "orient": "top",
        "title": None,
        "labelColor": "var(--ink)",
        "labelFontSize": 12,
        "symbolType": "stroke",
        "symbolStrokeWidth": 3,
        "symbolSize": 200,
        "offset": 4,
        "padding": 0,
    },
}
# What Vega says to assistive technology of every mark: the chart as a whole says it here.
_NOISE = re.compile(
    r' (?:role|aria-[a-z]+|class|pointer-events|xmlns:xlink|version)="[^"]*"'
    r'|<path(?: aria-hidden="true")?(?: class="[a-z]+")? (?:aria-hidden="true" )?d=""[^>]*/>'
)
_VALUE = re.compile(r'="[^"]*"')  # of an attribute: what is written on an axis stays as it is
_DIGITS = re.compile(r"(\.\d{2})\d+")
_OPEN = re.compile(r"<svg[^>]*>")


@dataclass(frozen=True)
class Kind:
    """What a chart shows of its table."""

    template: str
    x: str
    y: str
    x_label: str
    y_label: str
    width: int = 320
    height: int = 220


def draw(kind: Kind, rows: Sequence[Row], alt: str) -> str:
    """Return a chart as an SVG element that has `alt` as its name.

    Args:
        rows: of the table, numbers as such.
    """
    return _tidy(vl_convert.vegalite_to_svg(_spec(kind, rows), vl_version=VERSION), alt)


def _spec(kind: Kind, rows: Sequence[Row]) -> dict[str, Any]:
    """Return the template that DVC has filled, as the page wants it."""
    renderer = VegaRenderer(
        [{**row, "rev": REVISION} for row in rows],
        kind.template,
        template=kind.template,
        template_dir=str(TEMPLATES),
        x=kind.x,
        y=kind.y,
        x_label=kind.x_label,
        y_label=kind.y_label,
        title="",
    )
    splits = {row.get("split") for row in rows}
    filled = json.dumps(_for_page(renderer.get_filled_template(), splits))
    for value, variable in _COLOURS.items():
        filled = filled.replace(value, variable)
    spec: dict[str, Any] = json.loads(filled)
    del spec["title"]  # the page has a heading there
    return spec | {"width": kind.width, "height": kind.height, "config": _CONFIG}


def _for_page(value: Any, splits: Set[Any]) -> Any:
    """Leave out what tells revisions apart, where there is one, and splits that are not shown."""
    if isinstance(value, list):
        return [_for_page(part, splits) for part in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _colour(part, splits)
        if key == "color" and isinstance(part, dict) and part.get("field") == "split"
        else _for_page(part, splits)
        for key, part in value.items()
        if not (isinstance(part, dict) and part.get("field") == "rev")
    }


def _colour(channel: dict[str, Any], splits: Set[Any]) -> dict[str, Any]:
    """Return the channel of the splits' colours with a legend of those that are shown."""
    scale = channel["scale"]
    if "domain" in scale:
        shown = {s: c for s, c in zip(scale["domain"], scale["range"], strict=True) if s in splits}
        scale = {"domain": list(shown), "range": list(shown.values())}
    found = {**channel, "scale": scale, "title": None}
    return found if len(splits) > 1 else {**found, "legend": None}


def _tidy(svg: str, alt: str) -> str:
    """Leave out what a page does not need, and name the whole."""
    opening = _OPEN.search(svg)
    if opening is None:
        raise ValueError("Vega gave no SVG")
    box = re.search(r'viewBox="[^"]*"', opening.group())
    size = re.search(r'width="([^"]*)" height="([^"]*)"', opening.group())
    if box is None or size is None:
        raise ValueError("Vega gave an SVG without a size")
    inner = _NOISE.sub("", svg[opening.end() :])
    inner = _VALUE.sub(lambda found: _DIGITS.sub(r"\1", found.group()), inner)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size[1]}" height="{size[2]}" {box[0]} '
        f'role="img" aria-label="{escape(alt)}">{inner}'
    )
