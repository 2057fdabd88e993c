"""How cost grows: the fits, the page and the picture of what scaling.json holds."""

import json

import pytest

import scaling_page
import table
from scaling import BATCHES, BUCKETS, DATA, ENGINES, RESULTS, SIZES, TRAINING, WORKERS

MACHINE = {
    "processor": "Any", "cores": 2, "instructions": ["avx2"], "memory_gib": 8,
    "system": "Linux x86_64", "python": "3.11.9",
}  # fmt: skip


def entry(seconds: dict[str, float]) -> dict[str, object]:
    found = {n: {"minimum": s, "median": s, "figures": {}} for n, s in seconds.items()}
    return {"title": "x", "rounds": 2, "contenders": found, "notes": [], "machine": MACHINE}


LAW = {
    "data": entry(
        {f"local, {t} ×": 2.0 * t for t in SIZES} | {f"beam, {t} ×": 7.0 * t**0.5 for t in SIZES}
    ),
    "training": entry({f"training, {t} ×": 3.0 * t**1.25 for t in SIZES[:-1]}),
}


def test_the_exponent_of_a_power_law_is_found() -> None:
    local, beam, training = scaling_page.growths(LAW)
    assert [g.kind for g in (local, beam, training)] == ["local", "beam", "training"]
    assert local.exponent == pytest.approx(1.0)
    assert beam.exponent == pytest.approx(0.5)
    assert training.exponent == pytest.approx(1.25)
    assert local.marginal == pytest.approx(2.0)
    assert training.sizes == list(SIZES[:-1])


def test_the_page_has_fits_and_the_picture_a_line_for_each() -> None:
    page = scaling_page.render(LAW)
    assert "| data stages, Beam | 1 × 4 × 16 × 64 × | 0.50 |" in page
    assert "| local, 64 × | 128 s |" in page
    picture = scaling_page.picture(LAW)
    assert picture.startswith("<svg")
    assert all(name in picture for name in scaling_page.NAMES.values())


def test_what_is_measured_is_what_the_page_asks_for() -> None:
    assert set(DATA.contenders) == {f"{e}, {t} ×" for e in ENGINES for t in SIZES}
    assert set(TRAINING.contenders) == {f"training, {t} ×" for t in SIZES[:-1]}
    assert len(BUCKETS.contenders) == len(BATCHES)
    assert list(WORKERS.contenders) == ["1 worker", "2 workers"]


def test_the_committed_page_and_picture_are_what_the_results_render_to() -> None:
    entries = json.loads(RESULTS.read_text(encoding="utf-8"))
    page = scaling_page.PAGE.read_text(encoding="utf-8")
    assert page == table.inserted(page, scaling_page.render(entries))
    picture = scaling_page.PICTURE.read_text(encoding="utf-8")
    assert picture == scaling_page.picture(entries)
