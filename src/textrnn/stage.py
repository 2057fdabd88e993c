"""What every stage has in common: its name, and how it fails."""

import functools
import sys
from collections.abc import Callable
from pathlib import Path

from textrnn.errors import UserError


def stage(function: Callable[[str], None]) -> Callable[[], None]:
    """Make a stage of `main(name)`: the name comes from the command line.

    A `UserError` is printed as `stage@name: sentence` on standard error, and the status is 1.
    """
    path = Path(function.__code__.co_filename)
    verb = path.stem if path.parent.name == "stages" else f"{path.parent.name}-{path.stem}"

    @functools.wraps(function)
    def main() -> None:
        if len(sys.argv) != 2 or sys.argv[1] in ("-h", "--help"):
            sys.stdout.write(_help(path, verb))
            raise SystemExit(0 if len(sys.argv) == 2 else 2)
        try:
            function(sys.argv[1])
        except UserError as error:
            sys.stderr.write(f"{verb}@{sys.argv[1]}: {error}\n")
            raise SystemExit(1) from None

    return main


def _help(path: Path, verb: str) -> str:
    """Return the stage script's own docstring and how to call it."""
    docstring = path.read_text(encoding="utf-8").split('"""')[1]
    return (
        f"{docstring.strip()}\n\nUsage: python {path.name} NAME   (dvc repro {verb}@NAME runs it)\n"
    )
