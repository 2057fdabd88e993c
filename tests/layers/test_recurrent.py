"""The compiled layers against Keras's own and the numpy cells: results, states, all gradients."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tensorflow.python.framework import config

from textrnn import cells
from textrnn.backend import keras, tf
from textrnn.charlm.model import build as build_character_model
from textrnn.layers import loops, recurrent
from textrnn.layers.loops import LENGTHS
from textrnn.layers.recurrent import LAYERS, Embedded, is_compiled
from textrnn.params import base
from textrnn.params.character_model import Architecture as CharacterModel
from textrnn.params.classifier import Architecture as Classifier
from textrnn.params.pretraining import LanguageModel
from textrnn.sentiment import language
from textrnn.sentiment.model import build as build_classifier
from textrnn.serving.export.portable import recurrent_layers

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
CELLS = sorted(LAYERS)
NO_MASK_AND_MASK = pytest.mark.parametrize("mask", [None, MASK], ids=["unmasked", "masked"])


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def normal(rng: np.random.Generator, *shape: int) -> Any:
    return tf.constant(rng.normal(size=shape, scale=0.7).astype("float32"))


def states(rng: np.random.Generator, cell: str) -> list[Any]:
    return [normal(rng, BATCH, UNITS) for _ in range(2 if cell == "LSTM" else 1)]


def pair(rng: np.random.Generator, cell: str, halves: int = 2, **options: Any) -> tuple[Any, Any]:
    """Both layers with the same weights, none of them at its initial value."""
    options = {"return_sequences": True, "return_state": True} | options
    ours = LAYERS[cell](UNITS, halves=halves, **options)
    theirs = getattr(keras.layers, cell)(UNITS, **options)
    for layer in (ours, theirs):
        layer.build((BATCH, None, WIDTH))  # a stateful layer must know its batch
    ours.set_weights([normal(rng, *w.shape).numpy() for w in ours.weights])
    theirs.set_weights(ours.get_weights())
    assert is_compiled(ours)
    return ours, theirs


def values(layer: Any) -> list[Any]:
    return [weight.value for weight in layer.trainable_weights]


def with_gradients(
    run: Callable[..., Sequence[Any]], sources: Sequence[Any], coefficients: Sequence[Any]
) -> list[Any]:
    """What ``run`` returns, then the gradients of a weighted sum of all of its elements."""
    with tf.GradientTape() as tape:
        for source in sources:
            tape.watch(source)
        results = run()
        loss = sum(tf.reduce_sum(r * k) for r, k in zip(results, coefficients, strict=True))
    return [*results, *map(tf.convert_to_tensor, tape.gradient(loss, sources))]


def assert_close(left: Sequence[Any], right: Sequence[Any], tolerance: float = TOLERANCE) -> None:
    assert len(left) == len(right)
    for one, other in zip(left, right, strict=True):
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("cell", CELLS)
@NO_MASK_AND_MASK
@pytest.mark.parametrize(
    ("sequences", "backwards", "training", "halves"),
    [
        (True, False, True, 2),
        (True, True, False, 1),
        (False, True, True, 3),
        (False, False, False, 2),
    ],
)
def test_results_states_and_all_gradients_are_those_of_keras(
    rng: np.random.Generator,
    cell: str,
    mask: Any,
    sequences: bool,
    backwards: bool,
    training: bool,
    halves: int,
) -> None:
    layers = pair(rng, cell, halves, return_sequences=sequences, go_backwards=backwards)
    inputs, state = normal(rng, BATCH, STEPS, WIDTH), states(rng, cell)
    outputs = normal(rng, BATCH, STEPS, UNITS) if sequences else normal(rng, BATCH, UNITS)
    weighted = [outputs, *states(rng, cell)]
    keep = None if mask is None else tf.constant(mask)
    assert_close(
        *(
            with_gradients(
                lambda layer=layer: layer(
                    inputs, initial_state=state, mask=keep, training=training
                ),
                [inputs, *state, *values(layer)],
                weighted,
            )
            for layer in layers
        )
    )


@pytest.mark.parametrize("cell", CELLS)
@NO_MASK_AND_MASK
def test_results_states_and_all_gradients_are_those_of_numpy(
    rng: np.random.Generator, cell: str, mask: Any
) -> None:
    layer, _ = pair(rng, cell)
    inputs, state = normal(rng, BATCH, STEPS, WIDTH), states(rng, cell)
    weighted = [normal(rng, BATCH, STEPS, UNITS), *states(rng, cell)]
    keep = None if mask is None else tf.constant(mask)
    found = with_gradients(
        lambda: layer(inputs, initial_state=state, mask=keep, training=True),
        [inputs, *state, *values(layer)],
        weighted,
    )
    oracle = getattr(cells, cell)(*layer.get_weights())
    start = [s.numpy() for s in state]
    forward = oracle.forward(inputs.numpy(), start, mask)
    outer, *inner = (w.numpy() for w in weighted)
    backward = oracle.backward(inputs.numpy(), outer, inner, start, mask)
    expected = [forward.outputs, *forward.states, backward.inputs, *backward.states]
    assert_close(found, [*expected, *backward.weights])


@pytest.mark.parametrize("cell", CELLS)
@NO_MASK_AND_MASK
def test_an_input_product_before_the_loop_gives_the_same(
    rng: np.random.Generator, cell: str, mask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Inputs wider than `NARROW` are projected before the loop."""
    layers = pair(rng, cell)
    inputs, state = normal(rng, BATCH, STEPS, WIDTH), states(rng, cell)
    weighted = [normal(rng, BATCH, STEPS, UNITS), *states(rng, cell)]
    keep = None if mask is None else tf.constant(mask)
    monkeypatch.setattr(recurrent, "NARROW", WIDTH - 1)
    assert_close(
        *(
            with_gradients(
                lambda layer=layer: layer(inputs, initial_state=state, mask=keep, training=True),
                [inputs, *state, *values(layer)],
                weighted,
            )
            for layer in layers
        )
    )


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("training", [True, False])
def test_a_look_up_is_keras_on_embedded_inputs(
    rng: np.random.Generator, cell: str, training: bool
) -> None:
    ours, theirs = pair(rng, cell)
    layer = Embedded(VOCABULARY, WIDTH, ours)
    ids = tf.constant(rng.integers(0, VOCABULARY - 1, (BATCH, STEPS)))  # one id never occurs
    layer.build((None, None))
    layer.set_weights([normal(rng, *w.shape).numpy() for w in layer.weights])
    theirs.set_weights(ours.get_weights())
    embeddings = layer.embedding.embeddings.value
    state = states(rng, cell)
    weighted = [normal(rng, BATCH, STEPS, UNITS), *states(rng, cell)]
    found = with_gradients(
        lambda: layer(ids, initial_state=state, training=training),
        [embeddings, *state, *values(ours)],
        weighted,
    )
    expected = with_gradients(
        lambda: theirs(tf.gather(embeddings, ids), initial_state=state),
        [embeddings, *state, *values(theirs)],
        weighted,
    )
    assert_close(found, expected)


