"""The loop is held to Keras's own `fit` of Keras's own layers, on each of the book's models."""

import math
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from textrnn import checkpoints, optimizers, training
from textrnn.backend import keras, tf
from textrnn.charlm import evaluation
from textrnn.charlm import model as character_model
from textrnn.charlm.step import NextCharacter
from textrnn.errors import UserError
from textrnn.params import base
from textrnn.params.character_model import Architecture as CharacterArchitecture
from textrnn.params.character_model import Chunks, Streams
from textrnn.params.classifier import Architecture as ClassifierArchitecture
from textrnn.params.optimisation import EarlyStopping, Optimisation
from textrnn.sentiment import model as classifier
from textrnn.sentiment.step import Classification

STEPS = 20
RATE = 1e-3
EPSILON = 1e-7  # Adam's, as Keras has it
ROOT = Path(__file__).parent.parent


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


class WithSummedSlices(keras.optimizers.Adam):  # type: ignore[misc]
    """Keras's Adam, given an embedding's gradient whole (see `textrnn.optimizers`)."""

    def apply(self, grads: Any, trainable_variables: Any = None) -> None:
        super().apply([tf.convert_to_tensor(g) for g in grads], trainable_variables)


def losses_of_fit(model: Any, loss: Any, batches: Any, epsilon: float = EPSILON) -> list[float]:
    """Train with Keras's `fit`, one batch after another; return the loss of each batch."""
    seen: list[float] = []

    class Each(keras.callbacks.Callback):  # type: ignore[misc]
        def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
            self.model.reset_metrics()

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            seen.append(logs["loss"])

    model.compile(optimizer=WithSummedSlices(RATE, epsilon=epsilon), loss=loss)
    model.fit(batches, epochs=1, verbose=0, callbacks=[Each()], shuffle=False)
    return seen


def losses_of_loop(model: Any, step: Any, batches: Any, epsilon: float = EPSILON) -> list[float]:
    """Train with the project's step, one batch after another; return the loss of each batch."""
    optimizer = optimizers.build(options(), STEPS)
    optimizer.epsilon = epsilon
    optimizer.build(model.trainable_variables)
    run = training.train_step(model, step, optimizer, batches.element_spec)
    found, carry = [], step.start()
    for batch in batches:
        sums, count, carry = run(batch, carry)
        found.append(float(sums["loss"] / count))
    return found


def assert_same(ours: list[float], theirs: list[float], left: Any, right: Any) -> None:
    assert len(ours) == STEPS
    np.testing.assert_allclose(ours, theirs, atol=1e-6, rtol=0)
    for a, b in zip(left.get_weights(), right.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6, rtol=0)


def chapters_classifier(options: ClassifierArchitecture, vocabulary: int) -> Any:
    """The chapter's model of Keras's own layers."""
    layer = getattr(keras.layers, options.cell)(options.units)
    return keras.Sequential(
        [
            keras.Input((None,), dtype="int64"),
            keras.layers.Embedding(vocabulary, options.embedding),
            keras.layers.Bidirectional(layer) if options.bidirectional else layer,
            keras.layers.Dense(options.dense, activation="relu"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )


def chapters_writer(options: CharacterArchitecture, vocabulary: int) -> Any:
    return keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            keras.layers.Embedding(vocabulary, options.embedding),
            keras.layers.LSTM(options.units, return_sequences=True),
            keras.layers.Dense(vocabulary),
        ]
    )


