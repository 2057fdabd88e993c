"""How TensorFlow is set up before it is loaded."""

import os
import subprocess
import sys

import pytest

ASKED = "from textrnn import backend; import os; print(os.environ['TF_ENABLE_ONEDNN_OPTS'])"


@pytest.mark.parametrize(("given", "expected"), [(None, "1"), ("0", "0")])
def test_onednn_is_used_unless_the_environment_says_otherwise(
    given: str | None, expected: str
) -> None:
    """TensorFlow's own default hangs on the processor, so this asks for what it is told."""
    left = {k: v for k, v in os.environ.items() if k != "TF_ENABLE_ONEDNN_OPTS"}
    said = {} if given is None else {"TF_ENABLE_ONEDNN_OPTS": given}
    found = subprocess.run(
        [sys.executable, "-c", ASKED], env=left | said, capture_output=True, text=True, check=True
    )
    assert found.stdout.split() == [expected]