def test_without_a_state_a_look_up_starts_from_zeros(rng: np.random.Generator) -> None:
    ours, _ = pair(rng, "LSTM")
    layer = Embedded(VOCABULARY, WIDTH, ours)
    ids = tf.constant(rng.integers(0, VOCABULARY, (BATCH, STEPS)))
    zeros = tf.zeros([BATCH, UNITS])
    assert_close(layer(ids), layer(ids, initial_state=[zeros, zeros]))


@pytest.mark.parametrize("cell", CELLS)
@NO_MASK_AND_MASK
@pytest.mark.parametrize("sequences", [False, True])
def test_bidirectional_wraps_them(
    rng: np.random.Generator, cell: str, mask: Any, sequences: bool
) -> None:
    inputs = normal(rng, BATCH, STEPS, WIDTH)
    ours = keras.layers.Bidirectional(LAYERS[cell](UNITS, halves=1, return_sequences=sequences))
    theirs = keras.layers.Bidirectional(
        getattr(keras.layers, cell)(UNITS, return_sequences=sequences)
    )
    for layer in (ours, theirs):
        layer.build((None, None, WIDTH))
    ours.set_weights([normal(rng, *w.shape).numpy() for w in ours.weights])
    theirs.set_weights(ours.get_weights())
    shape = (BATCH, STEPS, 2 * UNITS) if sequences else (BATCH, 2 * UNITS)
    weighted = [normal(rng, *shape)]
    keep = None if mask is None else tf.constant(mask)
    for layer in (ours.forward_layer, ours.backward_layer):
        assert isinstance(layer, LAYERS[cell])
        assert is_compiled(layer)
    assert_close(
        *(
            with_gradients(
                lambda layer=layer: [layer(inputs, mask=keep, training=True)],
                [inputs, *values(layer)],
                weighted,
            )
            for layer in (ours, theirs)
        )
    )


