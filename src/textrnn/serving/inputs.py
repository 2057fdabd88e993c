"""What users ask a model with: texts, or a file of them; how sure the draws are."""

import sys
from collections.abc import Sequence
from pathlib import Path

from textrnn.errors import UserError

STANDARD_INPUT = Path("-")


def texts(given: Sequence[str], file: Path | None) -> list[str]:
    """Return the texts that are given, or those of a file, one a line.

    Raises:
        UserError: there is none, there are both, or the file is missing, not UTF-8 or has an
            empty line.
    """
    if bool(given) == (file is not None):
        raise UserError(
            'give texts in quotation marks ("a fine film"), or --file with one text a line '
            "(--file - reads standard input): one of the two."
        )
    if file is None:
        return list(given)
    name, content = _read(file)
    try:
        lines = _lines(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UserError(f"{name}, line {line:,}: not UTF-8. Save the file as UTF-8.") from None
    return _without_gaps(name, lines)


def _lines(content: str) -> list[str]:
    """Return the lines; the other characters at which Python breaks lines may stand in a text."""
    lines = content.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines if lines[-1] else lines[:-1]


def _read(file: Path) -> tuple[str, bytes]:
    if file == STANDARD_INPUT:
        return "standard input", sys.stdin.buffer.read()
    try:
        return str(file), file.read_bytes()
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}.") from None


def _without_gaps(name: str, lines: list[str]) -> list[str]:
    if not lines:
        raise UserError(f"{name} is empty: write one text a line.")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            raise UserError(f"{name}, line {number:,}: there is no text. Take the line out.")
    return lines


def temperature(given: float | None, greedy: bool) -> float | None:
    """Return the temperature of the draws; None where the likeliest character is taken.

    Raises:
        UserError: it is not above 0, or is given for a text that is not drawn.
    """
    if greedy and given is not None:
        raise UserError("--greedy draws nothing and has no --temperature: give one of them.")
    if greedy:
        return None
    heat = 1.0 if given is None else given
    if not 0 < heat < float("inf"):
        raise UserError(
            f"the temperature is {heat:g}, but must be above 0; "
            "--greedy takes the likeliest character."
        )
    return heat
