"""Every command of README.md, CONTRIBUTING.md and docs/ is run, or is said to be run elsewhere."""

import json
import re
import shlex
from pathlib import Path

import pytest
from pipeline.layout import run

from pages import blocks, coverage, workshop
from pages.blocks import Command
from pages.coverage import Elsewhere, Reason

COMMANDS = blocks.commands()


def wanted(*kinds: str) -> list[object]:
    """Return the commands that are run in one of these ways, each once."""
    first = {c.text: c for c in reversed(COMMANDS) if coverage.how(c.text) in kinds}
    return [pytest.param(c, id=str(c)) for c in COMMANDS if first.get(c.text) is c]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages") / "in a path with spaces" / "textrnn"
    folder.mkdir(parents=True)
    workshop.build(folder)
    return folder


def test_there_are_commands() -> None:
    assert len(COMMANDS) > 60
    assert {c.page for c in COMMANDS} >= {"README.md", "CONTRIBUTING.md", "docs/serving.md"}


def test_a_block_says_what_it_is() -> None:
    """A shell block under another name would be passed over."""
    known = {"python", "yaml", "csv", "mermaid", "text", ""}
    assert blocks.languages() - blocks.SHELL <= known


def test_no_command_hides_in_a_block_without_a_name() -> None:
    for page in blocks.PAGES:
        for language, text in blocks.FENCE.findall(page.read_text(encoding="utf-8")):
            if language.strip() in ("", "text"):
                assert not re.search(r"^(\$ |textrnn |dvc |make |git )", text, re.MULTILINE), page


@pytest.mark.parametrize("command", COMMANDS, ids=str)
def test_every_command_is_accounted_for(command: Command) -> None:
    assert coverage.how(command.text) is not None, (
        f"{command}: say in tests/pages/coverage.py which test runs it, or why none does"
    )


def test_the_tests_that_run_them_exist() -> None:
    named = [found.test for _, found in coverage.RULES if isinstance(found, Elsewhere)]
    for file, _, test in (name.partition("::") for name in named):
        text = (blocks.ROOT / file).read_text(encoding="utf-8")
        assert re.search(rf"^def {test}\(", text, re.MULTILINE), (file, test)


def test_no_rule_is_for_nothing() -> None:
    used = {id(coverage.how(command.text)) for command in COMMANDS}
    for rule, found in coverage.RULES:
        if isinstance(found, Elsewhere | Reason):
            assert id(found) in used, rule
        else:
            assert any(re.fullmatch(rule, command.text) for command in COMMANDS), rule


@pytest.mark.parametrize("command", wanted(coverage.TEXTRNN))
def test_textrnn(command: Command, copy: Path, tmp_path: Path) -> None:
    if command.text.startswith("textrnn init"):
        assert workshop.init_again(copy, command.text, tmp_path / "anew")
        return
    out = f"{shlex.quote(str(tmp_path))}/"
    printed = workshop.textrnn(copy, command.text.replace("exported/", out))
    assert printed
    if "--json" in command.text:
        assert all(json.loads(line) for line in printed.splitlines())


@pytest.mark.parametrize("command", wanted(coverage.DVC))
def test_dvc(command: Command, copy: Path) -> None:
    if command.text == "dvc push --run-cache":
        run(copy, "dvc", "remote", "add", "-q", "-f", "-d", "shared", str(copy.parent / "shared"))
    words = [
        str(copy.parent / "shared") if w == "/some/folder" else w for w in shlex.split(command.text)
    ]
    if words[:3] == ["dvc", "remote", "add"]:
        words.append("--force")
    printed = run(copy, *words)
    assert "\r" not in printed
    if words[1] == "repro":
        assert "up to date" in printed


def settings() -> list[object]:
    """Return what is set of each remote: from one `dvc remote add` to the next."""
    found: list[list[Command]] = []
    for command in COMMANDS:
        if coverage.how(command.text) == coverage.SETTING:
            if command.text.startswith("dvc remote add"):
                found.append([])
            found[-1].append(command)
    return [pytest.param(of_one, id=str(of_one[0])) for of_one in found]


@pytest.mark.parametrize("of_one", settings())
def test_settings_of_remotes(of_one: list[Command], tmp_path: Path) -> None:
    run(tmp_path, "git", "init", "--quiet")
    for line in ("dvc init --quiet", *(command.text for command in of_one)):
        workshop.dvc(tmp_path, line)
    shared = (tmp_path / ".dvc/config").read_text()
    assert "store" in shared
    assert not re.search(r"user|password|key", shared), "git would hold it"


@pytest.mark.parametrize("command", wanted(coverage.CLONE))
def test_a_clone(command: Command, copy: Path, tmp_path: Path) -> None:
    line = re.sub(r"<\w+ repository>", shlex.quote(str(copy)), command.text)
    run(tmp_path, "sh", "-c", f"{line} && test -f Makefile")


@pytest.mark.parametrize("command", wanted(coverage.MAKE))
def test_make(command: Command, copy: Path) -> None:
    assert workshop.make(copy, command.text)


def test_a_run_in_a_pipe_prints_lines_and_no_noise(copy: Path) -> None:
    """No bars, no colours, nothing of TensorFlow's start."""
    printed = (copy.parent / workshop.LOG).read_text(encoding="utf-8")
    assert "Running stage 'charlm-train@novel'" in printed
    assert "epoch 1/1" in printed
    assert not re.search(r"[\r\x1b]|it/s|oneDNN|cuda|WARNING|E0000|I0000", printed)


def test_a_copied_block_of_python_runs(copy: Path, tmp_path: Path) -> None:
    """That of docs/serving.md, where the page's command has exported a model."""
    [block] = blocks.python_blocks(blocks.ROOT / "docs/serving.md")
    workshop.textrnn(
        copy, f"textrnn export charlm/quick {shlex.quote(str(tmp_path))}/exported/hamlet"
    )
    printed = run(tmp_path, "python", "-c", block)
    assert re.search(r"tf\.Tensor\(\[b'.+'\], shape=\(1,\), dtype=string\)", printed)
