"""Every fault of docs/reliability.md, by the test that brings it about."""

import re
import subprocess
import sys
from collections.abc import Iterator

from pipeline.layout import ROOT


def soak(times: int) -> Iterator[bool]:
    """Bring each fault about so many times; yield whether its test passed."""
    page = (ROOT / "docs/reliability.md").read_text(encoding="utf-8")
    tests = list(dict.fromkeys(re.findall(r"`(tests/\S+\.py::\w+)`", page)))
    for turn in range(1, times + 1):
        for test in tests:
            done = subprocess.run(
                [sys.executable, "-m", "pytest", "-q", test],
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=False,
            )
            verdict = "nothing lost" if done.returncode == 0 else done.stdout
            print(f"fault, turn {turn}: {test}: {verdict}", flush=True)
            yield done.returncode == 0