@pytest.mark.parametrize("name", ["book-bilstm", "book-birnn-last100", "book-rnn"])
def test_book_classifiers_learn_as_keras_fit_does(name: str) -> None:
    key = f"sentiment.models.{name}.architecture"
    architecture = base.load(key, ClassifierArchitecture, ROOT / "params.yaml")
    random = np.random.default_rng(1)
    lengths = random.integers(5, 30, STEPS)
    texts = [random.integers(1, 500, (32, n)) for n in lengths]
    labels = random.integers(0, 2, (STEPS, 32, 1))

    def batches(with_places: bool) -> Any:
        def each() -> Any:
            for tokens, label in zip(texts, labels, strict=True):
                yield (np.arange(32), tokens, label) if with_places else (tokens, label)

        spec = [tf.TensorSpec((None, None), tf.int64), tf.TensorSpec((None, 1), tf.int64)]
        place = [tf.TensorSpec((None,), tf.int64)]
        signature = tuple(place + spec if with_places else spec)
        source = tf.data.Dataset.from_generator(each, output_signature=signature)
        return source.apply(tf.data.experimental.assert_cardinality(STEPS))

    training.prepare(1)
    ours = classifier.build(architecture, 500)
    theirs = classifier.build(architecture, 500)
    again = classifier.build(architecture, 500)
    stock = chapters_classifier(architecture, 500)
    stock_again = chapters_classifier(architecture, 500)
    for model in (theirs, again, stock, stock_again):
        model.set_weights(ours.get_weights())
    loss = keras.losses.BinaryCrossentropy()
    losses = losses_of_loop(ours, Classification(), batches(True))
    assert_same(losses, losses_of_fit(theirs, loss, batches(False)), ours, theirs)
    np.testing.assert_allclose(
        losses, losses_of_fit(stock, loss, batches(False)), atol=1e-6, rtol=0
    )
    # Keras's own layers sum in another order, and Adam's steps have the rate's length even where a
    # gradient is hardly more than its rounding, so that weights part by as much as the processor
    # rounds. With an epsilon above that rounding they do not.
    losses_of_loop(again, Classification(), batches(True), epsilon=1e-3)
    losses_of_fit(stock_again, loss, batches(False), epsilon=1e-3)
    for a, b in zip(again.get_weights(), stock_again.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=2e-6, rtol=0)


def test_the_book_character_model_learns_as_keras_fit_does() -> None:
    key = "charlm.models.book.architecture"
    architecture = base.load(key, CharacterArchitecture, ROOT / "params.yaml")
    text = np.random.default_rng(1).integers(0, 80, (STEPS * 8, 41)).astype(np.int32)
    windows = tf.data.Dataset.from_tensor_slices(text).map(lambda w: (w[:-1], w[1:])).batch(8)

    training.prepare(1)
    ours = character_model.build(architecture, 80)
    theirs = character_model.build(architecture, 80)
    stock = chapters_writer(architecture, 80)
    for model in (theirs, stock):
        model.set_weights(ours.get_weights())
    ids = keras.Input((40,), dtype="int32")
    zeros = keras.layers.Lambda(lambda x: tf.zeros((tf.shape(x)[0], architecture.units)))(ids)
    stateless = keras.Model(ids, theirs([ids, zeros, zeros])[0])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    step = NextCharacter(architecture, Chunks(method="chunks", batch_size=8, shuffle=1))
    losses = losses_of_loop(ours, step, windows)
    assert_same(losses, losses_of_fit(stateless, loss, windows), ours, theirs)
    # Adam's first steps have the rate's length however small a gradient is, so that rounding in
    # Keras's own layer, whose sums run in another order, shows earlier than in the classifiers.
    np.testing.assert_allclose(losses, losses_of_fit(stock, loss, windows), rtol=1e-4)


def test_the_book_models_have_the_book_parameter_counts() -> None:
    counts = {"book-bilstm": 87_009, "book-rnn": 87_009, "book-birnn-last100": 58_065}
    found = {}
    for name, size in counts.items():
        key = f"sentiment.models.{name}.architecture"
        architecture = base.load(key, ClassifierArchitecture, ROOT / "params.yaml")
        found[name] = classifier.build(architecture, size).count_params()
    key = "charlm.models.book.architecture"
    architecture = base.load(key, CharacterArchitecture, ROOT / "params.yaml")
    found["book"] = character_model.build(architecture, 80).count_params()
    assert found == {
        "book-bilstm": 1_792_021,
        "book-rnn": 1_749_845,
        "book-birnn-last100": 1_180_501,
        "book": 1_636_432,
    }


SMALL = CharacterArchitecture(
    embedding=4, cell="LSTM", units=8, layers=2, dropout=0.5, locked=True, weight_drop=0.3
)


