"""``FastLSTM`` against ``keras.layers.LSTM``: outputs, states, gradients, weights, determinism."""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.framework import config

from textrnn.layers import FastLSTM

BATCH, STEPS, WIDTH, UNITS, VOCABULARY = 5, 7, 3, 4, 6
TOLERANCE = 1e-5

# Leading, inner and trailing masked steps, a row without any, and a row of nothing else.
MASK = np.array(
    [
        [0, 0, 1, 1, 1, 1, 1],
        [1, 0, 1, 0, 0, 1, 1],
        [1, 1, 1, 1, 0, 0, 0],
        [1, 1, 1, 1, 1, 1, 1],
        [0, 0, 0, 0, 0, 0, 0],
    ],
    dtype=bool,
)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def normal(rng: np.random.Generator, *shape: int) -> Any:
    return tf.constant(rng.normal(size=shape).astype("float32"))


def pair(rng: np.random.Generator, shards: int = 2) -> tuple[FastLSTM, Any]:
    """Both layers with the same weights, none of them at its initial value."""
    fast = FastLSTM(UNITS, shards=shards)
    reference = keras.layers.LSTM(UNITS, return_sequences=True, return_state=True)
    for layer in (fast, reference):
        layer.build((None, None, WIDTH))
    fast.set_weights([rng.normal(size=w.shape).astype("float32") for w in fast.weights])
    reference.set_weights(fast.get_weights())
    return fast, reference


def results_and_gradients(
    run: Any, sources: list[Any], coefficients: tuple[Any, ...]
) -> tuple[list[Any], list[Any]]:
    """The three results of ``run`` and the gradients of a weighted sum of all their elements."""
    with tf.GradientTape() as tape:
        for source in sources:
            tape.watch(source)
        results = run()
        loss = sum(tf.reduce_sum(r * k) for r, k in zip(results, coefficients, strict=True))
    return [r.numpy() for r in results], [
        tf.convert_to_tensor(g).numpy() for g in tape.gradient(loss, sources)
    ]


def values(layer: Any) -> list[Any]:
    return [weight.value for weight in layer.trainable_weights]


def assert_close(left: list[Any], right: list[Any]) -> None:
    assert len(left) == len(right)
    for one, other in zip(left, right, strict=True):
        np.testing.assert_allclose(one, other, rtol=TOLERANCE, atol=TOLERANCE)


def coefficients(rng: np.random.Generator) -> tuple[Any, ...]:
    return normal(rng, BATCH, STEPS, UNITS), normal(rng, BATCH, UNITS), normal(rng, BATCH, UNITS)


def keras_results(reference: Any, inputs: Any, state: list[Any], mask: Any) -> tuple[Any, ...]:
    sequence, h, c = reference(inputs, initial_state=state, mask=mask)
    return sequence, h, c


@pytest.mark.parametrize("shards", [1, 2, 3])
@pytest.mark.parametrize("mask", [None, MASK], ids=["unmasked", "masked"])
@pytest.mark.parametrize("graph", [False, True], ids=["eager", "graph"])
def test_results_and_all_gradients_are_those_of_keras(
    rng: np.random.Generator, shards: int, mask: Any, graph: bool
) -> None:
    fast, reference = pair(rng, shards)
    inputs = normal(rng, BATCH, STEPS, WIDTH)
    state = [normal(rng, BATCH, UNITS), normal(rng, BATCH, UNITS)]
    mask = None if mask is None else tf.constant(mask)
    weighted = coefficients(rng)

    def call() -> Any:
        return fast(inputs, initial_state=tuple(state), mask=mask)

    # With ``graph`` the forward pass is a function of its own, differentiated from outside.
    got = results_and_gradients(
        tf.function(call) if graph else call, [inputs, *state, *values(fast)], weighted
    )
    want = results_and_gradients(
        lambda: keras_results(reference, inputs, state, mask),
        [inputs, *state, *values(reference)],
        weighted,
    )
    for one, other in zip(got, want, strict=True):
        assert_close(one, other)


