"""Write docs/licences.md: the licence of every package of requirements.lock, as installed here."""

import re
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements.lock"
PAGE = ROOT / "docs" / "licences.md"

HEAD = """# Licences of dependencies

What `make quick` installs, and under which licence, as each package's own metadata say.
`make licences` writes this page from the installed environment; a test holds it to
`requirements.lock`. Licences of the corpora: [README](../README.md#data).

| package | licence |
|---|---|
"""


def packages(lock: str) -> list[str]:
    """Return the names of a lock's packages, in its order."""
    return re.findall(r"^([A-Za-z0-9._-]+)==", lock, re.MULTILINE)


def licence(name: str) -> str:
    """Return an installed package's licence: its SPDX expression, classifiers or own words."""
    about = metadata.metadata(name)
    if expression := about.get("License-Expression"):
        return expression
    marks = [c for c in about.get_all("Classifier", []) if c.startswith("License :: ")]
    if names := [m.split(" :: ")[-1] for m in marks if not m.endswith("OSI Approved")]:
        return ", ".join(names)
    first = (about.get("License") or "").strip().splitlines()
    return first[0].strip() if first else "not stated"


def page() -> str:
    """Return the whole page."""
    rows = [f"| {name} | {licence(name)} |" for name in packages(LOCK.read_text(encoding="utf-8"))]
    return HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
