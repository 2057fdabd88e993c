"""Tables of commands, stages and parameters, and the graph, are what the code gives."""

from pathlib import Path
from typing import Annotated, Literal

import parameter_tables
import pipeline_graph
import pytest
import tables
from pydantic import Field

from textrnn.errors import UserError
from textrnn.params.base import Params
from textrnn.params.document import Document


@pytest.mark.parametrize("name", tables.PAGES)
def test_the_page_is_what_is_generated(root: Path, name: str) -> None:
    """After a change of commands, stages or parameters: `make tables`."""
    page = (root / name).read_text(encoding="utf-8")
    assert tables.MARKED.search(page)
    assert tables.renewed(page) == page


def test_every_parameter_of_params_yaml_is_in_a_table(root: Path) -> None:
    page = (root / "docs/parameters.md").read_text(encoding="utf-8")
    marked = {name for _, name, _, _ in tables.MARKED.findall(page)}
    sections = {s for m in marked for s in m.removeprefix(tables.OF_A_SECTION).split("+")}
    covered = {section.split(".")[0] for section in sections}
    assert covered == set(Document.model_fields)
    for task in ("sentiment", "charlm"):
        kinds = set(Document.model_fields[task].annotation.model_fields)  # type: ignore[union-attr]
        assert {f"{task}.{kind}" for kind in kinds} <= sections


class Wide(Params):
    """A block in one form."""

    method: Literal["wide"]
    width: Annotated[int, Field(ge=1, le=9)]  # metres
    both: bool


class Tall(Params):
    """And in the other."""

    method: Literal["tall", "taller"]
    height: Annotated[float, Field(gt=0)] | None
    both: bool


class Whole(Params):
    shape: Annotated[Wide | Tall, Field(discriminator="method")]
    names: list[str] = Field(default=[])  # of those who asked


@pytest.fixture
def shapes(monkeypatch: pytest.MonkeyPatch) -> None:
    class Document(Params):
        shapes: dict[str, Whole]

    monkeypatch.setattr(parameter_tables, "Document", Document)


NOW = """
| key | value | meaning |
|---|---|---|
| `shape.method` | gone | which, of `two` |
| `shape.height` | gone | the page's words |
| `shape.both` | gone | for both |
| `shape.depth` | gone | a key that is no more |
"""


@pytest.mark.usefixtures("shapes")
def test_keys_and_values_are_the_schema_s_and_meanings_the_page_s() -> None:
    assert parameter_tables.table("shapes", NOW).splitlines()[2:] == [
        "| `shape.method` | `wide`, `tall` or `taller` | which, of `two` |",
        "| `shape.width` | `wide`: whole number from 1 to 9 | metres |",
        "| `shape.both` | `true` or `false` | for both |",
        "| `shape.height` | `tall`, `taller`: number above 0, or `null` | the page's words |",
        "| `names` | list of texts; if left out, `[]` | of those who asked |",
    ]


@pytest.mark.usefixtures("shapes")
def test_a_key_without_a_meaning_is_asked_for() -> None:
    with pytest.raises(UserError, match=r"what does shape\.both mean\? Add a row for it below"):
        parameter_tables.table("shapes", NOW.replace("`shape.both`", "`shape.other`"))


def test_a_marker_of_nothing_is_refused() -> None:
    with pytest.raises(UserError, match="nothing is called stags: there are pipeline"):
        tables.renewed("<!-- begin stags -->\n<!-- end stags -->\n")


def test_the_graph_is_dvc_s(root: Path) -> None:
    """One node for all instances of a stage; what an arrow said before is still implied."""
    found = pipeline_graph.graph(root)
    assert set(found.successors("check")) == {"fetch", "sentiment-scratch"}
    assert set(found.predecessors("sentiment-compare")) >= {"sentiment-audit", "sentiment-evaluate"}
    block = pipeline_graph.mermaid(root)
    [again] = pipeline_graph.BLOCK.findall(block)
    assert pipeline_graph.read(again).edges == found.edges


def test_a_flowchart_of_another_form_is_refused() -> None:
    with pytest.raises(ValueError, match="neither a node nor an arrow:   a ==> b"):
        pipeline_graph.read("flowchart TD\n  a ==> b\n")
