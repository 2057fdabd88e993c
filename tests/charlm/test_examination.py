"""What a model wrote, examined: bits by a plain loop, copies without the start that was given."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from textrnn.backend import tf
from textrnn.charlm import examination
from textrnn.charlm.alphabet import Alphabet
from textrnn.charlm.model import build, zero_states
from textrnn.errors import UserError
from textrnn.params.character_model import Architecture

KNOWN = Alphabet("\n abcdef")
SMALL = Architecture(
    embedding=3, cell="LSTM", units=5, layers=2, dropout=0.5, locked=True, weight_drop=0.3
)
START = "abc d"
TEXTS = {"one": START + "eed a bad\nbead", "two": START + " fade"}


def test_bits_are_those_of_a_plain_loop() -> None:
    model = build(SMALL, KNOWN.size)
    draw = np.random.default_rng(4)
    model.set_weights([draw.normal(size=w.shape).astype(np.float32) for w in model.weights])
    found = examination.examine(TEXTS, START, "bad deed", model, SMALL, KNOWN)
    for name, text in TEXTS.items():
        states, bits = zero_states(SMALL, 1), []
        for i, (now, after) in enumerate(pairwise(text)):
            logits, *states = model([tf.constant(KNOWN.encode(now)[None]), *states], training=False)
            if i + 1 >= len(START):
                share = tf.nn.softmax(logits[0, 0]).numpy()[KNOWN.encode(after)[0]]
                bits.append(-np.log2(share))
        assert len(bits) == len(text) - len(START)
        assert found[name]["bits_per_char"] == pytest.approx(np.mean(bits), rel=1e-4)
    assert (found["one"]["copied"], found["one"]["copied_chars"]) == ("eed", 3)
    assert (found["two"]["copied"], found["two"]["copied_chars"]) == ("ad", 2)


def test_a_model_that_knows_nothing_needs_the_alphabet_s_bits() -> None:
    model = build(SMALL, KNOWN.size)
    model.set_weights([np.zeros_like(w) for w in model.get_weights()])
    found = examination.examine(TEXTS, START, "deed bad.", model, SMALL, KNOWN)
    for values in found.values():
        assert values["bits_per_char"] == pytest.approx(np.log2(KNOWN.size), rel=1e-6)
    # `deed` of the start and the text, `a` and `bad`; `bead` may not have come to its end.
    assert found["one"]["known_words"] == pytest.approx(2 / 3)
    assert "known_words" not in found["two"]


def test_texts_are_read_without_the_line_break_that_ends_their_files(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("abc\n\n")
    (tmp_path / "b.txt").write_text("ab", encoding="utf-8")
    assert examination.read(tmp_path, "ab") == {"a": "abc\n", "b": "ab"}


def test_a_text_of_another_start_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("abc\n")
    with pytest.raises(UserError, match=r"a\.txt does not begin with 'b'"):
        examination.read(tmp_path, "b")
