"""What is installed: locked with hashes, its licences listed, its known vulnerabilities shown."""

import json
import re
from importlib import metadata
from pathlib import Path

import audit
import licences
import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_package_of_a_lock_has_hashes(lock: str) -> None:
    entries = re.split(r"\n(?=[A-Za-z0-9])", (ROOT / lock).read_text(encoding="utf-8"))[1:]
    assert len(entries) > 100
    for entry in entries:
        assert re.match(r"[a-z0-9._-]+==\S+ \\\n    --hash=sha256:[0-9a-f]{64}", entry), entry


def test_the_licences_are_those_of_the_lock() -> None:
    """After a renewal of the lock: `make licences`."""
    page = licences.PAGE.read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| ([a-z0-9._-]+) \| (.+) \|$", page, re.MULTILINE))
    del listed["package"]
    assert list(listed) == licences.packages(licences.LOCK.read_text(encoding="utf-8"))
    installed = {d.name.lower().replace("_", "-") for d in metadata.distributions()}
    for name in set(listed) & installed:
        assert listed[name] == licences.licence(name), name


def test_every_corpus_has_a_licence() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    [table] = re.findall(r"\| corpus \| licence \|\n\|[-|]+\|\n((?:\|.*\n)+)", readme)
    params = (ROOT / "params.yaml").read_text(encoding="utf-8")
    raw = params.split("  raw:", 1)[1].split("  own:", 1)[0]
    for corpus in re.findall(r"^    ([a-z-]+):", raw, re.MULTILINE):
        assert f"`{corpus}`" in table


SKIPPED = {"name": "b", "skip_reason": "Dependency not found on PyPI"}
FOUND = {
    "name": "a",
    "version": "1.0",
    "vulns": [{"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": [], "description": "…"}],
}


@pytest.mark.parametrize(
    ("packages", "said"),
    [
        ([SKIPPED], ["warning: nothing was audited: this package index has no advisories"]),
        (
            [FOUND, SKIPPED],
            [
                "warning: not audited: b",
                "warning: a 1.0: PYSEC-1, CVE-1; fixed in no version yet",
                "pip-audit: 1 findings in 1 packages",
            ],
        ),
        ([FOUND | {"vulns": []}], ["pip-audit: 0 findings in 1 packages"]),
    ],
)
def test_vulnerabilities_are_warnings(packages: list[object], said: list[str]) -> None:
    assert audit.lines(json.dumps({"dependencies": packages}), "") == said


def test_no_network_is_a_line() -> None:
    said = audit.lines("", "Traceback …\nConnectionError: no route to host\n")
    assert said == ["warning: nothing was audited: ConnectionError: no route to host"]
