"""Streamed text: what the pipeline's sampling writes with the same draws."""

from itertools import islice

import pytest

from serving.conftest import KNOWN, WRITER, opinionated
from textrnn.backend import keras
from textrnn.charlm import sampling
from textrnn.charlm.model import build
from textrnn.errors import UserError
from textrnn.params.character_model import Architecture
from textrnn.serving import writing

GRU = Architecture(
    embedding=3, cell="GRU", units=5, layers=1, dropout=0.0, locked=False, weight_drop=0.0
)
START = "He a"


@pytest.fixture(name="model")
def _model(request: pytest.FixtureRequest) -> keras.Model:
    return request.getfixturevalue("writing")  # a name that the module has too


@pytest.mark.usefixtures("repo")
@pytest.mark.parametrize(
    ("temperature", "seed"), [(1.0, 1), (1.0, 2), (0.5, 1), (4.0, 3), (None, 1)]
)
def test_it_is_the_carried_text(model: keras.Model, temperature: float | None, seed: int) -> None:
    scale = None if temperature is None else 1 / temperature
    ids = sampling.carried(model, WRITER, KNOWN.encode(START), 60, [scale], seed)[0]
    found = writing.load("charlm/tiny").write(START, 60, temperature, seed)
    assert "".join(found) == KNOWN.decode(ids)


def test_a_gru_has_one_state() -> None:
    model = opinionated(build(GRU, KNOWN.size))
    ids = sampling.carried(model, GRU, KNOWN.encode(START), 30, [1.0], 5)[0]
    assert "".join(writing.Writer(model, GRU, KNOWN).write(START, 30, 1.0, 5)) == KNOWN.decode(ids)


@pytest.mark.usefixtures("repo")
def test_characters_come_as_they_are_drawn() -> None:
    """The first ones of a text that would take days."""
    characters = writing.load("charlm/tiny").write(START, 10**9, 1.0, 1)
    assert len(list(islice(characters, 3))) == 3


@pytest.mark.usefixtures("repo")
@pytest.mark.parametrize(
    ("start", "said"),
    [("Hx", r"does not know the character 'x' \(U\+0078\)"), ("", "the start is empty")],
)
def test_a_start_that_cannot_be_read_is_refused_at_once(start: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        writing.load("charlm/tiny").write(start, 3, 1.0, 1)
