"""TensorFlow and Keras, set up before they are loaded, and loaded without their start-up notes.

Every module takes `tf` and `keras` from here, so that none can load them with other settings.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

os.environ["KERAS_BACKEND"] = "tensorflow"
# Only processors with AVX-512 VNNI or the like have oneDNN by default; others gain most from it.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # its errors reach Python as exceptions


@contextmanager
def _notes_withheld() -> Iterator[None]:
    """Hold back what C++ writes to standard error; let it out if the block fails."""
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as notes:
        os.dup2(notes.fileno(), 2)
        try:
            yield
        except BaseException:
            notes.seek(0)
            os.write(kept, notes.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)


with _notes_withheld():
    import keras
    import tensorflow as tf

    tf.config.list_physical_devices()  # looks for a GPU, and says so at length where there is none

__all__ = ["keras", "tf"]