def small_trainer(
    file: Path,
    step: Any,
    epochs: int,
    validate: Callable[[], dict[str, float]] | None,
    **changed: Any,
) -> training.Trainer:
    training.prepare(1)
    text = np.random.default_rng(1).integers(0, 5, (12, 9)).astype(np.int32)

    def batches(epoch: int) -> Any:
        source = tf.data.Dataset.from_tensor_slices(np.roll(text, epoch, axis=0))
        return source.map(lambda w: (w[:-1], w[1:])).batch(4)

    model = character_model.build(SMALL, 5)
    return training.Trainer(model, step, batches, validate, options(epochs=epochs, **changed), file)


CHUNKS = NextCharacter(SMALL, Chunks(method="chunks", batch_size=4, shuffle=1))


@pytest.mark.parametrize("averaging", [None, 0.9])
def test_a_run_that_goes_on_from_its_checkpoint_ends_with_the_same_bytes(
    tmp_path: Path, averaging: float | None
) -> None:
    def new(name: str) -> training.Trainer:
        file = tmp_path / name
        return small_trainer(file, CHUNKS, 4, None, schedule="cosine", averaging=averaging)

    whole = new("whole")
    whole.run()
    part = new("part")
    part._epoch(0)  # a run killed in its first epoch leaves no checkpoint
    part = new("part")
    for epoch in range(2):
        part.history.append(part._epoch(epoch))
        part._save()
    resumed = new("part")
    assert resumed.run() == whole.history
    for a, b in zip(whole.model.get_weights(), resumed.model.get_weights(), strict=True):
        assert np.array_equal(a, b)


def test_a_checkpoint_with_a_flipped_bit_is_not_gone_on_from(tmp_path: Path) -> None:
    """The training stops and says so; without the file, it starts anew and ends as it should."""
    whole = small_trainer(tmp_path / "whole", CHUNKS, 2, None)
    whole.run()
    file = tmp_path / "seed-1"
    part = small_trainer(file, CHUNKS, 2, None)
    part.history.append(part._epoch(0))
    part._save()
    damaged = bytearray(file.read_bytes())
    damaged[-1] ^= 1
    file.write_bytes(damaged)
    with pytest.raises(UserError, match=r"seed-1 is damaged. Remove it: the training starts anew"):
        small_trainer(file, CHUNKS, 2, None).run()
    file.unlink()
    again = small_trainer(file, CHUNKS, 2, None)
    assert again.run() == whole.history
    for a, b in zip(whole.model.get_weights(), again.model.get_weights(), strict=True):
        assert np.array_equal(a, b)


def test_early_stopping_keeps_the_best_weights(tmp_path: Path) -> None:
    losses = iter([3.0, 1.0, 2.0, 2.0, 0.5])
    kept: list[Any] = []

    def validate() -> dict[str, float]:
        kept.append(trainer.model.get_weights())
        return {"loss": next(losses)}

    stopping = EarlyStopping(metric="loss", patience=2)
    trainer = small_trainer(tmp_path / "c", CHUNKS, 9, validate, early_stopping=stopping)
    history = trainer.run()
    assert [row["valid_loss"] for row in history] == [3.0, 1.0, 2.0, 2.0]
    for a, b in zip(trainer.model.get_weights(), kept[1], strict=True):
        assert np.array_equal(a, b)


def test_averaging_keeps_the_exponential_mean_of_the_weights(tmp_path: Path) -> None:
    """It is what validation measures and what is left; the training goes on from the weights."""
    plain = small_trainer(tmp_path / "plain", CHUNKS, 2, None)
    learn, mean = plain._train_step, plain.model.get_weights()
    after: list[Any] = []

    def follow(*arguments: Any) -> Any:
        nonlocal mean
        found = learn(*arguments)
        weights = plain.model.get_weights()
        decay = 0.75 if plain.optimizer.iterations.numpy() > 1 else 0.0
        mean = [decay * m + (1 - decay) * w for m, w in zip(mean, weights, strict=True)]
        after.append(mean)
        return found

    plain._train_step = follow
    wanted = plain.run()

    seen: list[Any] = []

    def validate() -> dict[str, float]:
        seen.append(trainer.model.get_weights())
        return {"loss": 1.0}

    trainer = small_trainer(tmp_path / "mean", CHUNKS, 2, validate, averaging=0.75)
    assert [row["loss"] for row in trainer.run()] == [row["loss"] for row in wanted]
    steps = len(after) // 2
    trained = len(trainer.model.trainable_variables)
    assert trained == len(trainer.model.weights)
    for found, mean in zip(
        [*seen, trainer.model.get_weights()],
        [after[steps - 1], after[-1], after[-1]],
        strict=True,
    ):
        for a, b in zip(found, mean, strict=True):
            np.testing.assert_allclose(a, b, atol=1e-6)


