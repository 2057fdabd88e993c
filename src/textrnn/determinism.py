"""Arithmetic that every x86-64 processor does alike, where a stage's model asks for it.

A stage of a model imports this module before all others: libraries choose their instructions when
they are loaded. `machine` leaves everything as it is. Under `portable`, what a library would take
from the processor (its newest instructions, its number of cores, the size of its caches) is fixed,
whatever the environment says. docs/reliability.md says what each setting is for.
"""

import math
import os
import platform
import sys
from pathlib import Path
from typing import Any

from textrnn.errors import UserError
from textrnn.params.base import NAME, load
from textrnn.params.determinism import Determinism

# What turns the libraries' arithmetic, under whatever names; a few are no matter of arithmetic.
PREFIXES = ("CUDA_", "DNNL_", "MKL_", "NPY_", "OMP_", "ONEDNN_", "OPENBLAS_", "TF_", "XLA_")
KEPT = {"TF_CONFIG", "TF_CPP_MIN_LOG_LEVEL", "TF_CPP_MAX_VLOG_LEVEL"}

PORTABLE = {
    "TF_ENABLE_ONEDNN_OPTS": "1",  # else only processors with AVX-512 VNNI have it
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "XLA_FLAGS": "--xla_cpu_max_isa=AVX2 --xla_cpu_multi_thread_eigen=false",
    "TF_NUM_INTRAOP_THREADS": "1",  # a product is divided among threads, its sums with it
    "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
    "OPENBLAS_CORETYPE": "Haswell",
    "OPENBLAS_NUM_THREADS": "1",
    "CUDA_VISIBLE_DEVICES": "-1",
}

ELSEWHERE = (
    "this is no x86-64 processor with AVX2 and FMA, so `determinism: portable` does not give here "
    "the bytes that it gives on those."
)


def settle(arguments: list[str]) -> None:
    """Put into force what the model of a stage asks for: `stages/<task>/<verb>.py <model>`.

    Anything else, such as `--help`, or a test that imports a stage's script, is left alone.
    """
    if len(arguments) != 2 or not NAME.fullmatch(arguments[1]):
        return
    script, model = Path(arguments[0]), arguments[1]
    if script.parent.parent.name != "stages":
        return
    task = script.parent.name
    try:
        wanted: str = load(f"{task}.models.{model}.determinism", Determinism)
    except UserError as error:
        raise SystemExit(f"{task}-{script.stem}@{model}: {error}") from None
    if wanted == "portable":
        if not _is_covered():
            sys.stderr.write(f"{task}-{script.stem}@{model}: {ELSEWHERE}\n")
        _fix_environment()
        _fix_factorisation()
        _fix_reciprocals()


def _is_covered() -> bool:
    """Say whether the processor has what `PORTABLE` caps it to, as far as the system tells."""
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return False
    facts = Path("/proc/cpuinfo")
    return not facts.exists() or {"avx2", "fma"} <= set(facts.read_text(encoding="utf-8").split())


def _fix_environment() -> None:
    """Replace what the environment says about arithmetic.

    Raises:
        RuntimeError: a library that would have read it is loaded already.
    """
    if loaded := {"numpy", "tensorflow"} & set(sys.modules):
        raise RuntimeError(
            f"{' and '.join(sorted(loaded))} came before {__name__}, which comes first"
        )
    for name in set(os.environ) - KEPT:
        if name.startswith(PREFIXES):
            del os.environ[name]
    os.environ.update(PORTABLE)


def _fix_factorisation() -> None:
    """Take orthogonal weights, which Keras draws by a QR factorisation, from `_factorise`.

    Eigen, which does it otherwise, cuts products in pieces that fit the processor's first cache,
    and neither the environment nor TensorFlow can tell it of another.
    """
    from textrnn.backend import tf

    tf.linalg.qr = _factorise


def _factorise(matrix: Any, full_matrices: bool = False) -> tuple[Any, Any]:
    """Return Q [M, N] and R [N, N] of a matrix [M, N] of M >= N, by modified Gram-Schmidt.

    Each number comes of single multiplications, additions, divisions and roots of doubles, one
    after another, so that IEEE 754 says what it is. R's diagonal is positive.
    """
    import numpy as np

    from textrnn.backend import tf

    if full_matrices:
        raise NotImplementedError("Keras asks for the reduced factorisation alone")
    rest = np.array(matrix, np.float64)
    q, r = np.empty_like(rest), np.zeros((rest.shape[1],) * 2)
    for j in range(len(r)):
        q[:, j] = rest[:, j] / math.sqrt(math.fsum(rest[:, j] * rest[:, j]))
        r[j, j:] = np.add.reduce(q[:, j, None] * rest[:, j:], axis=0)
        rest[:, j + 1 :] -= q[:, j, None] * r[j, j + 1 :]
    return tf.constant(q, matrix.dtype), tf.constant(r, matrix.dtype)


def _fix_reciprocals() -> None:
    """Have gradients divide where they would take TensorFlow's operation `Reciprocal`.

    It begins with the processor's approximation (`rcpps`), which Intel and AMD each have their own
    of, and one step of Newton's does not bring them together; a quotient is rounded as IEEE 754
    says. Such is the gradient of a logarithm, and so of a binary cross-entropy.
    """
    from textrnn.backend import tf  # noqa: F401 - sets TensorFlow up, and loads what is changed

    sys.modules["tensorflow.python.ops.math_ops"].reciprocal = _inverse  # type: ignore[attr-defined]


def _inverse(x: Any, name: str | None = None) -> Any:
    """Return 1 / x, rounded once.

    Of 1 / x itself TensorFlow's graphs make a `Reciprocal` again; doubling a number rounds nothing.
    """
    return 2 / (x + x)


settle(sys.argv)