@pytest.mark.parametrize("cell", CELLS)
def test_a_state_that_is_kept_or_passed_on_equals_one_long_sequence(
    rng: np.random.Generator, cell: str
) -> None:
    layer, _ = pair(rng, cell)
    inputs = normal(rng, BATCH, STEPS, WIDTH)
    whole, *last = layer(inputs)
    first, *state = layer(inputs[:, :3])
    second, *state = layer(inputs[:, 3:], initial_state=state)
    assert_close([tf.concat([first, second], axis=1), *state], [whole, *last])
    keeper, _ = pair(rng, cell, stateful=True)
    keeper.set_weights(layer.get_weights())
    keeper.reset_state()
    pieces = [keeper(inputs[:, :3])[0], keeper(inputs[:, 3:])[0]]
    assert_close([tf.concat(pieces, axis=1)], [whole])


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("sequences", [False, True])
def test_outputs_at_masked_steps_are_zero_where_that_is_asked_for(
    rng: np.random.Generator, cell: str, sequences: bool
) -> None:
    layers = pair(rng, cell, return_sequences=sequences, zero_output_for_mask=True)
    inputs, keep = normal(rng, BATCH, STEPS, WIDTH), tf.constant(MASK)
    outputs = normal(rng, BATCH, STEPS, UNITS) if sequences else normal(rng, BATCH, UNITS)
    weighted = [outputs, *states(rng, cell)]
    ours, theirs = (
        with_gradients(
            lambda layer=layer: layer(inputs, mask=keep, training=True),
            [inputs, *values(layer)],
            weighted,
        )
        for layer in layers
    )
    assert_close(ours, theirs)
    assert not np.any(ours[0].numpy()[~MASK] if sequences else ours[0].numpy()[~MASK[:, -1]])


@pytest.mark.parametrize(
    ("task", "part"), [("sentiment", "models"), ("sentiment", "pretraining"), ("charlm", "models")]
)
def test_every_model_of_the_graph_runs_the_loops(root: Path, task: str, part: str) -> None:
    """Keras's own loop gives the same, only later: nothing else would tell."""
    for name, options in base.read(root / base.FILE)[task][part].items():
        if part == "pretraining":
            language_model = LanguageModel.model_validate(options["language_model"])
            vectors, counts = np.zeros((VOCABULARY, WIDTH), np.float32), np.ones(VOCABULARY, int)
            model = language.build(language_model, vectors, counts)
        elif task == "sentiment":
            classifier = Classifier.model_validate(options["architecture"])
            model = build_classifier(classifier, VOCABULARY)
        else:
            character_model = CharacterModel.model_validate(options["architecture"])
            model = build_character_model(character_model, VOCABULARY)
        found = list(recurrent_layers(model))
        assert found, name
        for layer in found:
            assert isinstance(layer, tuple(LAYERS.values())), name
            assert is_compiled(layer), name


@pytest.mark.parametrize("cell", CELLS)
def test_weights_are_those_of_keras_in_name_shape_order_and_initial_value(cell: str) -> None:
    made = []
    for kind in (LAYERS[cell], getattr(keras.layers, cell)):
        keras.utils.set_random_seed(5)
        layer = kind(UNITS)
        layer.build((None, None, WIDTH))
        made.append(layer)
    for ours, theirs in zip(made[0].weights, made[1].weights, strict=True):
        assert (ours.name, ours.shape, ours.dtype) == (theirs.name, theirs.shape, theirs.dtype)
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("cell", CELLS)
def test_one_function_takes_every_batch_size_and_length(
    rng: np.random.Generator, cell: str
) -> None:
    ours, theirs = pair(rng, cell)
    layer = Embedded(VOCABULARY, WIDTH, ours)
    layer.build((None, None))
    theirs.set_weights(ours.get_weights())
    embeddings = layer.embedding.embeddings
    traces = []

    @tf.function(input_signature=[tf.TensorSpec([None, None], tf.int64)])
    def step(ids: Any) -> Any:
        traces.append(ids.shape)
        with tf.GradientTape() as tape:
            by_table = layer(ids, training=True)[0]
            by_inputs = ours(tf.gather(embeddings, ids), training=True)[0]
            loss = tf.reduce_sum(by_table * by_inputs)
        return by_table, by_inputs, tape.gradient(loss, values(ours))

    for batch, steps in [(4, 9), (3, 8), (1, 2), (2, 1)]:
        ids = tf.constant(rng.integers(0, VOCABULARY, (batch, steps)))
        by_table, by_inputs, gradients = step(ids)
        with tf.GradientTape() as tape:
            want = theirs(tf.gather(embeddings, ids))[0]
            loss = tf.reduce_sum(want**2)
        assert_close([by_table, by_inputs], [want, want])
        assert_close(gradients, tape.gradient(loss, values(theirs)), 1e-4)  # sums over the batch
    assert len(traces) == 1


