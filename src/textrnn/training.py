"""One training loop, over `tf.distribute` strategies, for every task: a `Step` says what is learnt.

Keras 3's `fit` fails under several workers (keras issue 20585), and carries no state from batch to
batch; layers, losses and optimizer are Keras's.
"""

import functools
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from textrnn import checkpoints, distribution, optimizers
from textrnn.backend import keras, tf
from textrnn.errors import UserError
from textrnn.layers.dropout import Rows, rows_of
from textrnn.params.optimisation import Optimisation
from textrnn.steps import Carry, Epochs, Step

History = list[dict[str, float]]
Validate = Callable[[], dict[str, float]]


def prepare(seed: int) -> None:
    """Seed Python, NumPy and TensorFlow, and have every operation give the same bits every time."""
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()


@contextmanager
def precision(policy: str) -> Iterator[None]:
    """Have the layers that are made in the block compute by a dtype policy of Keras's.

    Of `mixed_bfloat16` (Micikevicius et al. 2018) recurrences and products are in bfloat16, while
    weights, pooling and logits stay float32. Nothing overflows, so losses are not scaled.
    """
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


class Trainer:
    """A model being trained: its optimizer, history and best weights so far.

    Args:
        model: built in the scope of the strategy in force, with its initial weights.
        step: what a batch costs.
        epochs: gives an epoch's batches by its number, from 0.
        validate: measures on held-out data, `loss` among them; None where nothing is held out.
        options: epochs, rates, clipping, early stopping.
        checkpoint: the file that holds the state after each epoch.
    """

    def __init__(
        self,
        model: keras.Model,
        step: Step,
        epochs: Epochs,
        validate: Validate | None,
        options: Optimisation,
        checkpoint: Path,
    ) -> None:
        self.model, self.step, self.epochs, self.validate = model, step, epochs, validate
        self.options, self.checkpoint = options, checkpoint
        self.history: History = []
        self.seconds = 0.0  # that all epochs took, those before the checkpoint too
        self._best: list[Any] | None = None
        self._strategy = tf.distribute.get_strategy()
        self._steps = distribution.steps(epochs)
        with self._strategy.scope():
            self.optimizer = optimizers.build(options, self._steps * options.epochs)
            self.optimizer.build(model.trainable_variables)
        batch_spec = distribution.batches(epochs, 0).element_spec
        self._train_step = train_step(model, step, self.optimizer, batch_spec)
        self._first_carry = first_carry(step)

    def run(self) -> History:
        """Train to the end, from the checkpoint if there is one; return the history by epoch.

        With early stopping, the model is left with its best weights, otherwise with its last; with
        averaging, these are the means of weights, which validation measures too.

        Raises:
            UserError: the training diverged, or its checkpoint is damaged.
        """
        self._resume()
        started = time.monotonic() - self.seconds
        while len(self.history) < self.options.epochs and not self._is_stopped():
            measures = self._epoch(len(self.history))
            with self._averaged():
                if self.validate:
                    measures |= {f"valid_{k}": v for k, v in self.validate().items()}
                self._check(measures)
                self.history.append(measures)
                if self.options.early_stopping and self._best_epoch() == len(self.history) - 1:
                    self._best = [w.numpy() for w in self.model.weights]
            self.seconds = time.monotonic() - started
            if distribution.is_chief():
                self._save()
                tqdm.write(f"epoch {len(self.history)}/{self.options.epochs}  {_line(measures)}")
        if self._best is not None:
            self.model.set_weights(self._best)
        elif self.options.averaging:
            self.optimizer.finalize_variable_values(self.model.trainable_variables)
        return self.history

    @contextmanager
    def _averaged(self) -> Iterator[None]:
        """Have the model hold, in the block, the mean of its weights, where one is kept."""
        if not self.options.averaging:
            yield
            return
        learnt = self.model.get_weights()
        self.optimizer.finalize_variable_values(self.model.trainable_variables)
        yield
        self.model.set_weights(learnt)

    def _epoch(self, number: int) -> dict[str, float]:
        """Train on every batch of an epoch; return the means over its examples."""
        sums: dict[str, Any] = {}
        examples: Any = 0
        carry = self._first_carry()
        batches = distribution.batches(self.epochs, number)
        title = f"epoch {number + 1}/{self.options.epochs}"
        shown = None if distribution.is_chief() else True  # None: where there is a terminal
        with tqdm(total=self._steps, desc=title, unit="batch", disable=shown, leave=False) as bar:
            for i, batch in enumerate(batches):
                values, count, carry = self._train_step(batch, carry)
                sums = {k: v + sums.get(k, 0) for k, v in values.items()}
                examples += count
                if i % 20 == 19:
                    bar.set_postfix({k: f"{float(v / examples):.4f}" for k, v in sums.items()})
                bar.update()
        return {k: float(v / examples) for k, v in sums.items()}

    def _check(self, measures: dict[str, float]) -> None:
        """Refuse an epoch after which something measured is no number: no weights are kept of it.

        Raises:
            UserError: the training diverged.
        """
        for name, value in measures.items():
            if not math.isfinite(value):
                raise UserError(
                    f"the {name} of epoch {len(self.history) + 1} is {value}: the training "
                    "diverged. Lower training.learning_rate, or set training.clip_norm."
                )

    def _best_epoch(self) -> int:
        """Return the epoch with the best validation so far; without early stopping, the last."""
        stopping = self.options.early_stopping
        if stopping is None:
            return len(self.history) - 1
        values = [row[f"valid_{stopping.metric}"] for row in self.history]
        return int(np.argmax(values) if stopping.metric == "accuracy" else np.argmin(values))

    def _is_stopped(self) -> bool:
        stopping = self.options.early_stopping
        if stopping is None or not self.history:
            return False
        return len(self.history) - 1 - self._best_epoch() >= stopping.patience

    def _variables(self) -> dict[str, Any]:
        return {
            f"{owner}/{i}": variable
            for owner, variables in (
                ("model", self.model.variables),
                ("optimizer", self.optimizer.variables),
            )
            for i, variable in enumerate(variables)
        }

    def _save(self) -> None:
        arrays = {k: np.asarray(v) for k, v in self._variables().items()}
        best = {f"best/{i}": value for i, value in enumerate(self._best or [])}
        state = {"history": self.history, "seconds": self.seconds}
        checkpoints.save(self.checkpoint, arrays | best, state)

    def _resume(self) -> None:
        found = checkpoints.load(self.checkpoint)
        if found is None:
            return
        arrays, state = found
        for key, variable in self._variables().items():
            variable.assign(arrays[key])
        self.history, self.seconds = state["history"], state["seconds"]
        best = [arrays[f"best/{i}"] for i in range(len(self.model.weights)) if "best/0" in arrays]
        self._best = best or None
        if distribution.is_chief():
            tqdm.write(f"going on after epoch {len(self.history)}, from {self.checkpoint}")


