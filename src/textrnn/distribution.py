"""Which processes and devices train together, and which of them writes."""

import json
import os

from textrnn.backend import tf
from textrnn.errors import UserError
from textrnn.params import execution
from textrnn.steps import Epochs, Lanes

CLUSTER = "TF_CONFIG"  # as TensorFlow's own cluster resolver reads it


def join() -> None:
    """Put the strategy in force that `TF_CONFIG` or params.yaml asks for.

    TensorFlow wants it before it has computed anything, so this comes first in a stage.

    Raises:
        UserError: `TF_CONFIG` is no JSON of workers, or there are not the GPUs that are asked for.
    """
    if _cluster():
        strategy = tf.distribute.MultiWorkerMirroredStrategy()
    elif execution.load().devices == "all":
        gpus = tf.config.list_logical_devices("GPU")
        if not gpus:
            raise UserError("execution.devices: all, but there is no GPU: say one.")
        strategy = tf.distribute.MirroredStrategy([gpu.name for gpu in gpus])
    else:
        return
    tf.distribute.experimental_set_strategy(strategy)


def is_chief() -> bool:
    """Say whether this process writes, and shows progress: the first worker, or the only one."""
    kind, index = _task().get("type"), _task().get("index", 0)
    return kind == "chief" or (index == 0 and "chief" not in _cluster())


def batches(epochs: Epochs, number: int) -> tf.distribute.DistributedDataset:
    """Return an epoch's batches, of which each replica gets its rows: some rows, or some lanes.

    Raises:
        UserError: lanes cannot be dealt out in equal numbers to the replicas.
    """
    strategy = tf.distribute.get_strategy()
    if not isinstance(epochs, Lanes):
        return strategy.experimental_distribute_dataset(epochs(number))
    replicas = strategy.num_replicas_in_sync
    if epochs.count % replicas:
        raise UserError(
            f"training.batches.lanes: {epochs.count} cannot be dealt out to {replicas} workers or "
            "GPUs in equal numbers."
        )
    each = epochs.count // replicas

    def of_worker(context: tf.distribute.InputContext) -> tf.data.Dataset:
        here = replicas // context.num_input_pipelines
        first = context.input_pipeline_id * here
        parts = [
            epochs.rows(number, range(replica * each, (replica + 1) * each))
            for replica in range(first, first + here)
        ]
        turns = tf.data.Dataset.range(here).repeat(epochs.steps)
        return tf.data.Dataset.choose_from_datasets(parts, turns)

    return strategy.distribute_datasets_from_function(of_worker)


def steps(epochs: Epochs) -> int:
    """Return how many batches an epoch has."""
    if isinstance(epochs, Lanes):
        return epochs.steps
    return int(epochs(0).reduce(0, lambda count, *_: count + 1))


def of_all(value: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Return a number of each replica, int32 [replicas], and this replica's place among them."""
    context = tf.distribute.get_replica_context()
    place = context.replica_id_in_sync_group
    mine = tf.one_hot(place, context.num_replicas_in_sync, dtype=tf.int32)
    return context.all_reduce("SUM", mine * value), place


def widen(rows: tf.Tensor) -> tf.Tensor:
    """Return a replica's rows [B, T], behind them zeros to the longest T of all replicas."""
    if tf.distribute.get_replica_context().num_replicas_in_sync == 1:
        return rows
    width = tf.shape(rows)[1]
    widths, _ = of_all(width)
    return tf.pad(rows, [[0, 0], [0, tf.reduce_max(widths) - width]])


def _cluster() -> dict[str, object]:
    """Return the addresses of `TF_CONFIG`, by kind of task; nothing where it is not set."""
    found = _config().get("cluster", {})
    if set(found) - {"worker", "chief"}:
        kinds = ", ".join(sorted(set(found) - {"worker", "chief"}))
        raise UserError(f"{CLUSTER}: {kinds} take no part in a training here, only workers do.")
    return found


def _task() -> dict[str, object]:
    return _config().get("task", {})


def _config() -> dict[str, dict[str, object]]:
    text = os.environ.get(CLUSTER, "")
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(v, dict) for v in found.values()):
        raise UserError(
            f'{CLUSTER} is {text!r}, not as in {{"cluster": {{"worker": ["host1:7000", '
            '"host2:7000"]}, "task": {"type": "worker", "index": 0}}.'
        )
    return found
