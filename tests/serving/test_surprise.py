"""Surprises: what evaluation counts, and what the writer found while it wrote."""

import numpy as np
import pytest

from serving.conftest import KNOWN, WRITER
from textrnn.backend import keras
from textrnn.charlm import evaluation
from textrnn.errors import UserError
from textrnn.serving import surprise
from textrnn.serving.writing import Writer

TEXT = "He bed a deed\nHe dabbed, é".replace(",", "")


@pytest.fixture(scope="module", name="writer")
def _writer(writing: keras.Model) -> Writer:
    return Writer(writing, WRITER, KNOWN)


def test_they_sum_to_what_evaluation_counts(writer: Writer) -> None:
    """Of one window that begins with zero states and has read the first character."""
    ids = KNOWN.encode(TEXT)
    nats = evaluation.nats_windowed(writer.model, WRITER, ids[:1], ids[1:], len(ids) - 1)
    found = surprise.of(writer, TEXT)
    np.testing.assert_allclose(found, nats / np.log(2), rtol=1e-5)


def test_a_model_that_knows_nothing_is_surprised_by_the_logarithm_of_its_alphabet(
    writing: keras.Model,
) -> None:
    indifferent = keras.models.clone_model(writing)
    indifferent.set_weights([np.zeros_like(w) for w in writing.get_weights()])
    found = surprise.of(Writer(indifferent, WRITER, KNOWN), "abcd")
    np.testing.assert_allclose(found, [np.log2(KNOWN.size)] * 3, rtol=1e-6)


@pytest.mark.parametrize("temperature", [1.0, 0.5, 3.0, None])
def test_what_is_found_while_writing_is_found_again_in_reading(
    writer: Writer, temperature: float | None
) -> None:
    """Whatever the temperature: the surprise is the model's own."""
    start = "He a"
    drawn = list(writer.draws(start, 40, temperature, 3))
    text = start + "".join(one.character for one in drawn)
    read = surprise.of(writer, text)[len(start) - 1 :]
    np.testing.assert_allclose([one.bits for one in drawn], read, rtol=1e-4, atol=1e-5)


def test_the_first_character_has_none(writer: Writer) -> None:
    assert len(surprise.of(writer, "H")) == len(surprise.of(writer, "")) == 0


def test_an_unknown_character_is_named(writer: Writer) -> None:
    with pytest.raises(UserError, match="'x'"):
        surprise.of(writer, "Hx")
