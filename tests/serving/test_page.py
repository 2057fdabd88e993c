"""The page in a real browser: Debian's Chromium without a window, driven by Playwright."""

import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from serving.test_app import COMMAND

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # no other host has an address
]
PATIENCE = 60_000  # milliseconds, on a machine that has more to do
PHONE = {"width": 390, "height": 844}

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no {CHROMIUM}")


@pytest.fixture(scope="module")
def address(playing: Path) -> Iterator[str]:
    process = subprocess.Popen(COMMAND, cwd=playing, stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdout is not None
        yield process.stdout.readline().split()[1]
        process.send_signal(signal.SIGINT)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The page, opened; it must ask nobody but this machine, and complain of nothing."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    expect(page.locator("#cells .units button").first).to_be_visible()
    yield page
    hosts = {urlsplit(url).hostname for url in asked if not url.startswith("data:")}
    assert hosts == {"127.0.0.1"}
    refused = "Failed to load resource: the server responded with a status of 4"  # by intent
    assert [text for text in complaints if not text.startswith(refused)] == []
    context.close()


def shades(page: Page, section: str) -> list[float]:
    """How strongly each piece of a section's text is coloured."""
    found: list[float] = page.locator(f"{section} .read .t").evaluate_all(
        "pieces => pieces.map(piece => Number(piece.style.getPropertyValue('--v')))"
    )
    return found


def test_a_review_is_judged_beside_the_baseline(page: Page) -> None:
    page.locator("#review [name=text]").fill("A fine, DULL film zzz")
    page.get_by_role("button", name="Judge").click()
    model, baseline = page.locator("#review .card").all()
    expect(model.locator("h3")).to_contain_text("sentiment/tiny")
    expect(model.locator(".read")).to_have_text("A fine, DULL film zzz")
    expect(baseline.locator("h3")).to_contain_text("NB-SVM")
    expect(baseline.locator(".read")).to_have_text("A fine, DULL film zzz")
    assert model.locator(".unknown").all_text_contents() == [",", "zzz"]
    for card in (model, baseline):
        expect(card.locator(".verdict b")).to_have_text(re.compile("^(positive|negative)$"))
        expect(card.locator(".verdict span")).to_have_text(re.compile(r"^probability \d+\.\d %$"))
    fine, dull = (baseline.get_by_text(word, exact=True).first for word in ("fine", "DULL"))
    expect(fine).to_have_class(re.compile(r"\bpos\b"))
    expect(dull).to_have_class(re.compile(r"\bneg\b"))
    assert max(shades(page, "[data-who=baseline]")) == 1


def test_words_are_explained_to_pointer_and_keyboard(page: Page) -> None:
    card = page.locator("[data-who=model]")
    card.locator(".t").first.hover()
    expect(card.locator(".readout")).to_have_text(re.compile(r"without it, \d+\.\d % positive"))
    card.locator(".read").focus()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    expect(card.locator(".t.at")).to_have_count(1)
    second = card.locator(".t").nth(2).text_content()
    expect(card.locator(".readout q")).to_have_text(second or "")


def test_text_is_written_and_coloured_by_surprise(page: Page) -> None:
    section = page.locator("#text")
    section.locator("[name=start]").fill("He ")
    section.locator("[name=count]").fill("60")
    section.get_by_role("button", name="Write").click()
    expect(section.locator(".t")).to_have_count(63)
    expect(section.locator(".figures")).to_contain_text("bits a character, over 60 written")
    expect(section.locator(".start.t")).to_have_text(["H", "e", " "])
    first = section.locator(".read").text_content()
    assert first is not None
    assert first.startswith("He ")
    found = shades(page, "#text")
    section.locator(".t").nth(5).hover()
    said = section.locator(".readout").text_content() or ""
    bits = float(re.search(r"(\d+\.\d\d) bits", said)[1])  # type: ignore[index]
    assert found[5] == pytest.approx(min(1, bits / 8), abs=0.002)
    section.get_by_label("Greedy").check()
    section.get_by_role("button", name="Write").click()
    expect(section.get_by_role("button", name="Write")).to_be_enabled()
    expect(section.locator(".t")).to_have_count(63)
    assert section.locator(".read").text_content() != first


def test_writing_can_be_stopped(page: Page) -> None:
    section = page.locator("#text")
    section.locator("[name=count]").fill("5000")
    section.get_by_role("button", name="Write").click()
    expect(section.locator(".t").nth(20)).to_be_attached()
    section.get_by_role("button", name="Stop").click()
    expect(section.get_by_role("button", name="Write")).to_be_enabled()
    count = section.locator(".t").count()
    assert 20 < count < 5000
    expect(section.locator(".problem")).to_be_hidden()


def test_a_unit_is_followed_through_a_text(page: Page) -> None:
    section = page.locator("#cells")
    expect(section.locator(".read")).to_have_text("dead\nHe bed a deed")
    expect(section.locator(".holds")).to_contain_text("tanh(c); 5 units")
    before = shades(page, "#cells")
    section.get_by_label("Find units by").select_option("position in the line")
    chosen = section.locator(".units [aria-pressed=true]")
    expect(chosen).to_have_count(1)
    section.locator(".units button").last.click()
    expect(section.locator(".units button").last).to_have_attribute("aria-pressed", "true")
    assert shades(page, "#cells") != before
    section.get_by_label("Layer").select_option("layer 2")
    section.locator(".t").first.hover()
    expect(section.locator(".readout")).to_have_text(re.compile(r"unit \d holds [+−]0\.\d\d"))
    section.get_by_label("Model").select_option("sentiment/tiny")
    expect(section.get_by_label("Layer")).to_contain_text("layer 1, backwards")


def test_a_model_that_is_not_here_is_answered_with_its_commands(page: Page) -> None:
    section = page.locator("#review")
    section.get_by_label("Model").select_option("sentiment/quick")
    expect(section.locator(".problem code").first).to_contain_text("dvc pull data/sentiment/models")
    section.get_by_label("Model").select_option("sentiment/tiny")
    expect(section.locator(".problem").first).to_be_hidden()


def test_what_the_server_refuses_is_said(page: Page) -> None:
    section = page.locator("#text")
    section.locator("[name=start]").fill("Ω")
    section.get_by_role("button", name="Write").click()
    expect(section.locator(".problem")).to_contain_text("does not know the character 'Ω' (U+03A9)")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_a_phone(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.locator("#text").get_by_role("button", name="Write").click()
    expect(page.locator("#text .t").nth(5)).to_be_attached()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
