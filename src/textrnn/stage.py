"""What every stage has in common: its name, and how it fails."""

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from textrnn.errors import UserError


def stage(function: Callable[[str], None]) -> Callable[[], None]:
    """Make a stage of `main(name)`: the name comes from the command line.

    A `UserError` is printed as `stage@name: sentence` on standard error, and the status is 1; so is
    what the machine refuses (see `faults`, which is imported only then). A bug keeps its traceback.
    """
    path = Path(function.__code__.co_filename)
    verb = path.stem if path.parent.name == "stages" else f"{path.parent.name}-{path.stem}"

    @functools.wraps(function)
    def main() -> None:
        if len(sys.argv) != 2 or sys.argv[1] in ("-h", "--help"):
            sys.stdout.write(_help(path, verb))
            raise SystemExit(0 if len(sys.argv) == 2 else 2)
        name = f"{verb}@{sys.argv[1]}"
        try:
            function(sys.argv[1])
        except UserError as error:
            _end(name, str(error))
        except Exception as error:
            from textrnn import faults

            if (sentence := faults.sentence(error, name)) is None:
                raise
            _end(name, sentence)

    return main


def _end(name: str, sentence: str) -> NoReturn:
    sys.stderr.write(f"{name}: {sentence}\n")
    raise SystemExit(1) from None


def _help(path: Path, verb: str) -> str:
    """Return the stage script's own docstring and how to call it."""
    docstring = path.read_text(encoding="utf-8").split('"""')[1]
    return (
        f"{docstring.strip()}\n\nUsage: python {path.name} NAME   (dvc repro {verb}@NAME runs it)\n"
    )
