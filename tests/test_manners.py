"""How commands behave: quiet when piped, help with an example, no shell and no POSIX asked for."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from textrnn import cli

ROOT = Path(__file__).parents[1]
SLOW = """
import time
from textrnn.progress import bar
for _ in bar(range(5), "reading", 5):
    time.sleep(0.6)
print("done")
"""


def sources() -> list[Path]:
    """Return what runs on a user's machine."""
    return [file for folder in ("src", "stages") for file in (ROOT / folder).rglob("*.py")]


def calls(file: Path, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == name:
            yield node


def test_a_bar_is_shown_on_a_terminal_and_not_in_a_pipe() -> None:
    pty = pytest.importorskip("pty", reason="Windows has no pseudo-terminals")
    termios = pytest.importorskip("termios")
    command = [sys.executable, "-c", SLOW]
    leader, terminal = pty.openpty()
    termios.tcsetwinsize(terminal, (24, 80))
    os.set_blocking(leader, False)
    shown = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=terminal)
    piped = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert piped.communicate() == (b"done\n", b"")
    assert shown.communicate()[0] == b"done\n"
    on_terminal = os.read(leader, 10_000).decode()
    os.close(terminal)
    os.close(leader)
    assert re.search(r"reading: +\d+%", on_terminal)
    assert re.search(r"<\d\d:\d\d", on_terminal), "how long it still takes"


def test_every_bar_is_quiet_when_piped() -> None:
    """`disable=None` asks tqdm to look at the stream; of several workers the chief alone shows."""
    bars = [call for file in sources() for call in calls(file, "tqdm")]
    assert len(bars) >= 3
    for call in bars:
        given = {word.arg: ast.unparse(word.value) for word in call.keywords}
        assert given.get("disable") in ("None", "shown"), ast.unparse(call)


@pytest.mark.parametrize("path", [(), ("init",)])
def test_help_of_what_holds_commands_has_an_example(
    path: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["textrnn", *path, "--help"])
    with pytest.raises(SystemExit):
        cli.main()
    assert f"Example: textrnn {' '.join(path)}".rstrip() in capsys.readouterr().out


def test_no_command_is_left_out_of_what_holds_them() -> None:
    """Each group of commands is one of those whose help is tried above."""
    groups = [n for n, c in get_command(cli.app).commands.items() if hasattr(c, "commands")]  # type: ignore[attr-defined]
    assert groups == ["init"]


@pytest.mark.parametrize(
    "command",
    [
        *(["-m", "soak"],),
        *([str(file.relative_to(ROOT))] for file in (ROOT / "benchmarks").glob("sampl*.py")),
    ],
    ids=" ".join,
)
def test_help_of_tools_has_an_example(command: list[str]) -> None:
    path = os.pathsep.join(str(ROOT / part) for part in ("src", "tests", "benchmarks"))
    done = subprocess.run(
        [sys.executable, *command, "--help"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": path + os.pathsep + os.environ.get("PYTHONPATH", "")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Example: " in done.stdout


def test_no_stage_needs_a_shell() -> None:
    """So that `dvc repro` runs on Windows: no pipes, variables, quotes or programs but Python."""
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    for name, stage in stages.items():
        command = stage.get("do", stage)["cmd"]
        assert re.fullmatch(r"python stages/[\w/]+\.py( \$\{key\})?", command), name


POSIX = {"crypt", "fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"}
POSIX_CALLS = ("os.fork", "os.getuid", "os.setsid", "os.system", "os.popen", "os.mkfifo")


@pytest.mark.parametrize("file", sources(), ids=lambda file: file.relative_to(ROOT).as_posix())
def test_nothing_asks_for_posix(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        names = {a.name for a in node.names} if isinstance(node, ast.Import) else set()
        names |= {node.module or ""} if isinstance(node, ast.ImportFrom) else set()
        assert not names & POSIX, names & POSIX
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            assert not node.value.startswith(("/dev/", "/tmp/", "/usr/")), node.value  # noqa: S108
    for name in POSIX_CALLS:
        assert not list(calls(file, name)), name
    assert "shell=True" not in file.read_text(encoding="utf-8")


def test_every_text_file_is_opened_in_utf_8() -> None:
    """Windows has another encoding for files that say none; JSON may go without, being ASCII."""
    for file in sources():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                words = {word.arg for word in node.keywords}
                is_json = node.args and ast.unparse(node.args[0]).startswith("json.dumps(")
                is_ours = ast.unparse(node.func.value) == "reading"  # our module
                if node.func.attr in ("read_text", "write_text") and not (is_json or is_ours):
                    positional = node.args and isinstance(node.args[-1], ast.Constant)
                    assert "encoding" in words or positional, (file, ast.unparse(node))
