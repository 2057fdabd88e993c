"""A classifier of three classes put to use: asked, described, exported."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from serving.conftest import CLASSIFIER, WORDS, Command, opinionated, save
from textrnn import paths, weights
from textrnn.backend import keras, tf
from textrnn.errors import UserError
from textrnn.params import base
from textrnn.sentiment import model as sentiment
from textrnn.sentiment import vocabulary
from textrnn.serving import models, prediction
from textrnn.serving.export import folder as saved

THREE = CLASSIFIER.model_copy(update={"classes": 3})
NAMES = ["awful", "fair", "good"]
TEXTS = ["A fine film!", "dull", "The film, the film... unheard of", "a a a a a dull", "fine dull"]
READ = {"text": "text", "label": "mood", "labels": {"awful": 0, "fair": 1, "good": 2, "great": 2}}


@pytest.fixture(scope="module")
def network() -> keras.Model:
    return opinionated(sentiment.build(THREE, len(WORDS) + 2))


@pytest.fixture(scope="module")
def moody(built: Path, tmp_path_factory: pytest.TempPathFactory, network: keras.Model) -> Path:
    """The repository with a model `sentiment/moods` too."""
    folder = tmp_path_factory.mktemp("moody") / "a repository"
    shutil.copytree(built, folder)
    values: Any = base.read(folder / "params.yaml")
    section = values["sentiment"]
    values["corpora"]["own"] = {"moods": {"format": "csv", "read": READ}}
    section["datasets"]["moods"] = {
        **section["datasets"]["few"],
        "corpus": {"folder": "own", "name": "moods", "format": "csv"},
        "split": {"method": "fractions", "seed": 1, "valid": 0.1, "test": 0.1},
    }
    quick = section["models"]["quick"]
    section["models"]["moods"] = {
        **quick,
        "dataset": "moods",
        "architecture": {**quick["architecture"], "classes": 3},
    }
    (folder / "params.yaml").write_text(yaml.safe_dump(values, sort_keys=False))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        data = paths.Dataset("sentiment", "moods")
        data.home.mkdir(parents=True)
        vocabulary.write(WORDS, data.vocab)
        described = weights.describe(THREE, "moods", len(WORDS) + 2)
        save(paths.Model("sentiment", "moods"), network, described, (1,))
    return folder


@pytest.fixture
def repo(moody: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The repository as the working folder, not to be changed."""
    monkeypatch.chdir(moody)
    return moody


@pytest.mark.usefixtures("repo")
def test_a_verdict_is_the_likeliest_class(network: keras.Model) -> None:
    found = prediction.load("sentiment/moods").judge(TEXTS)
    vocab = vocabulary.Vocabulary(WORDS)
    for verdict in found[1:2] + found[3:]:  # those without marks
        ids = np.array([vocab.encode(verdict.text.split())])
        expected = network(ids, training=False).numpy()[0]
        np.testing.assert_allclose(verdict.probabilities, expected, rtol=1e-5)
        assert verdict.label == expected.argmax()
        assert verdict.word == NAMES[verdict.label]
        assert verdict.probability == max(verdict.probabilities)
    assert len({verdict.word for verdict in found}) > 1


@pytest.mark.usefixtures("repo")
def test_predict_names_the_class(textrnn: Command) -> None:
    (verdict,) = prediction.load("sentiment/moods").judge(["fine dull"])
    done = textrnn("predict", "-m", "sentiment/moods", "fine dull")
    assert (done.status, done.err) == (0, "")
    assert done.out == f"{verdict.word}  {max(verdict.probabilities):.3f}  fine dull\n"
    found = json.loads(textrnn("predict", "-m", "sentiment/moods", "--json", "fine dull").out)
    assert (found["label"], found["verdict"]) == (verdict.label, verdict.word)
    assert list(found["probabilities"]) == NAMES
    assert sum(found["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    assert found["probability"] == max(found["probabilities"].values())


@pytest.mark.usefixtures("repo")
def test_two_classes_give_the_json_that_they_gave(textrnn: Command) -> None:
    found = json.loads(textrnn("predict", "-m", "sentiment/tiny", "--json", "fine dull").out)
    keys = ["text", "label", "verdict", "probability", "tokens", "unknown"]
    assert list(found) == keys


@pytest.mark.usefixtures("repo")
def test_info_names_the_classes(textrnn: Command) -> None:
    assert json.loads(textrnn("info", "sentiment/moods", "--json").out)["classes"] == NAMES
    assert "awful, fair, good" in textrnn("info", "sentiment/moods").out
    assert "classes" not in json.loads(textrnn("info", "sentiment/tiny", "--json").out)


@pytest.mark.usefixtures("repo")
def test_an_export_gives_the_probabilities_of_all(tmp_path: Path, textrnn: Command) -> None:
    done = textrnn("export", "sentiment/moods", str(tmp_path / "moods"))
    assert (done.status, done.err) == (0, "")
    assert "print(found['verdict'].numpy()[0].decode())" in done.out
    described = json.loads((tmp_path / "moods/assets.extra/model.json").read_text())
    assert described["classes"] == NAMES
    loaded = tf.saved_model.load(str(tmp_path / "moods")).signatures["serving_default"]
    found = loaded(text=tf.constant(TEXTS))
    expected = prediction.load("sentiment/moods").judge(TEXTS)
    assert found["probabilities"].shape == (5, 3)
    np.testing.assert_allclose(
        found["probabilities"], [v.probabilities for v in expected], rtol=0, atol=1e-5
    )
    assert found["label"].numpy().tolist() == [v.label for v in expected]
    assert [word.decode() for word in found["verdict"].numpy()] == [v.word for v in expected]
    assert found["tokens"].numpy().tolist() == [v.tokens for v in expected]


@pytest.mark.usefixtures("repo")
def test_an_export_of_two_classes_has_the_signature_that_it_had(tmp_path: Path) -> None:
    saved.export("sentiment/tiny", tmp_path / "tiny", None)
    described = json.loads((tmp_path / "tiny/assets.extra/model.json").read_text())
    assert "classes" not in described
    signature = tf.saved_model.load(str(tmp_path / "tiny")).signatures["serving_default"]
    assert set(signature.structured_outputs) == {"probability", "label", "tokens", "unknown"}


def test_labels_that_are_mapped_anew_need_a_training(
    moody: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "a copy"
    shutil.copytree(moody, folder)
    monkeypatch.chdir(folder)
    values: Any = base.read()
    values["corpora"]["own"]["moods"]["read"]["labels"]["great"] = 3
    values["sentiment"]["models"]["moods"]["architecture"]["classes"] = 4
    base.FILE.write_text(yaml.safe_dump(values))
    assert models.find("sentiment/moods").is_here
    with pytest.raises(UserError) as caught:
        prediction.load("sentiment/moods")
    assert str(caught.value) == (
        "sentiment/moods was trained with 3 classes, but the labels of corpora.own.moods are now "
        "mapped to 4. Run `dvc repro sentiment-train@moods`."
    )
