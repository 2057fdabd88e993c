"""What a classifier starts from: vectors where its embedding is, or nothing."""

from pathlib import Path

import numpy as np
import pytest

from textrnn.backend import keras
from textrnn.errors import UserError
from textrnn.params.classifier import Architecture
from textrnn.sentiment import starts
from textrnn.sentiment.model import build, build_from
from textrnn.sentiment.starts import Start

SHAPE = Architecture(
    embedding=3, cell="GRU", units=4, layers=2, bidirectional=True, dense=4, mask=True, dropout=0,
    pooling="mean-max", word_dropout=0.1,
)  # fmt: skip
VECTORS = np.random.default_rng(1).normal(size=(8, 3)).astype(np.float32)


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Start:
    monkeypatch.setattr(starts, "HOME", tmp_path)
    found = Start("words")
    found.home.mkdir(parents=True)
    starts.save("vectors", VECTORS, found.home)
    return found


def test_a_model_has_the_vectors_of_its_start_and_all_else_as_drawn(start: Start) -> None:
    keras.utils.set_random_seed(1)
    found = build_from(start, SHAPE, 8)
    keras.utils.set_random_seed(1)
    plain = build(SHAPE, 8)
    for one, other in zip(found.weights, plain.weights, strict=True):
        wanted = VECTORS if one.path.startswith("embedding") else other.numpy()
        np.testing.assert_array_equal(one.numpy(), wanted)
    keras.utils.set_random_seed(1)
    scratch = build_from(Start("scratch"), SHAPE, 8)
    for one, other in zip(scratch.weights, plain.weights, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy())


def test_a_pooled_model_says_the_same_of_a_padded_text(start: Start) -> None:
    model = build_from(start, SHAPE, 8)
    assert model.get_layer("pooling").output.shape == (None, 16)
    short, padded = model(np.array([[4, 2, 5]])), model(np.array([[4, 2, 5, 0, 0, 0]]))
    np.testing.assert_allclose(short, padded, atol=1e-6)


def test_vectors_of_another_vocabulary_are_refused(start: Start) -> None:
    with pytest.raises(UserError, match=r"vectors of \(8, 3\), but the model's are of \(9, 3\)"):
        build_from(start, SHAPE, 9)


def test_a_damaged_or_missing_file_is_named(start: Start) -> None:
    file = start.home / "vectors.safetensors"
    file.write_bytes(file.read_bytes()[:40])
    with pytest.raises(UserError, match=r"vectors\.safetensors is damaged .* `dvc checkout"):
        start.vectors()
    file.unlink()
    with pytest.raises(UserError, match=r"vectors\.safetensors is not here: run `dvc repro`"):
        start.vectors()
