"""A change of code that changes no byte is accepted; any other is not, and dvc.lock stays."""

import shutil
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import pytest
import yaml
from pipeline import tiny
from pipeline.layout import run

from textrnn import adoption, lockfile
from textrnn.adoption import adopt
from textrnn.errors import UserError

CODE = "src/textrnn/sentiment/vocabulary.py"
STAGE = "sentiment-vocab@tiny"
OUT = Path("data/sentiment/datasets/tiny/vocab.txt")


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("original") / "repo"
    tiny.lay_out(folder)
    return folder


@pytest.fixture
def repo(original: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of a repository in which the data stages have run; the current folder."""
    folder = tmp_path / "repo"
    shutil.copytree(original, folder)
    for name in ("DVC_GLOBAL_CONFIG_DIR", "DVC_SYSTEM_CONFIG_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path / "dvc"))
    monkeypatch.setenv("DVC_NO_ANALYTICS", "1")
    monkeypatch.chdir(folder)
    return folder


def edit(file: Path, change: Callable[[str], str]) -> None:
    before = file.read_text()
    assert change(before) != before
    file.write_text(change(before))


def test_a_comment_is_accepted(repo: Path) -> None:
    edit(repo / CODE, lambda text: f"{text}# a remark\n")
    said = run(repo, "python", "-m", "textrnn.cli", "adopt", STAGE)
    assert said.endswith(f"{STAGE} gives the same bytes: dvc.lock now has the new {CODE}.\n")
    assert "Running stage" not in run(repo, "dvc", "repro", STAGE)
    assert run(repo, "git", "worktree", "list").count("\n") == 1


def test_it_works_from_any_folder(repo: Path) -> None:
    edit(repo / CODE, lambda text: f"{text}# a remark\n")
    said = run(repo, "sh", "-c", f"cd stages && python -m textrnn.cli adopt {STAGE}")
    assert "gives the same bytes" in said


def test_dvc_itself_would_write_the_same(repo: Path, tmp_path: Path) -> None:
    edit(repo / CODE, lambda text: f"{text}# a remark\n")
    shutil.copytree(repo, tmp_path / "by dvc")
    run(tmp_path / "by dvc", "dvc", "commit", "--force", STAGE)
    adopt(STAGE)
    assert (repo / "dvc.lock").read_bytes() == (tmp_path / "by dvc/dvc.lock").read_bytes()


def test_outputs_that_were_never_pulled_stay_as_recorded(repo: Path) -> None:
    before = lockfile.stages()[STAGE]
    (repo / OUT).unlink()
    [recorded] = before["outs"]
    cached = repo / ".dvc/cache/files/md5" / recorded["md5"][:2] / recorded["md5"][2:]
    cached.unlink()
    edit(repo / CODE, lambda text: f"{text}# a remark\n")
    adopt(STAGE)
    after = lockfile.stages()[STAGE]
    assert after["outs"] == before["outs"]
    assert [d["path"] for d in after["deps"] if d not in before["deps"]] == [CODE]
    assert not (repo / OUT).exists()
    assert "changed deps" not in run(repo, "dvc", "status", STAGE)


def test_a_parameter_that_the_stage_did_not_read_before_is_part_of_its_code(repo: Path) -> None:
    key = "sentiment.datasets.tiny.encode"
    vocabulary = "- sentiment.datasets.${key}.vocabulary\n"
    edit(
        repo / "dvc.yaml",
        lambda text: text.replace(vocabulary, f"- {key}\n      {vocabulary}"),
    )
    assert key in adopt(STAGE)
    assert key in lockfile.stages()[STAGE]["params"]["params.yaml"]
    assert "Running stage" not in run(repo, "dvc", "repro", STAGE)


def test_a_statement_that_changes_the_output_is_refused(repo: Path) -> None:
    out = repo / OUT
    before = [(repo / "dvc.lock").read_bytes(), out.read_bytes()]
    edit(repo / "src/textrnn/sentiment/tokens.py", lambda text: text.replace("lower()", "upper()"))
    with pytest.raises(UserError, match=r"vocab.txt is another, from byte 0 on; dvc.lock stays"):
        adopt(STAGE)
    assert [(repo / "dvc.lock").read_bytes(), out.read_bytes()] == before
    assert run(repo, "git", "worktree", "list").count("\n") == 1


def test_nothing_to_accept(repo: Path) -> None:
    assert adopt(STAGE) == f"{STAGE} is up to date: there is nothing to accept."


def test_code_that_was_committed_unrun_is_refused(repo: Path) -> None:
    edit(repo / CODE, lambda text: f"{text}_ONE = 1\n")
    tiny.commit(repo)
    edit(repo / CODE, lambda text: f"{text}# a remark\n")
    with pytest.raises(UserError, match=r"is not the one that dvc.lock records"):
        adopt(STAGE)


@pytest.mark.parametrize(
    ("file", "key"),
    [("params.yaml", "changed deps"), (str(OUT), "changed outs")],
)
def test_what_is_no_code_is_refused(repo: Path, file: str, key: str) -> None:
    edit(repo / CODE, lambda text: f"{text}# a remark\n")
    edit(repo / file, lambda text: text.replace("min_count: 1", "min_count: 2") + "\n")
    with pytest.raises(UserError, match=f"{key} .*only a change of code"):
        adopt(STAGE)


def test_an_unknown_stage(repo: Path) -> None:
    with pytest.raises(UserError, match="no stage sentiment-vocab@tinny"):
        adopt("sentiment-vocab@tinny")


def test_a_stage_that_reads_what_git_holds_is_accepted(repo: Path) -> None:
    """`charlm-examine` reads metrics/…/samples, which stand in the committed tree already."""
    samples = repo / "metrics/samples"
    samples.mkdir(parents=True)
    (samples / "a.txt").write_text("a text\n")
    (repo / "count.py").write_text(
        "from pathlib import Path\n"
        "text = Path('metrics/samples/a.txt').read_text()\n"
        "Path('data/counted.txt').write_text(str(len(text)))\n"
    )
    stage = {
        "cmd": "python count.py",
        "deps": ["count.py", "metrics/samples"],
        "outs": ["data/counted.txt"],
    }
    file = repo / "dvc.yaml"
    content = yaml.safe_load(file.read_text())
    content["stages"]["count"] = stage
    file.write_text(yaml.safe_dump(content))
    run(repo, "dvc", "repro", "count")
    tiny.commit(repo)
    edit(repo / "count.py", lambda text: f"{text}# a remark\n")
    assert adopt("count").endswith("dvc.lock now has the new count.py.")


def test_a_training_is_cut_short(tmp_path: Path) -> None:
    class Key:
        params = (
            "sentiment.models.a.training",
            "sentiment.models.a.seeds",
            "sentiment.pretraining.p.language_model",
        )

    class Stage:
        params = (Key(),)

    model = {"training": {"epochs": 9, "learning_rate": 1e-06}, "seeds": [3, 4]}
    file = tmp_path / "params.yaml"
    start = {"language_model": {"training": {"epochs": 4}}}
    section = {
        "models": {"a": model, "b": deepcopy(model)},
        "pretraining": {"p": start, "q": deepcopy(start)},
    }
    text = yaml.safe_dump({"sentiment": section})
    file.write_text(text.replace("1.0e-06", "1e-06"))  # as DVC writes it
    adoption._shorten(file, Stage())
    found = yaml.safe_load(file.read_text())["sentiment"]
    assert found["models"]["a"] == {
        "training": {"epochs": 2, "learning_rate": 1e-06},
        "seeds": [3],
    }
    assert found["models"]["b"] == model
    assert found["pretraining"]["p"]["language_model"]["training"]["epochs"] == 2
    assert found["pretraining"]["q"] == start