def first_carry(step: Step) -> Callable[[], Carry]:
    """Return the compiled function that gives an epoch's first carried state, on every replica."""
    strategy = tf.distribute.get_strategy()
    return tf.function(lambda: strategy.run(step.start))  # type: ignore[no-any-return]


def train_step(
    model: keras.Model, step: Step, optimizer: keras.optimizers.Optimizer, batch_spec: Any
) -> Callable[[Any, Carry], tuple[dict[str, tf.Tensor], tf.Tensor, Carry]]:
    """Return the compiled function that learns from one global batch.

    It takes a batch and the carried state, and returns the sums of each measure over the batch's
    examples (float64), how many examples there were, and the new carried state.
    """
    strategy = tf.distribute.get_strategy()
    carry_spec = tf.nest.map_structure(tf.type_spec_from_value, first_carry(step)())

    def replica(batch: Any, carry: Carry) -> Any:
        count = tf.shape(tf.nest.flatten(batch)[0])[0]
        first, total = _rows(count)
        with tf.GradientTape() as tape, rows_of(Rows(optimizer.iterations.value, first, total)):
            values, carry = step(model, batch, carry, training=True)
            loss = tf.reduce_sum(values["loss"]) / tf.cast(total, tf.float32)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply(gradients, model.trainable_variables)
        sums = {k: tf.reduce_sum(tf.cast(v, tf.float64)) for k, v in values.items()}
        return sums, tf.cast(count, tf.float64), carry

    @tf.function(input_signature=(batch_spec, carry_spec))  # type: ignore[untyped-decorator]
    def run(batch: Any, carry: Carry) -> Any:
        *measured, carry = strategy.run(replica, args=(batch, carry))
        sums, count = tf.nest.map_structure(
            lambda value: strategy.reduce("SUM", value, axis=None), measured
        )
        return sums, count, carry

    return run  # type: ignore[no-any-return]


def _rows(count: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Return a replica's first row in the global batch, and how many rows all replicas have."""
    if tf.distribute.get_replica_context().num_replicas_in_sync == 1:
        return tf.constant(0), count
    counts, place = distribution.of_all(count)
    return tf.cumsum(counts, exclusive=True)[place], tf.reduce_sum(counts)


def measure(model: keras.Model, step: Step, batches: tf.data.Dataset) -> dict[str, float]:
    """Return the means of a step's measures over all examples, without learning from them."""
    compiled = _measure_step(model, step, batches.element_spec)
    sums: dict[str, float] = {}
    examples = 0
    for batch in batches:
        found, count = compiled(batch)
        sums = {k: float(v) + sums.get(k, 0.0) for k, v in found.items()}
        examples += int(count)
    return {k: v / examples for k, v in sums.items()}


@functools.lru_cache(maxsize=1)
def _measure_step(model: keras.Model, step: Step, batch_spec: Any) -> Callable[[Any], Any]:
    """Return the compiled function that measures one batch: sums (float64), and how many examples.

    A training measures the same model after each epoch; it is compiled for the first.
    """

    @tf.function(input_signature=(batch_spec,))  # type: ignore[untyped-decorator]
    def run(batch: Any) -> Any:
        values, _ = step(model, batch, step.start(), training=False)
        sums = {k: tf.reduce_sum(tf.cast(v, tf.float64)) for k, v in values.items()}
        return sums, tf.shape(values["loss"])[0]

    return run  # type: ignore[no-any-return]


def _line(measures: dict[str, float]) -> str:
    return "  ".join(f"{k} {v:.4f}" for k, v in measures.items())
