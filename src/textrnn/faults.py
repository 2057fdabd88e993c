"""What a machine refuses a stage (disk, rights, memory), as one sentence with the remedy.

Imported only when there is such a fault: how it is worded retrains no model.
"""

import errno
import os
import re

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}

# The parameters that make a batch large, of each task: its size, and how long its rows are.
LENGTHS = {"sentiment": "tokens.last", "charlm": "chunk.steps"}


def sentence(error: BaseException, stage: str) -> str | None:
    """Return what to tell the user of an error, or None where it is no fault of the machine's.

    Args:
        error: as raised; what `atomic` noted on it says which file was being written.
        stage: by its whole name, `sentiment-train@quick`; empty for a command of `textrnn`.
    """
    again = f"run `dvc repro {stage}` again" if stage else "run the command again"
    code = _code(error)
    if code in FULL:
        return (
            f"{_file(error)} cannot be written: {os.strerror(code)}. Make room on that disk (or "
            f"raise the limit on a file's size) and {again}: what was finished is not lost."
        )
    if code in FORBIDDEN:
        return (
            f"{_file(error)}: {os.strerror(code)}. Give yourself the right to write into that "
            f"folder (`ls -ld` shows whose it is), and {again}."
        )
    if _is_of_another_worker(error):
        return (
            "another worker of TF_CONFIG has ended, or cannot be reached: its own output says why. "
            "Start all workers again, and the training goes on after its last finished epoch."
        )
    if _is_of_memory(error):
        return f"the memory is full. {_less(stage)}, and {again}: what was finished is not lost."
    return None


def _code(error: BaseException) -> int:
    """Return an error's number in `errno`, 0 for none; safetensors says it in words alone."""
    if isinstance(error, OSError):
        return error.errno or 0
    if type(error).__name__ != "SafetensorError":
        return 0
    found = re.search(r"os error (\d+)", str(error))
    return int(found[1]) if found else 0


def _file(error: BaseException) -> str:
    """Return the file of an error: its own, or the one that was being written."""
    named = getattr(error, "filename", None)
    noted = [note.removeprefix("while writing ") for note in getattr(error, "__notes__", [])]
    file = str(named or next(iter(noted), "a file"))
    return re.sub(r"(^|/)\.([^/]+)\.part(?=/|$)", r"\1\2", file)  # as it is called when it is whole


def _is_of_memory(error: BaseException) -> bool:
    return isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError"


def _less(stage: str) -> str:
    """Say which parameters make a stage need less."""
    verb, _, name = stage.partition("@")
    task, _, what = verb.partition("-")
    if what not in ("train", "evaluate"):
        return "Close other programs"
    return (
        f"Lower {task}.models.{name}.training.batches.batch_size in params.yaml, or "
        f"{LENGTHS[task]} of its dataset"
    )


def _is_of_another_worker(error: BaseException) -> bool:
    lost = type(error).__name__ in {"UnavailableError", "AbortedError", "DeadlineExceededError"}
    return lost and bool(os.environ.get("TF_CONFIG"))
