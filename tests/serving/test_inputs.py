"""What users give: texts or a file, and a temperature."""

from pathlib import Path

import pytest

from textrnn.errors import UserError
from textrnn.serving import inputs


@pytest.mark.parametrize(
    "content", [b"a fine film\ndull\n", b"a fine film\r\ndull", b"\xef\xbb\xbfa fine film\ndull"]
)
def test_a_file_has_one_text_a_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "reviews.txt").write_bytes(content)
    assert inputs.texts([], tmp_path / "reviews.txt") == ["a fine film", "dull"]


def test_only_line_ends_end_a_line(tmp_path: Path) -> None:
    """Python's `splitlines` also ends one at a form feed, U+0085, U+2028 and others."""
    text = "a\x0b fine\x0c\x1c\x85film\u2028\u2029"
    (tmp_path / "reviews.txt").write_bytes(f"{text}\r\n{text}\r{text}\n".encode())
    assert inputs.texts([], tmp_path / "reviews.txt") == [text] * 3


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "reviews.txt is empty"),
        (b"fine\n \ndull\n", "reviews.txt, line 2: there is no text"),
        (b"fine\ncaf\xe9\n", "reviews.txt, line 2: not UTF-8"),
    ],
)
def test_a_file_that_is_no_list_of_texts(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "reviews.txt").write_bytes(content)
    with pytest.raises(UserError, match=said):
        inputs.texts([], tmp_path / "reviews.txt")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none\.txt cannot be read: No such file"):
        inputs.texts([], tmp_path / "none.txt")


@pytest.mark.parametrize("given", [[], ["a"]])
def test_texts_or_a_file_but_not_both(tmp_path: Path, given: list[str]) -> None:
    with pytest.raises(UserError, match="one of the two"):
        inputs.texts(given, tmp_path / "x.txt" if given else None)


def test_temperature() -> None:
    assert inputs.temperature(None, greedy=False) == 1.0
    assert inputs.temperature(0.5, greedy=False) == 0.5
    assert inputs.temperature(None, greedy=True) is None


@pytest.mark.parametrize(
    ("given", "greedy"), [(0.0, False), (-1.0, False), (float("nan"), False), (1.0, True)]
)
def test_a_temperature_that_means_nothing(given: float, greedy: bool) -> None:
    with pytest.raises(UserError, match="--greedy"):
        inputs.temperature(given, greedy=greedy)
