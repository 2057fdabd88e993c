"""An entry more in a YAML file: it is there, and every line that was there is there still."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from textrnn.own.insertion import insert

ENTRY = {"format": "csv", "read": {"text": "body", "labels": {"5": 1, "no": 0}}}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a:\n  b:\n    x: 1 # one\n", "a:\n  b:\n    x: 1 # one\n    new: {v: 1}\n"),
        ("a:\n  b:\n    x: 1", "a:\n  b:\n    x: 1\n    new: {v: 1}\n"),  # no last line break
        (
            "a:\n  b: {} # mine\n  c: 2\n# end\n",
            "a:\n  b: # mine\n    new: {v: 1}\n  c: 2\n# end\n",
        ),
        ("a: {b: {}}\n", "a: {b: {new: {v: 1}}}\n"),
        ("a:\n  b: {x: 1}\n", "a:\n  b: {x: 1, new: {v: 1}}\n"),
        ("a:\n  b: {x: 1, }\n", "a:\n  b: {x: 1,new: {v: 1}}\n"),
        (
            "a:\n    b:\n        x:\n            - 1\n        # of b\n# of none\nc: 1\n",
            "a:\n    b:\n        x:\n            - 1\n        # of b\n"
            "        new: {v: 1}\n# of none\nc: 1\n",
        ),
        ("a:\n  b:\n    x: |\n      text\n\nc: 1\n", "a:\n  b:\n    x: |\n      text\n\n"),
        ('a:\n  b:\n    x: "two\n      lines" # one\nc: 1\n', 'lines" # one\n    new: {v: 1}\n'),
    ],
)
def test_layouts(before: str, after: str) -> None:
    found = insert(before, ["a", "b"], "new", {"v": 1})
    assert after in found
    expected = yaml.safe_load(before)
    expected["a"]["b"]["new"] = {"v": 1}
    assert yaml.safe_load(found) == expected


scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.floats(0, 1)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc:# é'", max_size=4), inner)
    ),
    max_leaves=8,
)


@given(
    others=st.dictionaries(st.sampled_from("pqrs"), values),
    behind=st.dictionaries(st.sampled_from("xyz"), values),
    flow=st.sampled_from([None, False, True]),
    comment=st.booleans(),
)
def test_what_was_there_stays(
    others: dict[str, Any], behind: dict[str, Any], flow: bool | None, comment: bool
) -> None:
    document = {"corpora": {"own": others, **behind}, **behind}
    before = yaml.safe_dump(document, default_flow_style=flow, sort_keys=False, width=1000)
    if comment and not flow:
        before = before.replace("\n", "\n# why\n", 1) + "# the end\n"
    after = insert(before, ("corpora", "own"), "new", ENTRY)
    assert yaml.safe_load(after) == {
        **document,
        "corpora": {**document["corpora"], "own": {**others, "new": ENTRY}},
    }
    if others and flow is False:
        kept = iter(after.splitlines())
        assert all(line in kept for line in before.splitlines())
