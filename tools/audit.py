"""Ask the package index for known vulnerabilities of what the locks hold: findings are warnings.

They are no failure, since a fix may not exist yet; and where the index has no advisories to give
(no network, a mirror without them), one line says so.
"""

import json
import subprocess
import sys
from typing import Any

LOCK = "requirements-dev.lock"  # holds all of requirements.lock too
SECONDS = 120
COMMAND = [
    *(sys.executable, "-m", "pip_audit", "--requirement", LOCK, "--require-hashes"),
    *("--disable-pip", "--format", "json", "--progress-spinner", "off", "--timeout", "10"),
]


def main() -> None:
    try:
        done = subprocess.run(COMMAND, capture_output=True, text=True, check=False, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        print(f"warning: nothing was audited: no answer within {SECONDS} seconds")
        return
    for line in lines(done.stdout, done.stderr):
        print(line)


def lines(report: str, errors: str) -> list[str]:
    """Return what to print of a report of pip-audit's; an empty one is explained by its errors."""
    try:
        packages = json.loads(report)["dependencies"]
    except ValueError:
        last = (errors.strip().splitlines() or ["pip-audit said nothing"])[-1]
        return [f"warning: nothing was audited: {last}"]
    audited = [package for package in packages if "skip_reason" not in package]
    if not audited:
        return ["warning: nothing was audited: this package index has no advisories"]
    found = [finding(p, v) for p in audited for v in p["vulns"]]
    skipped = [f"warning: not audited: {p['name']}" for p in packages if "skip_reason" in p]
    return [*skipped, *found, f"pip-audit: {len(found)} findings in {len(audited)} packages"]


def finding(package: dict[str, Any], vulnerability: dict[str, Any]) -> str:
    fixed = ", ".join(vulnerability["fix_versions"]) or "no version yet"
    known_as = ", ".join([vulnerability["id"], *vulnerability.get("aliases", [])])
    return f"warning: {package['name']} {package['version']}: {known_as}; fixed in {fixed}"


if __name__ == "__main__":
    main()