@pytest.mark.parametrize("mask", [None, MASK], ids=["unmasked", "masked"])
def test_lookup_is_keras_on_embedded_inputs(rng: np.random.Generator, mask: Any) -> None:
    fast, reference = pair(rng)
    embeddings = tf.Variable(normal(rng, VOCABULARY, WIDTH))
    ids = tf.constant(rng.integers(0, VOCABULARY - 1, (BATCH, STEPS)))  # one id never occurs
    state = [normal(rng, BATCH, UNITS), normal(rng, BATCH, UNITS)]
    mask = None if mask is None else tf.constant(mask)
    weighted = coefficients(rng)
    got = results_and_gradients(
        lambda: fast.lookup(ids, embeddings, tuple(state), mask),
        [embeddings, *state, *values(fast)],
        weighted,
    )
    want = results_and_gradients(
        lambda: keras_results(reference, tf.gather(embeddings, ids), state, mask),
        [embeddings, *state, *values(reference)],
        weighted,
    )
    for one, other in zip(got, want, strict=True):
        assert_close(one, other)


def test_state_defaults_to_zeros_and_gradient_of_state_alone(rng: np.random.Generator) -> None:
    fast, reference = pair(rng)
    inputs = normal(rng, BATCH, STEPS, WIDTH)
    only_state = (tf.zeros([BATCH, STEPS, UNITS]), *coefficients(rng)[1:])
    got = results_and_gradients(lambda: fast(inputs), [inputs, *values(fast)], only_state)
    want = results_and_gradients(
        lambda: reference(inputs), [inputs, *values(reference)], only_state
    )
    for one, other in zip(got, want, strict=True):
        assert_close(one, other)


def test_unused_results_need_no_gradient(rng: np.random.Generator) -> None:
    fast, reference = pair(rng)
    inputs = normal(rng, BATCH, STEPS, WIDTH)
    gradients = []
    for layer in (fast, reference):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(layer(inputs)[0] ** 2)
        gradients.append(tape.gradient(loss, values(layer)))
    assert_close(*gradients)


def test_state_passed_on_equals_one_long_sequence(rng: np.random.Generator) -> None:
    fast, _ = pair(rng)
    inputs = normal(rng, BATCH, STEPS, WIDTH)
    whole, h, c = fast(inputs)
    first, *state = fast(inputs[:, :3])
    second, *state = fast(inputs[:, 3:], initial_state=tuple(state))
    assert_close([tf.concat([first, second], axis=1), *state], [whole, h, c])


