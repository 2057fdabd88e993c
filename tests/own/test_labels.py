"""What labels mean: what the user says, and nothing that nobody said."""

from collections import Counter

import pytest

from textrnn.errors import UserError
from textrnn.own.labels import counted, meaning

STARS = Counter({"5": 9, "1": 8, "3": 7, "4": 2})
MANY = Counter(f"{i:03d}" for i in range(21))


def test_zero_and_one_need_no_saying() -> None:
    found = meaning(Counter({"1": 3, "0": 4}), [], [], [])
    assert (found.labels, found.drop) == ({"1": 1, "0": 0}, [])
    assert meaning(Counter("01?"), [], [], ["?"]).drop == ["?"]


def test_one_class_named_makes_the_rest_the_other() -> None:
    assert meaning(STARS, ["5", "4"], [], ["3"]).labels == {"5": 1, "4": 1, "1": 0}
    assert meaning(STARS, [], ["1", "3"], []).labels == {"5": 1, "4": 1, "1": 0, "3": 0}


def test_three_or_more_of_which_nothing_is_said_are_a_class_each() -> None:
    """Numbers by their value, words by the alphabet."""
    found = meaning(STARS, [], [], [])
    assert list(found.labels.items()) == [("1", 0), ("3", 1), ("4", 2), ("5", 3)]
    assert (found.classes, found.of_class) == (4, [["1"], ["3"], ["4"], ["5"]])
    assert list(meaning(Counter(["10", "9", "-2"]), [], [], []).labels) == ["-2", "9", "10"]
    assert list(meaning(Counter(["so-so", "bad", "9"]), [], [], []).labels) == ["9", "bad", "so-so"]
    assert meaning(STARS, [], [], ["3"]).labels == {"1": 0, "4": 1, "5": 2}
    assert len(meaning(MANY, [], [], ["000"]).labels) == 20


def test_labels_of_one_class_are_one_word() -> None:
    found = meaning(STARS, ["5", "4"], [], [])
    assert found.of_class == [["1", "3"], ["5", "4"]]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (Counter(["a", "b"]), r"labels are a \(1\), b \(1\): say .* --positive 'b'"),
        (Counter(["a"]), r"labels are a \(1\): say which are positive"),
        (Counter(["a", "b", "", ""]), r"2 rows have no label: leave them out with --drop ''"),
        (MANY, r"and 9 more: of more than 20 none is made a class\. Name another .* --positive"),
    ],
)
def test_what_makes_no_classes(found: Counter[str], said: str) -> None:
    with pytest.raises(UserError, match=said):
        meaning(found, [], [], [])


@pytest.mark.parametrize(
    ("positive", "negative", "drop", "said"),
    [
        (["5"], ["1"], [], r"nothing is said of the labels 3 \(7\), 4 \(2\)"),
        (["5"], ["1"], ["3"], r"nothing is said of the label 4 \(2\)"),
        (["five"], [], [], r"no row has the label 'five' \(there are: 5, 1, 3, 4\)"),
        (["5"], ["5"], [], "'5' is given a meaning twice"),
        (["1", "3", "4", "5"], [], [], "no label is negative"),
        ([], ["1", "3", "4", "5"], [], "no label is positive"),
    ],
)
def test_what_is_not_said_is_asked_for(
    positive: list[str], negative: list[str], drop: list[str], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        meaning(STARS, positive, negative, drop)


def test_a_column_of_texts_is_not_listed_whole() -> None:
    many = Counter(f"text {i:02d}" for i in range(100))
    assert counted(many, many).endswith("text 11 (1) and 88 more")