@pytest.fixture
def lengths(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """How many steps the arrays [T', B, N] have that reach a loop from now on."""
    found: set[int] = set()

    def noting(loop: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any) -> Any:
            shapes = [tf.shape(x) for x in tf.nest.flatten(arguments) if len(x.shape) == 3]
            tf.py_function(lambda *each: found.update(int(s[0]) for s in each), shapes, [])
            return loop(*arguments)

        return run

    for name in ("_forward", "_backward"):
        made = getattr(loops, name)
        monkeypatch.setattr(loops, name, lambda *options, made=made: noting(made(*options)))
    return found


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("narrow", [WIDTH, WIDTH - 1], ids=["inside", "before"])
@pytest.mark.parametrize("training", [False, True])
def test_loops_of_one_function_are_of_few_lengths(
    rng: np.random.Generator,
    cell: str,
    narrow: int,
    training: bool,
    lengths: set[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Masked, in both directions, whether inputs are multiplied inside the loop or before it."""
    monkeypatch.setattr(recurrent, "NARROW", narrow)
    made = []
    for kind in (LAYERS[cell], getattr(keras.layers, cell)):
        made.append(keras.layers.Bidirectional(kind(UNITS, return_sequences=True)))
        made[-1].build((None, None, WIDTH))
        made[-1].set_weights(made[0].get_weights())

    def all_of(layer: Any) -> Callable[..., Any]:
        @tf.function(
            input_signature=[
                tf.TensorSpec([None, None, WIDTH]),
                tf.TensorSpec([None, None], tf.bool),
                tf.TensorSpec([None, None, 2 * UNITS]),
            ]
        )
        def run(inputs: Any, keep: Any, weighted: Any) -> Any:
            return with_gradients(
                lambda: [layer(inputs, mask=keep, training=training)],
                [inputs, *values(layer)],
                [weighted],
            )

        return run  # type: ignore[no-any-return]

    ours, theirs = map(all_of, made)
    for batch, steps in [(4, 9), (3, 16), (2, 11), (5, 7)]:
        batch_of = (
            normal(rng, batch, steps, WIDTH),
            tf.constant(rng.random((batch, steps)) < 0.6),
            normal(rng, batch, steps, 2 * UNITS),
        )
        assert_close(ours(*batch_of), theirs(*batch_of))
    assert lengths == {8, 16}


def test_lengths_that_are_compiled_for_are_few() -> None:
    assert all(a < b <= 2 * a for a, b in itertools.pairwise(LENGTHS))
    assert len([n for n in LENGTHS if 8 <= n <= 2500]) < 10


@pytest.mark.parametrize(
    "options",
    [
        {"activation": "relu"},
        {"recurrent_activation": "hard_sigmoid"},
        {"use_bias": False},
        {"dropout": 0.5},
        {"recurrent_dropout": 0.5},
        {"unroll": True},
        {"dtype": "float64"},
    ],
)
def test_what_the_loops_do_not_know_is_left_to_keras(
    rng: np.random.Generator, options: dict[str, Any]
) -> None:
    ours, theirs = LAYERS["LSTM"](UNITS, **options), keras.layers.LSTM(UNITS, **options)
    inputs = tf.cast(normal(rng, BATCH, STEPS, WIDTH), ours.compute_dtype)
    for layer in (ours, theirs):
        layer.build(inputs.shape)
    theirs.set_weights(ours.get_weights())
    assert not is_compiled(ours)
    assert_close([ours(inputs)], [theirs(inputs)])


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
@pytest.mark.parametrize(
    ("mask", "training"), [(None, True), (MASK, False)], ids=["traced", "masked-run-again"]
)
@pytest.mark.parametrize("cell", CELLS)
def test_a_gradient_under_another_tape_is_stopped_or_refused(
    rng: np.random.Generator, cell: str, mask: Any, training: bool, compiled: bool
) -> None:
    """Stopped, it is what Keras has; not stopped, it hangs on weights, inputs and upstream."""
    ours, theirs = pair(rng, cell)
    inputs, head = normal(rng, BATCH, STEPS, WIDTH), normal(rng, BATCH, STEPS, UNITS)
    kept = None if mask is None else tf.constant(mask)

    def run(layer: Any, cause: str, is_stopped: bool) -> Any:
        causes = {"weights": values(layer), "inputs": [inputs], "upstream": [head]}[cause]
        with tf.GradientTape(watch_accessed_variables=cause == "weights") as outer:
            if cause != "weights":
                outer.watch(causes)
            with tf.GradientTape() as inner:
                inner.watch(inputs)
                loss = tf.reduce_sum(layer(inputs, mask=kept, training=training)[0] * head)
            push = inner.gradient(loss, inputs)
            push = tf.stop_gradient(push) if is_stopped else push
            pushed = layer(inputs + push, mask=kept, training=training)[0]
            total = tf.reduce_sum(pushed * head)
        return [push, *outer.gradient(total, causes)]

    run_it = tf.function(run) if compiled else run
    for cause in ("weights", "inputs", "upstream"):
        assert_close(run_it(ours, cause, True), run_it(theirs, cause, True), 10 * TOLERANCE)
        with pytest.raises(NotImplementedError, match="no gradient of a gradient"):
            run_it(ours, cause, False)


def train(cell: str, steps: int = 5) -> list[Any]:
    """The weights of a small character model after some steps."""
    keras.utils.set_random_seed(3)
    layer = Embedded(20, 16, LAYERS[cell](64, return_sequences=True, return_state=True))
    dense = keras.layers.Dense(20)
    layer.build((None, None))
    dense.build((1, 1, 64))
    weights = [w for part in (layer, dense) for w in part.trainable_weights]
    optimizer = keras.optimizers.Adam(0.01)
    optimizer.build(weights)
    ids = tf.constant(np.random.default_rng(0).integers(0, 20, (16, 21)))

    @tf.function
    def step() -> None:
        with tf.GradientTape() as tape:
            logits = dense(layer(ids[:, :-1], training=True)[0])
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
@pytest.mark.parametrize("cell", CELLS)
def test_training_twice_gives_the_same_bits(cell: str) -> None:
    for one, other in zip(train(cell), train(cell), strict=True):
        np.testing.assert_array_equal(one, other)


def test_runs_in_the_replicas_of_a_strategy(rng: np.random.Generator) -> None:
    ours, _ = pair(rng, "LSTM")
    inputs = normal(rng, BATCH, STEPS, WIDTH)
    strategy = tf.distribute.MirroredStrategy(["CPU:0"])
    with strategy.scope():
        mirrored, _ = pair(rng, "LSTM")
    mirrored.set_weights(ours.get_weights())

    def gradients(layer: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(layer(inputs, training=True)[0])
        return tape.gradient(loss, values(layer))

    got = tf.function(lambda: strategy.run(lambda: gradients(mirrored)))()
    assert_close([strategy.experimental_local_results(g)[0] for g in got], gradients(ours))


def test_a_functional_model_infers_shapes_and_masks_and_is_described(
    rng: np.random.Generator,
) -> None:
    ids = keras.Input((None,), dtype="int32")
    embedded = keras.layers.Embedding(VOCABULARY, WIDTH, mask_zero=True)(ids)
    layer = LAYERS["LSTM"](UNITS, return_sequences=True, return_state=True, halves=1, name="lstm")
    sequence, h, c = layer(embedded)
    assert sequence.shape == (None, None, UNITS)
    assert h.shape == c.shape == (None, UNITS)
    looked_up = Embedded(VOCABULARY, WIDTH, LAYERS["GRU"](UNITS, return_sequences=True), name="gru")
    model = keras.Model(ids, [sequence, h, looked_up(ids)[0]])
    batch = rng.integers(0, VOCABULARY, (BATCH, STEPS))
    reference = keras.layers.LSTM(UNITS, return_sequences=True, return_state=True)
    reference.build((None, None, WIDTH))
    reference.set_weights(model.get_layer("lstm").get_weights())
    want = reference(model.layers[1](batch), mask=tf.constant(batch != 0))
    assert_close(model(batch)[:2], list(want[:2]))
    again = keras.Model.from_config(model.get_config())
    assert again.get_layer("lstm").halves == 1
    again.set_weights(model.get_weights())
    assert_close(again(batch), model(batch))
