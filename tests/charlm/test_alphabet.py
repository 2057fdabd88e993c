"""Alphabets: the sorted characters, and what happens to one that is not among them."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textrnn.charlm import alphabet, texts
from textrnn.charlm.alphabet import Alphabet
from textrnn.errors import UserError

text = st.text(st.characters(exclude_categories=["Cs"]))


def test_characters_are_sorted_and_numbered_from_0() -> None:
    known = alphabet.of("hello\n World")
    assert known.characters == list("\n Wdehlor")
    assert known.size == 9
    found = known.encode("oh\n")
    assert found.dtype == np.int32
    assert found.tolist() == [7, 5, 0]


@given(text)
def test_ids_become_the_text_again(text: str) -> None:
    known = alphabet.of(text)
    assert known.size == len(set(text))
    assert known.decode(known.encode(text)) == text


@pytest.mark.parametrize(
    ("character", "named"),
    [("é", "'é' (U+00E9)"), ("\t", "'\\t' (U+0009)"), ("😀", "'😀' (U+1F600)")],
)
def test_an_unknown_character_is_named(character: str, named: str) -> None:
    with pytest.raises(UserError) as caught:
        Alphabet("ab\n").encode(f"ab{character}b")
    assert named in str(caught.value)
    assert "it knows: 'ab\\n'" in str(caught.value)


@given(text)
def test_a_file_gives_back_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    file = tmp_path_factory.mktemp("alphabet") / "vocab.json"
    alphabet.write(alphabet.of(text), file)
    assert alphabet.read(file).characters == alphabet.of(text).characters


@pytest.mark.parametrize("text", ["a\nb\r\nc\rd\u2028e\x85f\x0cg\n", ""])
def test_line_breaks_survive_files(tmp_path: Path, text: str) -> None:
    texts.write(text, tmp_path / "text.txt")
    assert texts.read(tmp_path / "text.txt") == text
    alphabet.write(alphabet.of(text), tmp_path / "vocab.json")
    assert alphabet.read(tmp_path / "vocab.json").characters == sorted(set(text))
