"""The pipelines' graph as DVC has it, one node for all instances of a stage, in Mermaid."""

import re
import subprocess
import sys
from pathlib import Path

import networkx as nx

COMMAND = ("dag", "--mermaid", "--collapse-foreach-matrix")
NODE = re.compile(r'\s*(\w+)\["([^"]+)"\]')
BLOCK = re.compile(r"^```mermaid\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EDGE = re.compile(r"\s*(\w+)-->(\w+)")


def graph(repository: Path) -> "nx.DiGraph[str]":
    """Return DVC's graph of stages, less the arrows that others imply."""
    said = subprocess.run(
        [sys.executable, "-m", "dvc", *COMMAND],
        cwd=repository,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return nx.transitive_reduction(read(said))


def read(mermaid: str) -> "nx.DiGraph[str]":
    """Return the graph of a flowchart of Mermaid in DVC's form, by the names that are shown.

    Raises:
        ValueError: a line is neither a node nor an arrow.
    """
    first, *lines = [line for line in mermaid.splitlines() if line.strip()]
    if not first.startswith("flowchart "):
        raise ValueError(f"this is no flowchart: {first}")
    names: dict[str, str] = {}
    found: nx.DiGraph[str] = nx.DiGraph()
    for line in lines:
        if node := NODE.fullmatch(line):
            names[node[1]] = node[2]
            found.add_node(node[2])
        elif edge := EDGE.fullmatch(line):
            found.add_edge(names[edge[1]], names[edge[2]])
        else:
            raise ValueError(f"neither a node nor an arrow: {line}")
    return found


def mermaid(repository: Path) -> str:
    """Return the reduced graph as a block of Mermaid, stages in the order of the work."""
    found = graph(repository)
    stages = list(nx.lexicographical_topological_sort(found))
    numbers = {stage: f"node{i}" for i, stage in enumerate(stages, 1)}
    nodes = [f'  {numbers[stage]}["{stage}"]' for stage in stages]
    edges = [f"  {numbers[a]}-->{numbers[b]}" for a in stages for b in sorted(found.successors(a))]
    return "\n".join(["```mermaid", "flowchart TD", *nodes, *edges, "```", ""])
