"""The audit of a running text: where it was cut from its file, and what is odd in it."""

from pathlib import Path

import pytest

from textrnn.charlm import audit
from textrnn.params.corpus import ReadText
from textrnn.reading.text import locate

FILE = "licence\n\nBOOK\nOne\ttwo\x0b.\nBOOK caf\ufffd\nTHE END\nlicence, END\n"


def found(tmp_path: Path, read: ReadText, **parts: str) -> dict[str, object]:
    (tmp_path / "novel.txt").write_text(FILE, encoding="utf-8")
    located = locate(tmp_path / "novel.txt", read)
    return audit.summary(located, read, {"train": "", "valid": "", "test": ""} | parts)


def test_markers_are_found_and_what_they_leave_out_is_counted(tmp_path: Path) -> None:
    values = found(tmp_path, ReadText(start="BOOK", end="END"))
    assert values["start"] == {"line": 3, "times": 2}
    assert values["end"] == {"line": 6, "times": 2}
    assert values["file"] == {"characters": len(FILE), "before": 9, "behind": 17}
    kept = "BOOK\nOne\ttwo\x0b.\nBOOK caf\ufffd\nTHE "
    assert values["text"] == {
        "characters": len(kept),
        "lines": 4,
        "different": len(set(kept)),
        "controls": 1,
        "replaced": 1,
    }


def test_of_no_marker_nothing_is_said(tmp_path: Path) -> None:
    values = found(tmp_path, ReadText(start=None, end=None))
    assert {"start", "end"}.isdisjoint(values)
    assert values["file"] == {"characters": len(FILE), "before": 0, "behind": 0}


def test_what_test_repeats_of_train_is_measured_and_not_handed_on(tmp_path: Path) -> None:
    passage = "".join(chr(97 + i * i % 23) for i in range(60))
    values = found(
        tmp_path, ReadText(start=None, end=None), train=f"{passage}!", test=f"?{passage}{'.' * 59}"
    )
    assert values["characters"] == {"train": 61, "valid": 0, "test": 120}
    assert values["test"] == {"longest_in_train": 60, "share_in_train": pytest.approx(0.5)}


def test_of_a_text_without_a_held_out_part_nothing_is_compared(tmp_path: Path) -> None:
    assert "test" not in found(tmp_path, ReadText(start=None, end=None), train="all of it")
