"""Adam and its lazy variant, held to the paper in NumPy, on embeddings whose rows repeat."""

import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from textrnn import optimizers
from textrnn.backend import keras, tf
from textrnn.params.optimisation import Optimisation

Array = npt.NDArray[np.float64]
RATE, BETA_1, BETA_2, EPSILON = 0.1, 0.9, 0.999, 1e-7
BATCHES = [[0, 0, 0, 1], [2, 1, 2, 0], [0, 2, 0, 0], [3, 3, 1, 1]]  # ids of a vocabulary of 5


def options(**changed: Any) -> Optimisation:
    values: dict[str, Any] = {
        "epochs": 1,
        "optimizer": "adam",
        "learning_rate": RATE,
        "schedule": "constant",
        "final_learning_rate": None,
        "clip_norm": None,
        "early_stopping": None,
    }
    return Optimisation(**(values | changed))


def trained(optimizer: Any, batches: Sequence[Sequence[int]]) -> npt.NDArray[np.float32]:
    """Train an embedding [5, 2] for a step a batch; a token costs the sum of its row's squares."""
    embedding = keras.layers.Embedding(5, 2)
    embedding.build((None,))
    embedding.set_weights([start()])
    optimizer.build(embedding.trainable_variables)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.int32)])  # type: ignore[untyped-decorator]
    def step(ids: Any) -> None:
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(embedding(ids) ** 2)
        gradients = tape.gradient(loss, embedding.trainable_variables)
        assert isinstance(gradients[0], tf.IndexedSlices)
        optimizer.apply(gradients, embedding.trainable_variables)

    for ids in batches:
        step(tf.constant(ids, tf.int32))
    return np.asarray(embedding.get_weights()[0])


def start() -> npt.NDArray[np.float32]:
    return np.linspace(-1.0, 1.1, 10, dtype=np.float32).reshape(5, 2)


def by_hand(
    batches: Sequence[Sequence[int]], *, lazy: bool = False, clip: float | None = None
) -> Array:
    """Algorithm 1 of the paper, its epsilon inside the efficient form that section 2 gives."""
    weights = start().astype(np.float64)
    mean, square = np.zeros_like(weights), np.zeros_like(weights)
    for t, ids in enumerate(batches, 1):
        gradient = np.zeros_like(weights)
        np.add.at(gradient, ids, 2 * weights[list(ids)])
        if clip is not None:
            gradient *= min(1.0, clip / np.sqrt((gradient**2).sum()))
        rows = np.unique(ids) if lazy else np.arange(5)
        mean[rows] = BETA_1 * mean[rows] + (1 - BETA_1) * gradient[rows]
        square[rows] = BETA_2 * square[rows] + (1 - BETA_2) * gradient[rows] ** 2
        rate = RATE * np.sqrt(1 - BETA_2**t) / (1 - BETA_1**t)
        weights[rows] -= rate * mean[rows] / (np.sqrt(square[rows]) + EPSILON)
    return weights


@pytest.mark.parametrize("clip", [None, 0.5])
@pytest.mark.parametrize("kind", ["adam", "lazy_adam"])
def test_rows_that_repeat_in_a_batch_move_as_in_the_paper(kind: str, clip: float | None) -> None:
    optimizer = optimizers.build(options(optimizer=kind, clip_norm=clip), len(BATCHES))
    expected = by_hand(BATCHES, lazy=kind == "lazy_adam", clip=clip)
    np.testing.assert_allclose(trained(optimizer, BATCHES), expected, atol=1e-5)  # float32


def test_lazy_adam_leaves_rows_that_a_batch_does_not_use() -> None:
    optimizer = optimizers.build(options(optimizer="lazy_adam"), 1)
    assert np.array_equal(trained(optimizer, BATCHES[:1])[2:], start()[2:])
    moments = {v.path: np.asarray(v) for v in optimizer.variables if "embeddings" in v.path}
    assert len(moments) == 2
    for moment in moments.values():
        assert moment[:2].all()
        assert not moment[2:].any()


def test_keras_itself_does_not_sum_a_rows_slices() -> None:
    """Why this module exists: when this fails, Keras's own Adam can take its place."""
    found = trained(keras.optimizers.Adam(RATE), BATCHES)
    assert np.abs(found - by_hand(BATCHES)).max() > 0.05


@pytest.mark.parametrize("clip", [None, 0.05])
@pytest.mark.parametrize("kind", ["adam", "lazy_adam"])
def test_two_replicas_learn_from_their_halves_what_one_learns_from_the_whole(
    kind: str, clip: float | None
) -> None:
    """Both replicas use rows 0 and 3, so that their slices meet in the sum, which is clipped."""
    code = IN_REPLICAS.format(kind=kind, clip=clip)
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert out.returncode == 0, out.stderr


IN_REPLICAS = """
import numpy as np
from textrnn import optimizers
from textrnn.backend import keras, tf
from textrnn.params.optimisation import Optimisation

(cpu,) = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
options = Optimisation(
    epochs=1, optimizer="{kind}", learning_rate=0.1, schedule="constant", final_learning_rate=None,
    clip_norm={clip}, early_stopping=None,
)
ids = [[0, 3, 3, 1, 0, 3, 2, 2], [1, 1, 0, 0, 0, 3, 4, 4], [0, 1, 2, 3, 3, 2, 1, 0]]
found = []
for strategy in (
    tf.distribute.get_strategy(), tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
):
    with strategy.scope():
        keras.utils.set_random_seed(1)
        embedding = keras.layers.Embedding(5, 2)
        embedding.build((None,))
        optimizer = optimizers.build(options, 3)
        optimizer.build(embedding.trainable_variables)

    def replica(batch):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(embedding(batch) ** 2)
        optimizer.apply(
            tape.gradient(loss, embedding.trainable_variables), embedding.trainable_variables
        )

    step = tf.function(lambda batch: strategy.run(replica, args=(batch,)))
    source = tf.data.Dataset.from_tensor_slices(np.array(ids)).unbatch().batch(8)
    for batch in strategy.experimental_distribute_dataset(source):
        step(batch)
    found.append(embedding.get_weights()[0])
np.testing.assert_allclose(*found, atol=1e-6)
"""


def test_clipping_bounds_the_gradients_global_norm() -> None:
    """Adam's first step has the rate's length whatever the gradient's, unless its epsilon tells."""
    weight = keras.Variable(np.zeros(2, np.float32))
    for clip, expected in ((None, 0.1), (1e-9, 0.0)):
        optimizer = optimizers.build(options(clip_norm=clip), 1)
        weight.assign([0.0, 0.0])
        optimizer.apply([tf.constant([1.0, 1.0])], [weight])
        assert abs(float(weight[0])) == pytest.approx(expected, abs=2e-3)


@pytest.mark.parametrize(
    ("schedule", "halfway", "end"), [("cosine", 0.0505, 1e-3), ("exponential", 0.01, 1e-3)]
)
def test_schedules_end_at_the_final_rate(schedule: str, halfway: float, end: float) -> None:
    chosen = options(schedule=schedule, final_learning_rate=1e-3)
    rate = optimizers.build(chosen, 100)._learning_rate
    assert float(rate(0)) == pytest.approx(0.1)
    assert float(rate(50)) == pytest.approx(halfway)
    assert float(rate(100)) == pytest.approx(end)
