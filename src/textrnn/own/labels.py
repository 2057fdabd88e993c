"""What the labels of a table mean: 0, 1, a class of many, or nothing that is wanted."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from textrnn.errors import UserError
from textrnn.params import problems
from textrnn.params.corpus import PLAIN

SHOWN = 12  # labels in a message
MANY = 20  # classes at most: a column of more labels hardly is one of labels


@dataclass(frozen=True)
class Meaning:
    """What each label of a table means."""

    labels: dict[str, int]  # to a class
    drop: list[str]  # whose rows are left out

    @property
    def classes(self) -> int:
        """How many there are."""
        return len(set(self.labels.values()))

    @property
    def of_class(self) -> list[list[str]]:
        """The labels of each class."""
        return [
            [label for label, value in self.labels.items() if value == number]
            for number in range(self.classes)
        ]


def meaning(
    found: Counter[str], positive: Sequence[str], negative: Sequence[str], drop: Sequence[str]
) -> Meaning:
    """Return the meaning of the labels that were found, by what the user says of them.

    Labels 0 and 1 need no saying, and three or more of which nothing is said are a class each.
    Where only one class is named, the other one is all the rest.

    Raises:
        UserError: a label has no meaning or two, is not in the table, or a class is left empty;
            there are too many labels for classes.
    """
    _check_named(found, [*positive, *negative, *drop])
    rest = [label for label in found if label not in {*positive, *negative, *drop}]
    if not positive and not negative:
        if len(rest) > 2:
            return Meaning(_a_class_each(rest, found), list(drop))
        if not set(rest) <= set(PLAIN):
            raise UserError(f"the labels are {counted(found, found)}: {_which(rest)}")
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


def _which(labels: Sequence[str]) -> str:
    return (
        f"say which are positive, one --positive for each (such as --positive {max(labels)!r}); "
        "the others are then negative, but for those of --drop."
    )


def _a_class_each(labels: Sequence[str], found: Counter[str]) -> dict[str, int]:
    """Number labels as classes: whole numbers by their value, others by the alphabet."""
    if "" in labels:
        raise UserError(f"{found['']:,} rows have no label: leave them out with --drop ''.")
    if len(labels) > MANY:
        raise UserError(
            f"the labels are {counted(labels, found)}: of more than {MANY} none is made a class. "
            f"Name another column with --label, or {_which(labels)}"
        )
    return {label: number for number, label in enumerate(in_order(labels))}


def in_order(labels: Iterable[str]) -> list[str]:
    """Return labels by their value, if all are whole numbers, and by the alphabet if not."""
    alphabetical = sorted(labels)
    try:
        return sorted(alphabetical, key=int)
    except ValueError:
        return alphabetical


def counted(labels: Iterable[str], found: Counter[str]) -> str:
    """Return labels with their numbers of rows: `4 (30), 5 (1,200)`."""
    each = [f"{label or '(empty)'} ({found[label]:,})" for label in in_order(labels)]
    more = f" and {len(each) - SHOWN:,} more" if len(each) > SHOWN else ""
    return ", ".join(each[:SHOWN]) + more


def _check_named(found: Counter[str], named: Sequence[str]) -> None:
    for label in named:
        if label not in found:
            raise UserError(f"no row has the label {label!r}{problems.nearest(label, found)}")
        if named.count(label) > 1:
            raise UserError(f"the label {label!r} is given a meaning twice.")
