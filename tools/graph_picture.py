"""A graph of stages as pictures in a page, in the page's colours: one for each task."""

from html import escape
from typing import TYPE_CHECKING

from textrnn.reports import pipeline

if TYPE_CHECKING:
    import networkx as nx

WIDTH = 158  # of a box, for the longest name
TEXT = 27  # from a box's top to its words' line


def draw(graph: "nx.DiGraph[str]") -> str:
    """Return figures of HTML on one line: a task's stages with those that all tasks begin with.

    What is needed stands above what needs it.
    """
    of = {stage: stage.partition("-")[0] if "-" in stage else "" for stage in graph}
    tasks = dict.fromkeys(sorted(filter(None, of.values()), reverse=True)) or {"": None}
    parts = (graph.subgraph([s for s in graph if of[s] in ("", task)]) for task in tasks)
    return f'<div class="pipeline">{"".join(map(_figure, parts))}</div>'


def _figure(graph: "nx.DiGraph[str]") -> str:
    drawing = pipeline.lay_out("", graph, dict.fromkeys(graph, 1), width=WIDTH)
    boxes = (
        f'<rect x="{box.x}" y="{box.y}" width="{WIDTH}" height="{pipeline.HEIGHT}" rx="6"/>'
        f'<text x="{box.x + WIDTH // 2}" y="{box.y + TEXT}">{escape(box.stage)}</text>'
        for box in drawing.boxes
    )
    arrows = (
        f'<path class="arrow" d="{path}" marker-end="url(#head)"/>' for path in drawing.arrows
    )
    return (
        f'<figure><svg viewBox="0 0 {drawing.width} {drawing.height}" '
        f'width="{drawing.width}" height="{drawing.height}" role="img" '
        f'aria-label="Graph of the stages: {escape(_in_words(graph))}"><defs><marker id="head" '
        'viewBox="0 0 8 8" refX="2" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        f'<path d="M0 0L8 4L0 8Z"/></marker></defs>{"".join(arrows)}{"".join(boxes)}</svg></figure>'
    )


def _in_words(graph: "nx.DiGraph[str]") -> str:
    return "; ".join(f"{a} before {b}" for a, b in graph.edges)