def test_early_stopping_keeps_the_best_mean(tmp_path: Path) -> None:
    losses, seen = iter([2.0, 1.0, 3.0]), []

    def validate() -> dict[str, float]:
        seen.append(trainer.model.get_weights())
        return {"loss": next(losses)}

    stopping = EarlyStopping(metric="loss", patience=3)
    trainer = small_trainer(
        tmp_path / "c", CHUNKS, 3, validate, early_stopping=stopping, averaging=0.9
    )
    trainer.run()
    for a, b in zip(trainer.model.get_weights(), seen[1], strict=True):
        assert np.array_equal(a, b)


def test_streams_carry_their_state_from_batch_to_batch() -> None:
    """Two batches of four steps, the state carried, cost what one batch of eight does."""
    architecture = SMALL.model_copy(update={"dropout": 0.0, "weight_drop": 0.0})
    training.prepare(1)
    model = character_model.build(architecture, 5)
    text = tf.constant(np.random.default_rng(2).integers(0, 5, (3, 9)).astype(np.int32))
    carried = NextCharacter(architecture, Streams(method="streams", batch_size=3))
    first, state = carried(model, (text[:, :4], text[:, 1:5]), carried.start(), training=False)
    second, _ = carried(model, (text[:, 4:8], text[:, 5:9]), state, training=False)
    whole, _ = carried(model, (text[:, :8], text[:, 1:9]), carried.start(), training=False)
    np.testing.assert_allclose((first["loss"] + second["loss"]) / 2, whole["loss"], rtol=1e-5)


def test_a_training_that_diverges_is_stopped(tmp_path: Path) -> None:
    trainer = small_trainer(tmp_path / "c", CHUNKS, 2, None)
    trainer.model.get_layer("logits").kernel.assign_add(np.float32(np.nan) * tf.ones((8, 5)))
    with pytest.raises(UserError, match=r"the loss of epoch 1 is nan: .*learning_rate"):
        trainer.run()
    assert not (tmp_path / "c").exists()


def test_weights_of_which_validation_is_no_number_are_not_kept(tmp_path: Path) -> None:
    """The last step's loss is that of the weights before it."""
    found = iter([0.5, math.nan])
    trainer = small_trainer(tmp_path / "c", CHUNKS, 2, lambda: {"loss": next(found)})
    with pytest.raises(UserError, match=r"the valid_loss of epoch 2 is nan: .*learning_rate"):
        trainer.run()
    arrays, state = checkpoints.load(tmp_path / "c") or ({}, {})
    assert len(state["history"]) == 1
    assert all(np.isfinite(value).all() for value in arrays.values())


def test_the_time_of_a_training_that_was_gone_on_with_is_that_of_all_its_epochs(
    tmp_path: Path,
) -> None:
    first = small_trainer(tmp_path / "c", CHUNKS, 1, None)
    first.run()
    again = small_trainer(tmp_path / "c", CHUNKS, 1, None)
    again.run()
    assert again.seconds == first.seconds > 0
    more = small_trainer(tmp_path / "c", CHUNKS, 2, None)
    more.run()
    assert more.seconds > first.seconds


