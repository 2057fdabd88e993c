"""The last layer and what it costs: the book's for two classes, a softmax for more."""

import numpy as np
import pytest

from textrnn.backend import keras, tf
from textrnn.params.classifier import Architecture
from textrnn.sentiment import output
from textrnn.sentiment.model import build
from textrnn.sentiment.step import Classification

TWO = Architecture(
    embedding=3, cell="GRU", units=4, layers=1, bidirectional=True, dense=4, mask=True, dropout=0
)
THREE = TWO.model_copy(update={"classes": 3})
TOKENS = np.array([[1, 2, 3], [4, 5, 0], [6, 1, 1], [2, 0, 0]])


def test_two_classes_are_the_book_s_sigmoid() -> None:
    keras.utils.set_random_seed(1)
    model = build(TWO, 8)
    assert model.output_shape == (None, 1)
    assert [w.path for w in model.weights][-2:] == ["probability/kernel", "probability/bias"]
    said = model(TOKENS).numpy().astype(np.float64)[:, 0]
    labels = np.array([1, 0, 1, 0])
    found, _ = Classification()(model, (None, TOKENS, labels[:, None]), (), training=False)
    nats = -np.log(np.where(labels == 1, said, 1 - said))
    np.testing.assert_allclose(found["loss"], nats, rtol=1e-5)
    np.testing.assert_array_equal(np.ravel(found["accuracy"]), (said > 0.5) == labels)


def test_three_classes_are_a_softmax() -> None:
    keras.utils.set_random_seed(1)
    model = build(THREE, 8)
    assert model.output_shape == (None, 3)
    said = model(TOKENS).numpy().astype(np.float64)
    np.testing.assert_allclose(said.sum(axis=1), 1, rtol=1e-6)
    labels = np.array([2, 0, 1, 2])
    found, _ = Classification()(model, (None, TOKENS, labels[:, None]), (), training=False)
    assert found["loss"].shape == found["accuracy"].shape == (4,)
    np.testing.assert_allclose(found["loss"], -np.log(said[np.arange(4), labels]), rtol=1e-5)
    np.testing.assert_array_equal(found["accuracy"], said.argmax(axis=1) == labels)


def test_a_sure_mistake_of_three_still_teaches() -> None:
    """The loss is taken of the logits, which a probability of nought would have lost."""
    model = build(THREE, 8)
    model.layers[-1].bias.assign([200.0, 0.0, 0.0])

    @tf.function  # type: ignore[untyped-decorator]
    def cost() -> tuple[tf.Tensor, tf.Tensor]:
        with tf.GradientTape() as tape:
            batch = (None, tf.constant(TOKENS), tf.constant([[1]] * 4))
            loss = Classification()(model, batch, (), training=True)[0]["loss"]
        return loss, tape.gradient(loss, model.layers[-1].bias)

    loss, gradient = cost()
    assert loss.numpy() == pytest.approx(200, rel=0.01)
    assert gradient.numpy() == pytest.approx([4, -4, 0], abs=1e-3)


def test_what_a_layer_gives_as_classes_have_it() -> None:
    assert output.probabilities(np.float32([[0.5], [0.25]])).tolist() == [0.5, 0.25]
    three = np.full((2, 3), np.float32(1 / 3))
    assert output.probabilities(three) is three


def test_an_architecture_of_the_chapter_is_written_as_it_was() -> None:
    assert not {"classes", "pooling", "word_dropout", "adversarial"} & set(TWO.model_dump())
    pooled = TWO.model_copy(update={"pooling": "mean-max", "word_dropout": 0.1})
    assert Architecture.model_validate(pooled.model_dump()) == pooled
    assert THREE.model_dump()["classes"] == 3
    assert Architecture.model_validate(TWO.model_dump()).classes == 2
