"""`textrnn app`: the command, and what its server answers to whatever is asked."""

import base64
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import requests

from serving.conftest import Command
from textrnn.app import routes
from textrnn.serving import attribution, writing

COMMAND = [sys.executable, "-m", "textrnn.cli", "app", "--port", "0"]


DRAFT = {
    "model": "charlm/tiny",
    "start": "He",
    "length": 5,
    "temperature": 1.0,
    "greedy": False,
    "seed": 1,
}


class Served(NamedTuple):
    """The page of a repository, and where it is."""

    address: str
    repository: Path

    def ask(self, path: str, question: Any, **headers: str) -> requests.Response:
        return requests.post(self.address + path, json=question, headers=headers, timeout=60)


@pytest.fixture(scope="module", name="served")
def _served(playing: Path) -> Iterator[Served]:
    """A process of its own, as a user would start it; it ends without a word, whatever it does."""
    process = subprocess.Popen(
        COMMAND, cwd=playing / "data", stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        said = process.stdout.readline()
        assert said.startswith("Open http://127.0.0.1:"), process.communicate()[1]
        found = Served(said.split()[1], playing)
        yield found
        endless = DRAFT | {"length": 5000}
        with requests.post(f"{found.address}text", json=endless, stream=True, timeout=60) as text:
            assert next(text.iter_lines())
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (0, "", "")


def test_every_declared_model_is_offered_with_what_it_is(served: Served) -> None:
    found = requests.get(served.address + "models", timeout=60).json()
    models = {model["name"]: model for model in found["models"]}
    assert models["sentiment/tiny"]["words"] == "bidirectional LSTM 4, trained on few"
    assert models["charlm/tiny"]["start"] == "He"
    assert models["charlm/tiny"]["text"] == "dead\nHe bed a deed"  # whole lines held out
    assert models["sentiment/quick"] == {"name": "sentiment/quick", "here": False}
    assert next(iter(models)) == "sentiment/quick"
    assert found["chosen"] == {}


def test_a_review_is_judged_word_by_word(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "A fine film, zzz"
    found = served.ask("review", {"model": "sentiment/tiny", "text": text}).json()
    monkeypatch.chdir(served.repository)
    expected = attribution.load("sentiment/tiny").explain(text)
    assert found["probability"] == pytest.approx(expected.probability)
    assert [w["contribution"] for w in found["words"]] == pytest.approx(
        [w.contribution for w in expected.words], abs=1e-3
    )
    assert [text[w["start"] : w["end"]] for w in found["words"] if not w["known"]] == [",", "zzz"]


def test_the_baseline_says_how_its_fit_goes_and_then_judges(served: Served) -> None:
    question = {"model": "sentiment/tiny", "text": "a fine film"}
    parts = [json.loads(p) for p in served.ask("baseline", question).text.splitlines()]
    assert parts[-1]["probability"] > 0.5
    assert all("progress" in part for part in parts[:-1])
    [again] = served.ask("baseline", question | {"text": "a dull film"}).text.splitlines()
    assert json.loads(again)["probability"] < 0.5  # it was fitted once


def test_text_comes_character_by_character(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"model": "charlm/tiny", "start": "He", "length": 20, "temperature": 0.5}
    answer = served.ask("text", asked | {"greedy": False, "seed": 3})
    first, *rest = [json.loads(line) for line in answer.text.splitlines()]
    assert (first["start"], first["bits"][0], len(first["bits"])) == ("He", None, 2)
    monkeypatch.chdir(served.repository)
    expected = writing.load("charlm/tiny").write("He", 20, 0.5, 3)
    assert "".join(part["character"] for part in rest) == "".join(expected)
    assert all(part["bits"] >= 0 for part in rest)


@pytest.mark.parametrize(
    ("model", "text", "layers", "places"),
    [("charlm/tiny", "He bed", 2, 6), ("sentiment/tiny", "A fine, fine film", 2, 5)],
)
def test_units_are_followed(
    served: Served, model: str, text: str, layers: int, places: int
) -> None:
    found = served.ask("states", {"model": model, "text": text}).json()
    assert (len(found["layers"]), len(found["places"])) == (layers, places)
    for layer in found["layers"]:
        values = np.frombuffer(base64.b64decode(layer["values"]), np.int8)
        assert len(values) == places * layer["units"]
        first, _ = layer["rankings"]["largest variance"][0]
        spread = (values.reshape(places, -1) / 127).var(axis=0)
        assert spread[first] == pytest.approx(spread.max(), abs=0.01)


@pytest.mark.parametrize(
    ("path", "question", "status", "said"),
    [
        ("review", {"model": "sentiment/quick", "text": "x"}, 400, "dvc pull"),
        ("review", {"model": "sentiment/tyni", "text": "x"}, 400, "did you mean sentiment/tiny"),
        ("review", {"model": "charlm/tiny", "text": "x"}, 400, "of the other kind"),
        ("review", {"model": "sentiment/tiny", "text": " "}, 400, "no word"),
        ("baseline", {"model": "sentiment/quick", "text": "x"}, 200, "dvc pull"),
        ("text", DRAFT | {"start": "Ω"}, 400, "'Ω' (U+03A9)"),
        ("text", DRAFT | {"start": ""}, 400, "the start is empty"),
        ("text", DRAFT | {"temperature": "1"}, 422, "temperature: input should be a valid"),
        ("text", DRAFT | {"temperature": 0.0}, 422, "temperature: input should be greater"),
        ("text", DRAFT | {"length": 10**9}, 422, "length: input should be less"),
        ("text", DRAFT | {"seed": "1"}, 422, "seed: input should be a valid integer"),
        ("text", DRAFT | {"more": 1}, 422, "more: extra inputs"),
        ("states", {"model": "charlm/tiny", "text": "x" * 5001}, 422, "text: string should have"),
        ("states", {"model": "charlm/tiny", "text": "xy"}, 400, "'x'"),
        ("states", [], 422, "the question: input should be an object"),
        ("review", {"model": "sentiment/tiny", "text": "x" * 200_000}, 413, "200,000 bytes"),
    ],
)
def test_what_cannot_be_answered_is_said_in_a_sentence(
    served: Served, path: str, question: Any, status: int, said: str
) -> None:
    answer = served.ask(path, question)
    assert answer.status_code == status
    error = json.loads(answer.text.splitlines()[-1])["error"]
    assert said in error
    assert "\n" not in error


def test_other_pages_cannot_ask(served: Served) -> None:
    """Neither by a form, which sends no JSON, nor by a host name that leads here."""
    body = json.dumps({"model": "sentiment/tiny", "text": "fine"})
    form = requests.post(served.address + "review", data=body, timeout=60)
    assert form.status_code == 415
    rebound = requests.get(served.address, headers={"Host": "evil.example"}, timeout=60)
    assert rebound.status_code == 400


@pytest.mark.parametrize(
    ("host", "names"),
    [
        ("127.0.0.1", {"localhost", "127.0.0.1", "[::1]"}),
        ("127.0.0.2", {"localhost", "127.0.0.1", "[::1]", "127.0.0.2"}),
        ("::1", {"localhost", "127.0.0.1", "[::1]"}),
        ("box.example", {"localhost", "127.0.0.1", "[::1]", "box.example"}),
        ("192.0.2.1", {"*"}),
    ],
)
def test_the_page_may_be_asked_for_by_the_name_it_is_served_at(host: str, names: set[str]) -> None:
    assert set(routes._hosts(host)) == names


def test_the_browser_is_told_to_load_nothing_from_elsewhere(served: Served) -> None:
    for path in ("", "page.css", "page.js", "models"):
        policy = requests.get(served.address + path, timeout=60).headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")


# ---------------------------------------------------------------- the command


def test_no_model_is_an_error_with_the_remedy(changing: Path, textrnn: Command) -> None:
    for task in ("sentiment", "charlm"):
        (changing / f"data/{task}/models/tiny/model.json").unlink()
    done = textrnn("app")
    assert (done.status, done.err.count("\n")) == (1, 1)
    assert "no model is here yet. sentiment/quick: fetch it with `dvc pull" in done.err


@pytest.mark.usefixtures("repo")
def test_a_model_that_is_asked_for_and_not_here_is_an_error(textrnn: Command) -> None:
    done = textrnn("app", "--model", "charlm/quick")
    assert done.status == 1
    assert "charlm/quick is not here yet: fetch it with `dvc pull" in done.err


@pytest.mark.usefixtures("repo")
def test_a_port_that_is_taken_is_an_error(textrnn: Command) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        done = textrnn("app", "--port", str(other.getsockname()[1]))
    assert done.status == 1
    assert "--port" in done.err
    assert done.err.count("\n") == 1


@pytest.mark.usefixtures("repo")
@pytest.mark.parametrize("package", ["starlette", "uvicorn"])
def test_without_the_extra_the_remedy_is_named(
    textrnn: Command, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    for name in [n for n in sys.modules if n.startswith((package, "textrnn.app"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr("sys.meta_path", [_Without(package), *sys.meta_path])
    done = textrnn("app")
    assert done.status == 1
    assert done.err == (
        f"textrnn: the page needs {package}, which is not installed here: run `make app`, or "
        "`pip install -r requirements-app.lock`.\n"
    )


class _Without:
    """A machine where a package is not installed."""

    def __init__(self, package: str) -> None:
        self.package = package

    def find_spec(self, name: str, *_: object) -> None:
        if name.partition(".")[0] == self.package:
            raise ModuleNotFoundError(f"No module named {name!r}", name=self.package)