def test_weights_are_those_of_keras_in_name_shape_order_and_initial_bias() -> None:
    fast, reference = FastLSTM(UNITS), keras.layers.LSTM(UNITS)
    for layer in (fast, reference):
        layer.build((None, None, WIDTH))
    for ours, theirs in zip(fast.weights, reference.weights, strict=True):
        assert (ours.name, ours.shape, ours.dtype) == (theirs.name, theirs.shape, theirs.dtype)
    np.testing.assert_array_equal(fast.bias, reference.get_weights()[2])
    reference.set_weights([w + 1 for w in fast.get_weights()])
    fast.set_weights(reference.get_weights())
    for ours, theirs in zip(fast.get_weights(), reference.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_one_function_takes_every_batch_size_and_length(rng: np.random.Generator) -> None:
    fast, reference = pair(rng)
    embeddings = normal(rng, VOCABULARY, WIDTH)
    traces = []

    @tf.function(input_signature=[tf.TensorSpec([None, None], tf.int64)])
    def step(ids: Any) -> Any:
        traces.append(ids.shape)
        with tf.GradientTape() as tape:
            by_table = fast.lookup(ids, embeddings)[0]
            by_inputs = fast(tf.gather(embeddings, ids))[0]
            loss = tf.reduce_sum(by_table * by_inputs)
        return by_table, by_inputs, tape.gradient(loss, values(fast))

    for batch, steps in [(4, 6), (3, 6), (1, 2), (2, 1)]:
        ids = tf.constant(rng.integers(0, VOCABULARY, (batch, steps)))
        by_table, by_inputs, gradients = step(ids)
        with tf.GradientTape() as tape:
            want = reference(tf.gather(embeddings, ids))[0]
            loss = tf.reduce_sum(want**2)
        assert_close([by_table, by_inputs], [want, want])
        for one, other in zip(gradients, tape.gradient(loss, values(reference)), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-4)  # sums over the batch
    assert len(traces) == 1


def train(steps: int = 5) -> list[Any]:
    """The weights of a small character model after some steps."""
    keras.utils.set_random_seed(3)
    embedding, lstm = keras.layers.Embedding(20, 16), FastLSTM(64)
    dense = keras.layers.Dense(20)
    for layer, shape in ((embedding, (None, None)), (lstm, (1, 1, 16)), (dense, (1, 1, 64))):
        layer.build(shape)
    weights = [w for layer in (embedding, lstm, dense) for w in layer.trainable_weights]
    optimizer = keras.optimizers.Adam(0.01)
    optimizer.build(weights)
    ids = tf.constant(np.random.default_rng(0).integers(0, 20, (16, 21)))

    @tf.function
    def step() -> None:
        with tf.GradientTape() as tape:
            logits = dense(lstm.lookup(ids[:, :-1], embedding.embeddings)[0])
            loss = tf.reduce_mean(
                tf.nn.sparse_softmax_cross_entropy_with_logits(ids[:, 1:], logits)
            )
        optimizer.apply(tape.gradient(loss, weights), weights)

    for _ in range(steps):
        step()
    return [w.numpy() for w in weights]


@pytest.fixture
def op_determinism() -> Iterator[None]:
    tf.config.experimental.enable_op_determinism()
    yield
    # TensorFlow has no public way back; left on, other tests' unseeded random ops would raise.
    config.disable_op_determinism()


@pytest.mark.usefixtures("op_determinism")
def test_training_twice_gives_the_same_bits() -> None:
    for one, other in zip(train(), train(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_runs_in_the_replicas_of_a_strategy(rng: np.random.Generator) -> None:
    fast, _ = pair(rng)
    inputs = normal(rng, BATCH, STEPS, WIDTH)
    strategy = tf.distribute.MirroredStrategy(["CPU:0"])
    with strategy.scope():
        mirrored = FastLSTM(UNITS)
        mirrored.build((None, None, WIDTH))
    mirrored.set_weights(fast.get_weights())

    def gradients(layer: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(layer(inputs)[0])
        return tape.gradient(loss, values(layer))

    got = tf.function(lambda: strategy.run(lambda: gradients(mirrored)))()
    assert_close([strategy.experimental_local_results(g)[0] for g in got], gradients(fast))


def test_a_functional_model_infers_shapes_masks_and_is_saved(
    rng: np.random.Generator, tmp_path: Any
) -> None:
    ids = keras.Input((None,), dtype="int32")
    embedded = keras.layers.Embedding(VOCABULARY, WIDTH, mask_zero=True)(ids)
    sequence, h, c = FastLSTM(UNITS, name="lstm")(embedded)
    assert sequence.shape == (None, None, UNITS)
    assert h.shape == c.shape == (None, UNITS)
    model = keras.Model(ids, [sequence, h])
    batch = rng.integers(0, VOCABULARY, (BATCH, STEPS))
    reference = keras.layers.LSTM(UNITS, return_sequences=True, return_state=True)
    reference.build((None, None, WIDTH))
    reference.set_weights(model.get_layer("lstm").get_weights())
    want = reference(model.layers[1](batch), mask=tf.constant(batch != 0))
    assert_close(model(batch), list(want[:2]))
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert_close(again(batch), model(batch))
