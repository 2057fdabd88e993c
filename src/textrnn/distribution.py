"""Which processes and devices train together, and which of them writes."""

import json
import os

from textrnn.backend import tf
from textrnn.errors import UserError
from textrnn.params import execution

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
