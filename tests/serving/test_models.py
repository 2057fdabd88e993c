"""Models by name: what is not declared, not here, or does not fit is said with the remedy."""

import json
from pathlib import Path

import pytest

from textrnn import paths
from textrnn.errors import UserError
from textrnn.serving import info, minutes, models, prediction, writing


def test_a_name_says_task_and_model(repo: Path) -> None:
    found = models.find("sentiment/tiny")
    assert found.home == paths.Model("sentiment", "tiny")
    assert found.is_here
    assert found.seeds == [7, 10]
    assert not models.find("sentiment/book-rnn").is_here


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("sentiment/tiney", "has no model 'sentiment/tiney'; did you mean sentiment/tiny?"),
        ("book-tail", "has no model 'book-tail'; did you mean charlm/book-tail?"),
        ("tiny", r"has no model 'tiny' \(there are: sentiment/tiny, charlm/tiny\)"),
        ("x", r"has no model 'x' \(there are: sentiment/quick, .*, charlm/tiny\)"),
        ("charlm/book-rnn", "did you mean"),
    ],
)
@pytest.mark.usefixtures("repo")
def test_an_unknown_name_is_answered_with_the_nearest(name: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        models.find(name)


@pytest.mark.usefixtures("repo")
def test_a_model_of_the_other_task_is_answered_with_its_command() -> None:
    with pytest.raises(UserError, match="`textrnn sample --model charlm/tiny`"):
        prediction.load("charlm/tiny")
    with pytest.raises(UserError, match="`textrnn predict --model sentiment/tiny`"):
        writing.load("sentiment/tiny")


def test_a_model_that_is_not_here_comes_with_commands_and_minutes(changing: Path) -> None:
    with pytest.raises(UserError) as caught:
        models.trained("charlm/quick", "charlm")
    said = str(caught.value)
    assert "\n" not in said
    assert "`dvc pull data/charlm/models/quick data/charlm/datasets/hamlet/vocab.json`" in said
    assert "1.4 MB" in said  # by dvc.lock
    assert f"`dvc repro charlm-train@quick` (about {minutes.MEASURED['charlm/quick']} min" in said
    timings = changing / "metrics/charlm/quick/timings.json"
    timings.parent.mkdir(parents=True)
    timings.write_text(json.dumps({"train_seconds": 1250.0}))
    assert "(about 21 minutes as timed here)" in models.how_to_get(models.find("charlm/quick"))
    (changing / "dvc.lock").unlink()
    assert "MB" not in models.how_to_get(models.find("charlm/quick"))


def test_unknown_minutes_are_left_out(changing: Path) -> None:
    assert models.how_to_get(models.find("charlm/tiny")).endswith("`dvc repro charlm-train@tiny`.")


def test_every_measured_model_is_declared(repo: Path) -> None:
    for name in minutes.MEASURED:
        assert models.find(name).name == name


def test_a_vocabulary_that_was_made_anew_is_noticed(changing: Path) -> None:
    with (changing / "data/sentiment/datasets/few/vocab.txt").open("a") as file:
        file.write("plot\n")
    with pytest.raises(UserError, match=r"vocabulary of 8, but .* now has 9\. Run `dvc repro"):
        prediction.load("sentiment/tiny")


def test_a_missing_vocabulary_is_pulled_like_the_model(changing: Path) -> None:
    (changing / "data/charlm/datasets/hamlet/vocab.json").unlink()
    with pytest.raises(UserError, match="charlm/tiny is not here yet: fetch it with `dvc pull"):
        writing.load("charlm/tiny")


def test_a_dataset_that_was_renamed_is_noticed(changing: Path) -> None:
    text = (changing / "params.yaml").read_text()
    (changing / "params.yaml").write_text(text.replace("few", "some"))
    with pytest.raises(UserError, match=r"trained on sentiment\.datasets\.few, which"):
        prediction.load("sentiment/tiny")


@pytest.mark.parametrize("content", ["{", '{"dataset": "few"}'])
def test_a_damaged_description_is_named(changing: Path, content: str) -> None:
    (changing / "data/sentiment/models/tiny/model.json").write_text(content)
    with pytest.raises(UserError, match=r"model\.json"):
        prediction.load("sentiment/tiny")


# ---------------------------------------------------------------- info


@pytest.mark.usefixtures("repo")
def test_info_counts_what_is_here(classifying: object) -> None:
    found = info.gather("sentiment/tiny")
    assert found["parameters"] == classifying.count_params()  # type: ignore[attr-defined]
    assert found["vocabulary"] == 6  # without padding and the unknown
    assert found["corpus"] == "raw/rotten-tomatoes"
    assert found["seeds"] == [7, 10]
    assert found["architecture"]["units"] == 4
    folder = Path("data/sentiment/models/tiny")
    assert found["bytes"] == sum(f.stat().st_size for f in folder.rglob("*.*") if f.is_file())


def test_info_of_a_model_that_is_elsewhere_is_what_git_holds(
    changing: Path, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (root / "metrics/charlm/book/metrics.json").read_text()
    (changing / "metrics/charlm/book").mkdir(parents=True)
    (changing / "metrics/charlm/book/metrics.json").write_text(text)
    found = info.gather("charlm/book")
    assert (found["here"], found["seeds"], found["bytes"]) == (False, [], 0)
    assert (found["parameters"], found["vocabulary"]) == (1_636_432, 80)
    assert found["metrics"] == {"train": json.loads(text)["train"]}
    info.show(found)
    shown = capsys.readouterr().out
    assert "1,636,432" in shown
    assert "dvc pull data/charlm/models/book " in shown


@pytest.mark.usefixtures("repo")
def test_info_shows_a_class_in_brackets_as_it_is_called(capsys: pytest.CaptureFixture[str]) -> None:
    info.show(info.gather("sentiment/tiny") | {"classes": ["[neg]", "[/x]"]})
    assert "[neg], [/x]" in capsys.readouterr().out


@pytest.mark.usefixtures("repo")
def test_info_of_a_model_that_never_ran(capsys: pytest.CaptureFixture[str]) -> None:
    info.show(info.gather("sentiment/book-bilstm"))
    assert "not known yet" in capsys.readouterr().out


def test_an_empty_lock_is_one_of_no_stage(changing: Path) -> None:
    """DVC empties it before it writes it anew."""
    (changing / "dvc.lock").write_bytes(b"")
    said = models.how_to_get(models.find("charlm/quick"))
    assert "`dvc repro charlm-train@quick`" in said
    assert "MB" not in said
