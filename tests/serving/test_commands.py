"""`textrnn predict`, `sample` and `info` as they are typed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from serving.conftest import Command
from textrnn import cli
from textrnn.serving import models


@pytest.mark.usefixtures("repo")
def test_predict_prints_a_line_for_each_text(textrnn: Command) -> None:
    done = textrnn("predict", "--model", "sentiment/tiny", "a fine film", "the dull film")
    assert done.status == 0, done.err
    lines = [line.split("  ") for line in done.out.splitlines()]
    assert [text for _, _, text in lines] == ["a fine film", "the dull film"]
    assert all(word in ("positive", "negative") for word, _, _ in lines)


@pytest.mark.usefixtures("repo")
def test_predict_prints_json(textrnn: Command) -> None:
    done = textrnn("predict", "-m", "sentiment/tiny", "--json", "a fine été", "dull")
    first, second = map(json.loads, done.out.splitlines())
    assert list(first) == ["text", "label", "verdict", "probability", "tokens", "unknown"]
    assert (first["text"], first["tokens"], first["unknown"]) == ("a fine été", 3, ["été"])
    assert second["label"] == int(second["probability"] > 0.5)


def test_predict_reads_a_file_beside_the_caller_or_standard_input(
    changing: Path, textrnn: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = changing / "my texts"
    folder.mkdir()
    (folder / "reviews.txt").write_text("a fine film\ndull\n")
    asked = textrnn("predict", "-m", "sentiment/tiny", "a fine film", "dull")
    monkeypatch.chdir(folder)
    read = textrnn("predict", "-m", "sentiment/tiny", "--file", "reviews.txt")
    assert read.err == ""
    monkeypatch.chdir(folder)
    piped = textrnn("predict", "-m", "sentiment/tiny", "--file", "-", stdin=b"a fine film\ndull\n")
    assert asked.out == read.out == piped.out != ""


@pytest.mark.usefixtures("repo")
def test_sample_begins_with_the_start(textrnn: Command) -> None:
    arguments = ("sample", "-m", "charlm/tiny", "--start", "He", "--length", "30")
    done = textrnn(*arguments, "--temperature", "0.5")
    assert done.status == 0, done.err
    assert done.out.startswith("He")
    assert len(done.out) == 2 + 30 + 1
    assert textrnn(*arguments, "--temperature", "0.5", "--seed", "2").out != done.out
    assert textrnn(*arguments, "--greedy").out != done.out


@pytest.mark.usefixtures("repo")
def test_info_prints_json_too(textrnn: Command) -> None:
    assert json.loads(textrnn("info", "charlm/tiny", "--json").out)["vocabulary"] == 9
    assert "hamlet, of the corpus raw/hamlet" in textrnn("info", "charlm/tiny").out


@pytest.mark.usefixtures("repo")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("predict", "-m", "sentiment/tyni", "x"), "did you mean sentiment/tiny?"),
        (("predict", "-m", "sentiment/tiny"), "give texts"),
        (("sample", "-m", "charlm/tiny", "--start", "Ω"), "'Ω' (U+03A9)"),
        (("sample", "-m", "charlm/tiny", "--start", "H", "--temperature", "0"), "above 0"),
        (("info", "charlm/tyni"), "did you mean charlm/tiny?"),
    ],
)
def test_an_error_is_one_sentence(textrnn: Command, arguments: tuple[str, ...], said: str) -> None:
    done = textrnn(*arguments)
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith("textrnn: ")
    assert done.err.count("\n") == 1
    assert said in done.err


def test_outside_of_a_repository(
    tmp_path: Path, textrnn: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "go to a folder of the repository" in textrnn("info", "charlm/tiny").err


@pytest.mark.usefixtures("repo")
def test_a_bug_is_one_sentence_until_its_traceback_is_asked_for(
    textrnn: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(name: str) -> None:
        raise ZeroDivisionError(name)

    monkeypatch.setattr(models, "find", broken)
    done = textrnn("info", "charlm/tiny")
    assert done.status == 1
    assert done.err.startswith("textrnn: ZeroDivisionError: charlm/tiny. ")
    assert done.err.count("\n") == 1
    monkeypatch.setattr(sys, "argv", ["textrnn", "--debug", "info", "charlm/tiny"])
    with pytest.raises(ZeroDivisionError):
        cli.main()


def test_help_has_an_example_for_every_command(textrnn: Command) -> None:
    for name, command in get_command(cli.app).commands.items():  # type: ignore[attr-defined]
        for path in [(name, sub) for sub in getattr(command, "commands", {})] or [(name,)]:
            done = textrnn(*path, "--help")
            assert done.status == 0
            assert f"Example: textrnn {' '.join(path)}" in done.out


def test_nothing_but_the_verdict_is_printed(repo: Path) -> None:
    """In a process of its own, in which TensorFlow starts."""
    command = [
        sys.executable,
        "-m",
        "textrnn.cli",
        "predict",
        "-m",
        "sentiment/tiny",
        "a fine film",
    ]
    done = subprocess.run(command, cwd=repo / "data", capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert done.stdout.count("\n") == 1


@pytest.mark.usefixtures("repo")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("results", "quick", "--page", "docs/results.md"), "shows all models: name none"),
        (("results", "--page", "."), "is no file that is here"),
        (("report", "--out", "."), ". is a folder: name the page's file, such as report.html."),
        (
            ("app", "-m", "sentiment/tiny", "-m", "sentiment/tiny"),
            "the page begins with one model of a task: choose sentiment/tiny or sentiment/tiny.",
        ),
    ],
)
def test_what_would_be_ignored_or_overwritten_is_refused(
    textrnn: Command, arguments: tuple[str, ...], said: str
) -> None:
    done = textrnn(*arguments)
    assert done.status == 1
    assert said in done.err
    assert "should not have happened" not in done.err


@pytest.mark.usefixtures("repo")
def test_a_seed_that_no_draw_can_hold_is_refused(textrnn: Command) -> None:
    done = textrnn("sample", "-m", "charlm/tiny", "--start", "He", "--seed", str(2**63))
    assert (done.status, done.out) == (2, "")