def test_mixed_precision_learns_nearly_what_float32_does() -> None:
    """Layers compute in bfloat16, which has three digits; weights, pooling and logits do not."""
    shape = ClassifierArchitecture(
        embedding=6, cell="LSTM", units=8, layers=1, bidirectional=True, dense=5, mask=True,
        dropout=0.1, pooling="mean-max", word_dropout=0.1, adversarial=0.5,
    )  # fmt: skip
    random = np.random.default_rng(1)
    tokens = random.integers(2, 29, (STEPS, 16, 9))
    labels = tokens[:, :, :1] % 2
    places = np.tile(np.arange(16), (STEPS, 1))
    batches = tf.data.Dataset.from_tensor_slices((places, tokens, labels))
    found = []
    for policy in ("float32", "mixed_bfloat16"):
        training.prepare(1)
        with training.precision(policy):
            model = classifier.build(shape, 30)
        assert model.get_layer("bidirectional-0").compute_dtype == policy.removeprefix("mixed_")
        assert {weight.dtype for weight in model.weights} == {"float32"}
        assert model(tokens[0]).dtype == tf.float32
        found.append(losses_of_loop(model, Classification(0.5), batches))
    assert keras.config.dtype_policy().name == "float32"
    assert found[0] != found[1]
    np.testing.assert_allclose(*found, rtol=0.02)


@pytest.mark.parametrize("method", ["chunks", "streams"])
def test_a_character_model_of_mixed_precision_carries_its_state(method: str) -> None:
    shape = CharacterArchitecture(
        embedding=6, cell="LSTM", units=8, layers=2, dropout=0.1, locked=True
    )
    text = np.random.default_rng(1).integers(0, 7, (STEPS, 4, 10)).astype(np.int32)
    inputs, targets = text[..., :-1], text[..., 1:]
    batches = tf.data.Dataset.from_tensor_slices((inputs, targets))
    kind: Any = (
        Streams(method="streams", batch_size=4)
        if method == "streams"
        else Chunks(method="chunks", batch_size=4, shuffle=1)
    )
    found = []
    for policy in ("float32", "mixed_bfloat16"):
        training.prepare(1)
        with training.precision(policy):
            model = character_model.build(shape, 7)
        found.append(losses_of_loop(model, NextCharacter(shape, kind), batches))
        held_out = evaluation.validation(shape, text.reshape(-1)[:300], text.reshape(-1)[300:])
        assert held_out is not None
        assert held_out(model)["loss"] == pytest.approx(np.log(7), abs=0.1)
    assert found[0] != found[1]
    np.testing.assert_allclose(*found, rtol=0.02)


IN_REPLICAS = """
import sys
from pathlib import Path
import numpy as np
from textrnn import training
from textrnn.backend import tf
from textrnn.charlm import model
from textrnn.charlm.step import NextCharacter
from textrnn.params.character_model import Architecture, Chunks, Streams
from textrnn.params.optimisation import Optimisation

(cpu,) = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
small = Architecture(
    embedding=3, cell="LSTM", units=4, layers=1, dropout=0.5, locked=True, weight_drop=0.3
)
options = Optimisation(
    epochs=2, optimizer="adam", learning_rate=0.01, schedule="constant", final_learning_rate=None,
    clip_norm=1.0, early_stopping=None, averaging=0.5,
)
text = np.random.default_rng(1).integers(0, 5, (12, 9)).astype("int32")

def epochs(number):
    windows = tf.data.Dataset.from_tensor_slices(text).batch(4, drop_remainder=True)
    return windows.map(lambda window: (window[:, :-1], window[:, 1:]))

for batches in (
    Streams(method="streams", batch_size=4), Chunks(method="chunks", batch_size=4, shuffle=1)
):
    found = []
    for strategy in (
        tf.distribute.get_strategy(), tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    ):
        with strategy.scope():
            training.prepare(1)
            network = model.build(small, 5)
            file = Path(sys.argv[1]) / f"{batches.method}-{len(found)}"
            step = NextCharacter(small, batches)
            trainer = training.Trainer(network, step, epochs, None, options, file)
            found.append(([row["loss"] for row in trainer.run()], network.get_weights()))
    (one, left), (two, right) = found
    np.testing.assert_allclose(one, two, rtol=1e-6)
    for a, b in zip(left, right, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)
"""


def test_two_replicas_learn_what_one_does(tmp_path: Path) -> None:
    """In a process of its own, as a processor is made two devices before TensorFlow uses it."""
    done = subprocess.run(
        [sys.executable, "-c", IN_REPLICAS, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
