"""Stages as a person meets them: their help, and how they fail."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

SCRIPT = '''"""Encode a dataset: rows → shards.

More about it.
"""

from textrnn.errors import UserError
from textrnn.stage import stage


@stage
def main(name: str) -> None:
    if name == "bad":
        raise UserError("row 7: label 'maybe' is neither 0 nor 1.")
    if name == "bug":
        raise ValueError("no fault of the user's")
    print(f"made {name}")


if __name__ == "__main__":
    main()
'''


def run(script: Path, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(script), *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """A stage as `stages/sentiment/encode.py` is one."""
    file = tmp_path / "stages" / "sentiment" / "encode.py"
    file.parent.mkdir(parents=True)
    file.write_text(SCRIPT, encoding="utf-8")
    return file


def test_the_name_comes_from_the_command_line(script: Path) -> None:
    done = run(script, "imdb")
    assert (done.returncode, done.stdout, done.stderr) == (0, "made imdb\n", "")


def test_what_the_user_can_put_right_is_one_sentence(script: Path) -> None:
    done = run(script, "bad")
    said = "sentiment-encode@bad: row 7: label 'maybe' is neither 0 nor 1.\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", said)


def test_a_stage_of_no_task_has_a_name_of_one_word(script: Path) -> None:
    fetch = script.parents[1] / "fetch.py"
    fetch.write_text(SCRIPT, encoding="utf-8")
    assert run(fetch, "bad").stderr.startswith("fetch@bad: row 7")


def test_a_bug_keeps_its_traceback(script: Path) -> None:
    done = run(script, "bug")
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert "no fault of the user's" in done.stderr


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_is_what_the_script_says_of_itself(script: Path, flag: str) -> None:
    done = run(script, flag)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "Encode a dataset: rows → shards.\n\nMore about it.\n\n"
        "Usage: python encode.py NAME   (dvc repro sentiment-encode@NAME runs it)\n"
    )


@pytest.mark.parametrize("arguments", [(), ("imdb", "imdb-last100")])
def test_another_number_of_names_is_answered_with_the_usage(
    script: Path, arguments: tuple[str, ...]
) -> None:
    done = run(script, *arguments)
    assert done.returncode == 2
    assert "Usage: python encode.py NAME" in done.stdout
    assert "made" not in done.stdout


@pytest.mark.parametrize(
    ("stage", "name", "said"),
    [
        ("fetch.py", "imbd", "fetch@imbd: params.yaml: corpora.raw.imbd does not exist; did you"),
        (
            "sentiment/split.py",
            "imbd",
            "sentiment-split@imbd: params.yaml: sentiment.datasets.imbd does not exist; "
            "did you mean imdb?\n",
        ),
        (
            "sentiment/split.py",
            "imdb",
            "sentiment-split@imdb: data/raw/imdb.csv ",  # it was not fetched
        ),
    ],
)
def test_the_real_stages_fail_in_one_sentence(
    root: Path, tmp_path: Path, stage: str, name: str, said: str
) -> None:
    (tmp_path / "params.yaml").write_bytes((root / "params.yaml").read_bytes())
    done = run(root / "stages" / stage, name, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith(said)
    assert done.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["params.yaml"]


@pytest.mark.parametrize("name", ["fetch", "sentiment/split", "sentiment/vocab", "charlm/chunk"])
def test_help_names_the_stage_of_the_pipeline(root: Path, name: str) -> None:
    done = run(root / "stages" / f"{name}.py", "--help")
    assert done.returncode == 0, done.stderr
    verb = done.stdout.split("dvc repro ")[1].split("@")[0]
    pipeline = yaml.safe_load((root / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    assert pipeline[verb]["do"]["cmd"].startswith(f"python stages/{name}.py ")


def test_no_script_bears_the_name_of_a_standard_module(root: Path) -> None:
    """Its folder comes first on the path: `import inspect` would find an `inspect.py` there.

    Nothing loads `chunk` but `aifc`, and Python has neither any more.
    """
    names = {file.stem for file in (root / "stages").rglob("*.py")}
    assert names & sys.stdlib_module_names == {"chunk"}
