"""The pipelines' graph in layers: DVC's own, with one box for all instances of a stage."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import networkx as nx
from dvc.exceptions import DvcException
from dvc.repo import Repo

SHARED = ("check", "fetch")  # the stages that both tasks begin with

WIDTH, HEIGHT = 128, 44  # of a box
ACROSS, DOWN = 20, 30  # between boxes
MARGIN = 4


@dataclass(frozen=True)
class Box:
    """A stage of dvc.yaml."""

    stage: str
    verb: str
    instances: int
    x: int
    y: int


@dataclass(frozen=True)
class Drawing:
    """Boxes, and the arrows between them as paths of SVG."""

    task: str
    boxes: list[Box]
    arrows: list[str]
    width: int
    height: int


def draw(task: str) -> Drawing | None:
    """Return the graph of a task's pipeline; None outside a DVC repository.

    Arrows that others imply are left out.
    """
    if not Path(".dvc").is_dir() or not Path("dvc.yaml").is_file():
        return None
    stages, counts = _stages(task)
    return None if not stages else lay_out(task, stages, counts)


def _stages(task: str) -> tuple[Any, Mapping[str, int]]:
    """Return the graph of a task's stages, from what is needed to what needs it."""
    try:
        with Repo() as repo:
            stages = [stage for stage in repo.index.stages if _is_wanted(stage, task)]
    except DvcException:
        return nx.DiGraph(), {}
    makers = {out.fs_path: _name(stage) for stage in stages for out in stage.outs}
    found = nx.DiGraph()
    found.add_nodes_from(sorted({_name(stage) for stage in stages}))
    for stage in stages:
        paths = [path for dep in stage.deps for path in _with_folders(dep.fs_path)]
        found.add_edges_from((makers[path], _name(stage)) for path in paths if path in makers)
    return nx.transitive_reduction(found), Counter(map(_name, stages))


def _with_folders(path: str) -> list[str]:
    """Return a path and the folders that it lies in: a stage may need a part of an output."""
    return [path, *map(str, Path(path).parents)]


def _is_wanted(stage: Any, task: str) -> bool:
    return bool(stage.cmd) and (_name(stage) in SHARED or _is_of(_name(stage), task))


def _name(stage: Any) -> str:
    name: str = stage.addressing.split("@")[0]
    return name


def _is_of(stage: str, task: str) -> bool:
    return stage.startswith(f"{task}-")


def lay_out(task: str, graph: Any, counts: Mapping[str, int], width: int = WIDTH) -> Drawing:
    """Place each stage below all that it needs; the longest chain runs straight down.

    A box has the width that is given, and room for its verb.
    """
    column: dict[str, int] = {}
    boxes = {}
    for layer, stages in enumerate(nx.topological_generations(graph)):
        taken: set[int] = set()
        for stage in sorted(stages, key=lambda s: (-_depth_below(graph, s), s)):
            wanted = min((column[p] for p in graph.predecessors(stage)), default=0)
            column[stage] = next(c for c in range(wanted, len(graph) + 1) if c not in taken)
            taken.add(column[stage])
            x = MARGIN + column[stage] * (width + ACROSS)
            y = MARGIN + layer * (HEIGHT + DOWN)
            boxes[stage] = Box(stage, stage.removeprefix(f"{task}-"), counts[stage], x, y)
    arrows = [_arrow(boxes[a], boxes[b], width) for a, b in graph.edges]
    return Drawing(
        task,
        list(boxes.values()),
        sorted(arrows),
        max(box.x for box in boxes.values()) + width + MARGIN,
        max(box.y for box in boxes.values()) + HEIGHT + MARGIN,
    )


def _depth_below(graph: Any, stage: str) -> int:
    return max((1 + _depth_below(graph, s) for s in graph.successors(stage)), default=0)


def _arrow(start: Box, end: Box, width: int) -> str:
    """Return a path from the middle below a box to the middle above another.

    It leaves its column in the gap above the lower box, so that it crosses no box of others.
    """
    x1, y1 = start.x + width // 2, start.y + HEIGHT
    x2, y2 = end.x + width // 2, end.y - 5  # the arrow's head takes the rest
    if x1 == x2:
        return f"M{x1} {y1}V{y2}"
    gap = end.y - DOWN
    return f"M{x1} {y1}V{gap}C{x1} {gap + 20} {x2} {gap + 2} {x2} {y2}"
