"""Texts without labels: none that stands in the labelled corpus, each once, and a file of them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textrnn.errors import UserError
from textrnn.sentiment import unlabelled

TEXTS = st.lists(st.text(st.sampled_from("ab \n"), max_size=3))


@given(texts=TEXTS, others=TEXTS)
def test_what_is_kept_is_new_once_and_in_order(texts: list[str], others: list[str]) -> None:
    kept = list(unlabelled.less(texts, others))
    known = {text.strip() for text in others}
    new = [text.strip() for text in texts if text.strip() not in known]
    assert [text.strip() for text in kept] == list(dict.fromkeys(new))
    assert set(kept) <= set(texts)


def test_a_file_gives_the_texts_back(tmp_path: Path) -> None:
    texts = ["two\nlines", 'a "quote"', "naïve 🙂"]
    assert unlabelled.write(texts, tmp_path / "texts.jsonl") == 3
    assert list(unlabelled.read(tmp_path / "texts.jsonl")) == texts


@pytest.mark.parametrize("line", ['{"text": "a"}', '"cut', "\x00", "7"])
def test_a_line_that_is_no_text_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "texts.jsonl"
    file.write_text(f'"fine"\n{line}\n')
    with pytest.raises(UserError, match=r"texts\.jsonl, line 2: not a text"):
        list(unlabelled.read(file))
