"""The same bytes under other caps, with fewer cores, and on another processor as far as CPUID says.

What the environment asks for is seen to matter: without `portable` the bytes are others.
"""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from textrnn import determinism
from textrnn.backend import tf

ROOT = Path(__file__).parents[2]
STEPS = Path(__file__).with_name("steps.py")

# As a user's shell, or a site's, may have them.
OTHER_CAPS = {
    "ONEDNN_MAX_CPU_ISA": "SSE41",
    "DNNL_MAX_CPU_ISA": "SSE41",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "TF_NUM_INTRAOP_THREADS": "2",
    "XLA_FLAGS": "--xla_cpu_max_isa=SSE4_2 --xla_cpu_enable_fast_math=true",
    "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4",
    "OPENBLAS_CORETYPE": "Prescott",
}

# An AMD EPYC of 2019: no AVX-512, and smaller caches (KiB) than a processor that has it.
OTHER_PROCESSOR = {
    "CPU_VENDOR": "AuthenticAMD",
    "CPU_SIGNATURE": "830f10",
    "CPU_NO_AVX512": "1",
    "CPU_L1": "32",
    "CPU_L2": "512",
    "CPU_L3": "16384",
}


def weights(
    cores: int = 2,
    folder: Path = ROOT,
    python: Sequence[str] = (sys.executable,),
    **more: str,
) -> list[str]:
    """Return the md5 of each quick model's weights after some steps, in a process of its own."""
    usable = sorted(os.sched_getaffinity(0))[:cores]
    done = subprocess.run(
        [*python, str(STEPS)],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")} | more,
        preexec_fn=lambda: os.sched_setaffinity(0, usable),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.fixture(scope="module")
def expected() -> list[str]:
    found = weights()
    assert len(set(found)) == 2
    return found


def test_one_core_and_other_caps_change_nothing(expected: list[str]) -> None:
    assert weights(cores=1, **OTHER_CAPS) == expected


def test_another_processor_changes_nothing(expected: list[str], tmp_path: Path) -> None:
    assert weights(LD_PRELOAD=str(processor(tmp_path)), **OTHER_PROCESSOR) == expected


def test_a_processor_of_other_approximations_changes_nothing(expected: list[str]) -> None:
    """Every maker approximates reciprocals in a way of its own; QEMU, which has them exact, is one.

    This takes minutes: every instruction is emulated.
    """
    emulator = shutil.which("qemu-x86_64")
    if emulator is None:
        pytest.skip("QEMU's user mode is not here (Debian: qemu-user)")
    python = [emulator, "-cpu", "max", os.path.realpath(sys.executable)]
    packages = os.pathsep.join([str(ROOT / "src"), sysconfig.get_path("purelib")])
    assert weights(python=python, PYTHONPATH=packages) == expected


def test_without_it_another_processor_gives_other_bytes(
    expected: list[str], tmp_path: Path
) -> None:
    """The emulation reaches what it is meant to reach: `machine` differs."""
    library = processor(tmp_path)
    text = (ROOT / "params.yaml").read_text(encoding="utf-8")
    (tmp_path / "params.yaml").write_text(
        re.sub("determinism: portable", "determinism: machine", text)
    )
    here = weights(folder=tmp_path)
    assert weights(folder=tmp_path, LD_PRELOAD=str(library), **OTHER_PROCESSOR) != here


def processor(folder: Path) -> Path:
    """Compile what answers CPUID as another processor; skip where that cannot be."""
    library = folder / "processor.so"
    source = Path(__file__).with_name("processor.c")
    flags = Path("/proc/cpuinfo")
    if not flags.exists() or "cpuid_fault" not in flags.read_text():
        pytest.skip("this processor cannot have CPUID answered by a program (cpuid_fault)")
    try:
        command = ["cc", "-O1", "-shared", "-fPIC", "-o", str(library), str(source)]
        subprocess.run(command, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("there is no C compiler (cc) here")
    return library


# ---------------------------------------------------------------- what is settled


@pytest.fixture
def calm(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """A folder of parameters, and what was put into force."""
    done: list[str] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(determinism, "_fix_environment", lambda: done.append("environment"))
    monkeypatch.setattr(determinism, "_fix_factorisation", lambda: done.append("factorisation"))
    monkeypatch.setattr(determinism, "_fix_reciprocals", lambda: done.append("reciprocals"))
    models = "charlm: {models: {a: {determinism: portable}, b: {determinism: machine}, c: {}}}\n"
    (tmp_path / "params.yaml").write_text(models)
    return done


@pytest.mark.parametrize(
    "arguments",
    [
        ["stages/charlm/train.py", "b"],
        ["stages/charlm/train.py", "--help"],
        ["stages/charlm/train.py", "stages/charlm/train.py"],  # as runpy has it
        ["-c", "a"],
        ["pytest"],
        ["stages/charlm/train.py", "a", "x"],
    ],
)
def test_nothing_is_settled_where_nothing_is_asked(calm: list[str], arguments: list[str]) -> None:
    determinism.settle(arguments)
    assert calm == []


def test_what_a_model_asks_for_is_settled(calm: list[str]) -> None:
    determinism.settle(["stages/charlm/sample.py", "a"])
    assert calm == ["environment", "factorisation", "reciprocals"]


@pytest.mark.parametrize(
    ("model", "said"),
    [("c", "charlm.models.c.determinism does not exist"), ("d", "charlm.models.d does not exist")],
)
def test_a_model_that_says_nothing_is_refused(calm: list[str], model: str, said: str) -> None:
    with pytest.raises(SystemExit, match=f"^charlm-train@{model}: params.yaml: {said}"):
        determinism.settle(["stages/charlm/train.py", model])
    assert calm == []


def test_where_it_does_not_hold_is_said(
    calm: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("platform.machine", lambda: "aarch64")
    determinism.settle(["stages/charlm/train.py", "a"])
    assert "charlm-train@a: this is no x86-64 processor" in capsys.readouterr().err
    assert calm == ["environment", "factorisation", "reciprocals"]


def test_what_comes_too_late_is_refused() -> None:
    with pytest.raises(RuntimeError, match="numpy and tensorflow came before"):
        determinism._fix_environment()


def test_the_factorisation_is_one() -> None:
    matrix = tf.random.stateless_normal((40, 16), (1, 2))
    q, r = determinism._factorise(matrix)
    assert (q.dtype, r.dtype) == (tf.float32, tf.float32)
    np.testing.assert_allclose(q @ r, matrix, atol=1e-6)
    np.testing.assert_allclose(tf.transpose(q) @ q, np.eye(16), atol=1e-6)
    assert (tf.linalg.diag_part(r).numpy() > 0).all()
    assert not np.tril(r, -1).any()


def test_gradients_divide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rounded once, as IEEE 754 has it; TensorFlow's own are not."""
    x = np.random.default_rng(1).uniform(0.01, 20, 4096).astype(np.float32)

    def slope() -> np.ndarray:
        """The gradient of ln x, in a graph that is optimised."""

        @tf.function
        def of(values: tf.Tensor) -> tf.Tensor:
            with tf.GradientTape() as tape:
                tape.watch(values)
                logarithms = tf.math.log(values)
            return tape.gradient(logarithms, values)

        found: np.ndarray = of(tf.constant(x)).numpy()
        return found

    if determinism._is_covered():
        assert (slope() != 1 / x).any()
    operations = sys.modules["tensorflow.python.ops.math_ops"]
    monkeypatch.setattr(operations, "reciprocal", operations.reciprocal)  # and back again
    determinism._fix_reciprocals()
    np.testing.assert_array_equal(slope(), 1 / x)
