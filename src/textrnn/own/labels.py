"""What the labels of a table mean: 0, 1, or nothing that is wanted."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from textrnn.errors import UserError
from textrnn.params import problems

PLAIN = {"0": 0, "1": 1}
SHOWN = 12  # labels in a message


@dataclass(frozen=True)
class Meaning:
    """What each label of a table means."""

    labels: dict[str, int]  # to 0 or 1
    drop: list[str]  # whose rows are left out


def meaning(
    found: Counter[str], positive: Sequence[str], negative: Sequence[str], drop: Sequence[str]
) -> Meaning:
    """Return the meaning of the labels that were found, by what the user says of them.

    Labels 0 and 1 need no saying. Where only one class is named, the other one is all the rest.

    Raises:
        UserError: a label has no meaning or two, is not in the table, or a class is left empty.
    """
    _check_named(found, [*positive, *negative, *drop])
    rest = [label for label in found if label not in {*positive, *negative, *drop}]
    if not positive and not negative:
        if not set(rest) <= set(PLAIN):
            raise UserError(
                f"the labels are {counted(found, found)}: say which are positive, one "
                f"--positive for each (such as --positive {max(rest)!r}); the others are then "
                "negative, but for those of --drop."
            )
        positive, negative = [x for x in rest if x == "1"], [x for x in rest if x == "0"]
    elif not negative:
        negative = rest
    elif not positive:
        positive = rest
    elif rest:
        raise UserError(
            f"nothing is said of the label{'s' * (len(rest) > 1)} {counted(rest, found)}: name "
            "each with --positive, --negative or --drop."
        )
    if not positive or not negative:
        raise UserError(
            f"no label is {'negative' if positive else 'positive'}: two classes are needed."
        )
    return Meaning({**dict.fromkeys(positive, 1), **dict.fromkeys(negative, 0)}, list(drop))


def counted(labels: Iterable[str], found: Counter[str]) -> str:
    """Return labels with their numbers of rows: `4 (30), 5 (1,200)`."""
    each = [f"{label or '(empty)'} ({found[label]:,})" for label in sorted(labels)]
    more = f" and {len(each) - SHOWN:,} more" if len(each) > SHOWN else ""
    return ", ".join(each[:SHOWN]) + more


def _check_named(found: Counter[str], named: Sequence[str]) -> None:
    for label in named:
        if label not in found:
            raise UserError(f"no row has the label {label!r}{problems.nearest(label, found)}")
        if named.count(label) > 1:
            raise UserError(f"the label {label!r} is given a meaning twice.")
