"""Other coders of a text: that they are real, what is held out, and how the order is chosen."""

import lzma
import os
from pathlib import Path

import numpy as np
import pyppmd
import pytest

from textrnn import corpora
from textrnn.charlm import alphabet, baselines, blocks, chunking, compressors, kneser_ney
from textrnn.params import base
from textrnn.params.charlm_baselines import CharacterBaselines, CharacterNGrams, Ppmd
from textrnn.params.chunk import Chunk
from textrnn.params.corpus import RawCorpus, ReadText, Text
from textrnn.reading.text import read_text

PPMD = Ppmd(order=8, memory=16)
OPTIONS = CharacterBaselines(ppmd=PPMD, ngrams=CharacterNGrams(orders=[1, 2, 3], valid=0.1))
WORDS = np.random.default_rng(1).choice(["the ", "island ", "sea\n", "été "], size=600)
TEXT = "".join(WORDS)


def parts(valid: float, test: float) -> dict[str, str]:
    return chunking.cut(TEXT, Chunk(valid=valid, test=test, steps=5, stride=5, shards=1))


def measured(valid: float, test: float) -> dict[str, dict[str, dict[str, float]]]:
    return baselines.measure(parts(valid, test), alphabet.of(TEXT), OPTIONS)[0]


def test_ppmd_s_code_can_be_decoded() -> None:
    encoder = pyppmd.Ppmd7Encoder(PPMD.order, PPMD.memory * compressors.MIB)
    content = TEXT.encode()
    code = encoder.encode(content) + encoder.flush()
    assert compressors.all_of(PPMD)["ppmd"](content) == len(code)
    decoder = pyppmd.Ppmd7Decoder(PPMD.order, PPMD.memory * compressors.MIB)
    assert decoder.decode(code, len(content)) == content


def test_held_out_text_costs_what_it_adds_a_character() -> None:
    def xz(text: str) -> int:
        return len(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))

    cut = parts(0.2, 0.1)
    found = measured(0.2, 0.1)["xz"]
    first, second = cut["train"], cut["train"] + cut["valid"]
    assert found["valid"]["bits_per_char"] == 8 * (xz(second) - xz(first)) / len(cut["valid"])
    assert found["test"]["bits_per_char"] == 8 * (xz(TEXT) - xz(second)) / len(cut["test"])
    assert found["whole"]["bits_per_char"] == 8 * xz(TEXT) / len(TEXT)


def test_blocks_cost_together_what_the_text_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """PPMd's in whole bytes, some of which are another block's."""
    monkeypatch.setattr(blocks, "BLOCK", 1000)
    texts = {"train": TEXT, "valid": TEXT[500:], "test": TEXT[::-1] * 5}
    found, by_block = baselines.measure(texts, alphabet.of(TEXT), OPTIONS)
    assert len(texts["test"]) > blocks.FEWEST * blocks.BLOCK
    for (name, split), rows in by_block.groupby(["coder", "split"]):
        cost = found[str(name)][str(split)]["bits_per_char"]
        assert rows["characters"].sum() == len(texts[str(split)])
        bits = np.average(rows["bits_per_char"], weights=rows["characters"])
        slack = 8 * 5 / len(texts[str(split)]) if name == "ppmd" else 1e-12
        assert bits == pytest.approx(cost, abs=slack)
        if split == "test":
            low, high = (found[str(name)]["test"][f"bits_per_char_{s}"] for s in ("low", "high"))
            assert rows["bits_per_char"].min() <= low < high <= rows["bits_per_char"].max()
    assert set(by_block["coder"]) == {"ppmd", "ngrams"}


def test_where_nothing_is_held_out_the_whole_text_is_coded() -> None:
    found = measured(0.0, 0.0)
    assert {name: list(values) for name, values in found.items()} == {
        name: ["whole"] for name in ("zlib", "bzip2", "xz", "ppmd")
    }
    nothing = baselines.measure(parts(0.0, 0.0), alphabet.of(TEXT), OPTIONS)[1]
    assert (list(nothing.columns), len(nothing)) == (["coder", *blocks.COLUMNS], 0)


@pytest.mark.parametrize(("valid", "test"), [(0.1, 0.1), (0.0, 0.1), (0.1, 0.0)])
def test_figures_are_of_what_is_held_out(valid: float, test: float) -> None:
    held_out = {"valid": valid, "test": test}
    expected = {split for split, share in held_out.items() if share}
    found = measured(valid, test)
    for name in ("zlib", "bzip2", "xz", "ppmd"):
        assert set(found[name]) == {"whole"} | expected
    assert set(found["ngrams"]) == {"order"} | expected


def test_the_order_is_chosen_on_validation_and_test_changes_nothing() -> None:
    cut = parts(0.1, 0.1)
    known = alphabet.of(TEXT)
    ids = {split: known.encode(text).astype(np.int64) for split, text in cut.items()}
    tried = kneser_ney.bits(ids["train"], ids["valid"], known.size, 3)
    best = min(tried, key=lambda n: tried[n].mean())
    other = cut | {"test": cut["test"][::-1]}
    for texts in (cut, other):
        found = baselines.measure(texts, known, OPTIONS)[0]["ngrams"]
        assert found["order"] == best
        assert found["valid"]["bits_per_char"] == pytest.approx(tried[best].mean())


def test_without_validation_the_end_of_the_training_text_chooses() -> None:
    """The end is noise, of which a longer memory knows nothing; all before it is a rhythm."""
    rhythm, noise = "aab" * 300, "".join(np.random.default_rng(1).choice(list("ab"), size=150))
    texts = {"train": rhythm + noise, "valid": "", "test": rhythm}
    options = OPTIONS.model_copy(
        update={"ngrams": CharacterNGrams(orders=[1, 3], valid=len(noise) / len(texts["train"]))}
    )
    assert baselines.measure(texts, alphabet.of("ab"), options)[0]["ngrams"]["order"] == 1


def test_the_novel_s_figures(root: Path, tmp_path: Path) -> None:
    """What other measurements of exactly this text gave, in bits a character."""
    if not os.environ.get(corpora.MIRROR):
        pytest.skip(f"the novel needs {corpora.MIRROR}")
    corpus: Text = base.load("corpora.raw.mysterious-island", RawCorpus, root / base.FILE)
    file = tmp_path / "novel.txt"
    corpora.fetch("mysterious-island", corpus.fetch, file)
    read: ReadText = corpus.read
    text = read_text(file, read)
    before = text[: round(0.9 * len(text))]
    expected = {"zlib": (2.868, 2.876), "bzip2": (2.066, 2.112), "ppmd": (1.783, 1.703)}
    coders = compressors.all_of(
        base.load("charlm.baselines", CharacterBaselines, root / base.FILE).ppmd
    )
    for name, (whole, tail) in expected.items():
        found = compressors.bits_per_char(coders[name], before, text[len(before) :])
        assert found == pytest.approx(tail, abs=1e-3)
        assert compressors.bits_per_char(coders[name], "", text) == pytest.approx(whole, abs=1e-3)
