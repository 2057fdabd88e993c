"""Write changes/report.md: which metrics, parameters and curves differ from a commit.

python tools/pull_request.py origin/main
"""

import json
import re
import subprocess
import sys
from pathlib import Path

from textrnn import atomic

FOLDER = Path("changes")
SHOWN = ("learning_curve.csv", "roc.csv", "calibration.csv")
HEAD = 4  # lines of a table without rows, the blank ones at its end too
SAME = "No change.\n"


def main(base: str) -> None:
    pictures = draw(base)
    with atomic.folder(FOLDER) as folder:
        for name, picture in pictures.items():
            (folder / name).write_bytes(picture)
        (folder / "report.md").write_text(report(base, list(pictures)), encoding="utf-8")
    print(FOLDER / "report.md")


def report(base: str, pictures: list[str]) -> str:
    """Return the comment, in Markdown."""
    shown = "\n".join(f"![{Path(name).stem}]({name})" for name in pictures)
    return "\n".join(
        [
            f"# Against `{base}`\n",
            "## Metrics\n",
            differences("metrics", base),
            "## Parameters\n",
            differences("params", base),
            "## Curves\n",
            f"{shown}\n" if shown else SAME,
        ]
    )


def differences(kind: str, base: str) -> str:
    """Return DVC's table of the metrics or parameters that differ."""
    table = dvc(kind, "diff", "--md", base)
    return table if len(table.split("\n")) > HEAD else SAME


def draw(base: str) -> dict[str, bytes]:
    """Return a picture of each curve that differs: the base's and this one's."""
    import vl_convert

    return {
        _name(file): vl_convert.vegalite_to_png(_chart(base, file), scale=1.5)
        for file in _changed(base)
    }


def _chart(base: str, file: str) -> str:
    """Return DVC's own chart of both, as JSON of Vega-Lite."""
    found = json.loads(dvc("plots", "diff", base, "--targets", file, "--show-vega"))
    return json.dumps(found[0] if isinstance(found, list) else found)


def _name(file: str) -> str:
    return re.sub(r"\W+", "-", file.removeprefix("metrics/").removesuffix(".csv")) + ".png"


def _changed(base: str) -> list[str]:
    said = subprocess.run(
        ["git", "diff", "--name-only", "--diff-filter=AM", base, "--", "metrics"],  # noqa: S607
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [file for file in said.splitlines() if file.endswith(SHOWN)]


def dvc(*command: str) -> str:
    """Return what a command of DVC prints."""
    return subprocess.run(
        [sys.executable, "-m", "dvc", *command], capture_output=True, text=True, check=True
    ).stdout


if __name__ == "__main__":
    main(*sys.argv[1:])
