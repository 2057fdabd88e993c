"""What a classifier starts from: the layers of a language model, or nothing."""

from pathlib import Path

import numpy as np
import pytest

from textrnn import weights
from textrnn.backend import keras
from textrnn.errors import UserError
from textrnn.params.classifier import Architecture
from textrnn.sentiment import starts
from textrnn.sentiment.model import SHARED, build, build_from
from textrnn.sentiment.starts import Start, Words

SHAPE = Architecture(
    embedding=3, cell="GRU", units=4, layers=2, bidirectional=True, dense=4, mask=True, dropout=0,
    pooling="mean-max", word_dropout=0.1,
)  # fmt: skip
VECTORS = np.random.default_rng(1).normal(size=(8, 3)).astype(np.float32)


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Start:
    """A start with the layers of a model of one recurrent layer, and a weight of its own."""
    monkeypatch.setattr(starts, "HOME", tmp_path)
    found = Start("language")
    file = found.home / "seed-7" / "weights.safetensors"
    file.parent.mkdir(parents=True)
    keras.utils.set_random_seed(9)
    weights.save(build(SHAPE.model_copy(update={"layers": 1, "dense": 6}), 8), file)
    return found


def drawn(seed: int) -> keras.Model:
    keras.utils.set_random_seed(seed)
    return build(SHAPE, 8)


def test_a_model_has_the_layers_of_its_start_and_all_else_as_drawn(start: Start) -> None:
    keras.utils.set_random_seed(1)
    found = build_from(start, SHAPE, 8)
    keras.utils.set_random_seed(9)
    its = {w.path: w for w in build(SHAPE.model_copy(update={"layers": 1, "dense": 6}), 8).weights}
    for one, other in zip(found.weights, drawn(1).weights, strict=True):
        wanted = its[one.path] if one.path.startswith(SHARED) else other
        np.testing.assert_array_equal(one.numpy(), wanted.numpy())
    keras.utils.set_random_seed(1)
    scratch = build_from(Start("scratch"), SHAPE, 8)
    for one, other in zip(scratch.weights, drawn(1).weights, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy())


def test_a_pooled_model_says_the_same_of_a_padded_text() -> None:
    model = drawn(1)
    assert model.get_layer("pooling").output.shape == (None, 16)
    short, padded = model(np.array([[4, 2, 5]])), model(np.array([[4, 2, 5, 0, 0, 0]]))
    np.testing.assert_allclose(short, padded, atol=1e-6)


def test_layers_of_another_vocabulary_are_refused(start: Start) -> None:
    with pytest.raises(UserError, match=r"does not fit the architecture: embedding/embeddings"):
        build_from(start, SHAPE, 9)
    other = SHAPE.model_copy(update={"cell": "LSTM"})
    with pytest.raises(UserError, match=r"does not fit the architecture: bidirectional-0/"):
        build_from(start, other, 8)


def test_a_damaged_or_missing_start_is_named(start: Start) -> None:
    file = start.weights()
    file.write_bytes(file.read_bytes()[:40])
    with pytest.raises(UserError, match=r"weights\.safetensors is damaged .* `dvc checkout"):
        build_from(start, SHAPE, 8)
    file.unlink()
    with pytest.raises(UserError, match=r"language holds no weights: run `dvc repro`"):
        build_from(start, SHAPE, 8)


def test_vectors_are_read_as_they_were_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starts, "HOME", tmp_path)
    words = Words("words")
    words.home.mkdir(parents=True)
    starts.save(VECTORS, words.home)
    np.testing.assert_array_equal(words.vectors(), VECTORS)
    file = words.home / "vectors.safetensors"
    file.write_bytes(file.read_bytes()[:40])
    with pytest.raises(UserError, match=r"vectors\.safetensors is damaged .* `dvc checkout"):
        words.vectors()
    file.unlink()
    with pytest.raises(UserError, match=r"vectors\.safetensors is not here: run `dvc repro`"):
        words.vectors()
