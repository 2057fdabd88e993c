"""Exported models: TensorFlow alone gives what `textrnn predict` and `sample` give."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tensorflow.core.protobuf import saved_model_pb2

from serving.conftest import CLASSIFIER, KNOWN, WORDS, WRITER, Command, opinionated
from textrnn import paths, weights
from textrnn.backend import keras, tf
from textrnn.charlm import model as characters
from textrnn.errors import UserError
from textrnn.sentiment import model as sentiment
from textrnn.serving import models, prediction, writing
from textrnn.serving.export import folder as saved
from textrnn.serving.export.portable import without_compiler

TEXTS = ["A fine film!", "dull", "The film, the film... unheard of", "a a a a a dull", "fine dull"]

# Runs a program in which neither this package nor Keras can be imported. (TensorFlow looks whether
# Keras is there, so it may be found; it cannot be loaded.)
ALONE = """
import importlib.abc, importlib.machinery, sys

class Blocked(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("textrnn", "keras", "tf_keras"):
            return importlib.machinery.ModuleSpec(name, self)

    def exec_module(self, module):
        raise ImportError(f"{module.__name__} is blocked")

sys.meta_path.insert(0, Blocked())
for name in ("textrnn", "keras"):
    try:
        __import__(name)
    except ImportError as error:
        assert "is blocked" in str(error)
    else:
        raise AssertionError(name)
exec(sys.stdin.read())
assert not {"textrnn", "keras", "tf_keras"} & {name.partition(".")[0] for name in sys.modules}
"""


def alone(program: str, folder: Path) -> str:
    """Return what a program prints that has TensorFlow alone, run in an empty folder."""
    folder.mkdir(exist_ok=True)
    kept = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "KERAS_BACKEND")}
    done = subprocess.run(
        [sys.executable, "-c", ALONE],
        input=program,
        cwd=folder,
        env={**kept, "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def exported(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder, with a space in its name, that holds both tiny models."""
    folder = tmp_path_factory.mktemp("exported") / "by name"
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(built)
        saved.export("sentiment/tiny", folder / "classifier", None)
        saved.export("charlm/tiny", folder / "writer", None)
    return folder


@pytest.fixture(scope="module")
def judging(exported: Path) -> Any:
    return tf.saved_model.load(str(exported / "classifier")).signatures


@pytest.fixture(scope="module")
def going_on(exported: Path) -> Any:
    return tf.saved_model.load(str(exported / "writer")).signatures


# ---------------------------------------------------------------- without this package


@pytest.mark.usefixtures("repo")
def test_the_printed_example_runs_with_tensorflow_alone(tmp_path: Path, textrnn: Command) -> None:
    """Both models in one process: starting TensorFlow is what takes the time."""
    folder = tmp_path / "it's exported"
    first = textrnn("export", "sentiment/tiny", str(folder / "a"), "--seed", "10")
    second = textrnn("export", "charlm/tiny", str(folder / "b"))
    assert (first.status, first.err, second.status, second.err) == (0, "", 0, "")
    assert f"{folder}/a holds sentiment/tiny, seed 10: " in first.out
    assert """curl -d '{"instances": ["a fine film"]}' http://localhost:8501/v1/""" in first.out
    assert ":/models/tiny/1' tensorflow/serving" in first.out
    described = json.loads((folder / "a/assets.extra/model.json").read_text())
    assert (described["model"], described["seed"]) == ("sentiment/tiny", 10)
    assert (folder / "a/assets/vocab.txt").read_text().split() == WORDS

    lines = (first.out + second.out).splitlines()
    program = "\n".join(line[4:] for line in lines if line.startswith("    "))
    printed = alone(program, tmp_path / "elsewhere").splitlines()
    (verdict,) = prediction.load("sentiment/tiny").judge(["a fine film"])
    assert float(printed[0].strip("[]")) == pytest.approx(verdict.probability, abs=1e-5)
    expected = writing.load("charlm/tiny").write("é", 100, 0.5, 1)  # the start that is known
    assert "\n".join(printed[1:]) == "é" + "".join(expected)


def test_no_function_of_the_graph_needs_a_compiler(exported: Path) -> None:
    for name in ("classifier", "writer"):
        file = exported / name / "saved_model.pb"
        read = saved_model_pb2.SavedModel.FromString(file.read_bytes())
        functions = read.meta_graphs[0].graph_def.library.function
        assert functions
        assert not [f.signature.name for f in functions if f.attr["_XlaMustCompile"].b]
        assert not {node.op for f in functions for node in f.node_def} & {"PyFunc", "EagerPyFunc"}


# ---------------------------------------------------------------- classifiers


@pytest.mark.usefixtures("repo")
def test_verdicts_are_those_of_predict(judging: Any) -> None:
    found = judging["serving_default"](text=tf.constant(TEXTS))
    expected = prediction.load("sentiment/tiny").judge(TEXTS)
    np.testing.assert_allclose(
        found["probability"], [v.probability for v in expected], rtol=0, atol=1e-5
    )
    assert np.ptp(found["probability"]) > 0.1
    assert found["label"].numpy().tolist() == [v.label for v in expected]
    assert found["tokens"].numpy().tolist() == [v.tokens for v in expected]
    assert found["unknown"].numpy().tolist() == [len(v.unknown) for v in expected]


def test_a_model_that_reads_padding_is_exported_without(changing: Path, tmp_path: Path) -> None:
    """The book's do not mask it; a verdict is a text's own all the same."""
    file = changing / "data/sentiment/models/tiny/model.json"
    file.write_text(file.read_text().replace('"mask": true', '"mask": false'))
    saved.export("sentiment/tiny", tmp_path / "new", None)
    loaded = tf.saved_model.load(str(tmp_path / "new")).signatures["serving_default"]
    expected = prediction.load("sentiment/tiny").judge(TEXTS)
    found = loaded(text=tf.constant(TEXTS))["probability"]
    np.testing.assert_allclose(found, [v.probability for v in expected], rtol=0, atol=1e-5)


def test_another_seed_is_another_model(changing: Path, tmp_path: Path, judging: Any) -> None:
    other = opinionated(sentiment.build(CLASSIFIER, len(WORDS) + 2))
    other.set_weights([w * 2 for w in other.get_weights()])
    weights.save(other, paths.Model("sentiment", "tiny").weights(10))
    saved.export("sentiment/tiny", tmp_path / "10", 10)
    loaded = tf.saved_model.load(str(tmp_path / "10")).signatures["serving_default"]
    found = loaded(text=tf.constant(["fine"]))["probability"].numpy()[0]
    assert found == pytest.approx(
        other(tf.constant([[2]]), training=False).numpy().item(), abs=1e-5
    )
    first = judging["serving_default"](text=tf.constant(["fine"]))["probability"].numpy()[0]
    assert abs(found - first) > 1e-3
    with pytest.raises(UserError, match=r"not trained with seed 8: choose of 7, 10\."):
        saved.export("sentiment/tiny", tmp_path / "8", 8)


def test_ids_are_padded_with_zeros(judging: Any) -> None:
    found = judging["encode"](text=tf.constant(["A FINE film, unheard", "", "the"]))
    assert found["ids"].numpy().tolist() == [[1, 2, 4, 7, 7], [0] * 5, [6, 0, 0, 0, 0]]
    assert found["tokens"].numpy().tolist() == [5, 0, 1]


@pytest.mark.parametrize(
    ("texts", "said"),
    [(["a", " "], r"no word in it.*number.*1"), ([b"a", b"caf\xe9"], "not UTF-8")],
)
def test_texts_that_predict_refuses_are_refused(judging: Any, texts: Any, said: str) -> None:
    with pytest.raises(tf.errors.InvalidArgumentError, match=said):
        judging["serving_default"](text=tf.constant(texts))


# ---------------------------------------------------------------- character models

Generate = Callable[[str, int, float, int], str]


@pytest.fixture
def generate(going_on: Any) -> Generate:
    def generate(start: str, length: int, temperature: float, seed: int) -> str:
        found = going_on["generate"](
            start=tf.constant(start),
            length=tf.constant(length),
            temperature=tf.constant(temperature),
            seed=tf.constant(seed),
        )
        text: str = found["text"].numpy().decode()
        return text

    return generate


@pytest.mark.usefixtures("repo")
@pytest.mark.parametrize(("temperature", "seed"), [(1.0, 1), (0.7, 2), (4.0, 3), (0.0, 1)])
def test_the_text_is_that_of_sample(generate: Generate, temperature: float, seed: int) -> None:
    expected = writing.load("charlm/tiny").write("He é", 60, temperature or None, seed)
    assert generate("He é", 60, temperature, seed) == "He é" + "".join(expected)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("HΩ", 3, 1.0, 1), r"does not know the character\] \[Ω"),
        (("", 3, 1.0, 1), "the start is empty"),
        (("H", 0, 1.0, 1), "the length must be at least 1"),
        (("H", 3, -1.0, 1), "the temperature must not be below 0"),
        (("H", 3, 1.0, -1), "the seed must not be below 0"),
    ],
)
def test_what_cannot_be_written_is_refused(
    generate: Generate, given: tuple[str, int, float, int], said: str
) -> None:
    with pytest.raises(tf.errors.InvalidArgumentError, match=said):
        generate(*given)


def test_states_carry_what_was_read(going_on: Any, writing: keras.Model) -> None:
    """Text by text, and as the network reads it at once."""
    step, states = going_on["step"], tf.zeros((2, 4, 5))
    for part in (["He", "ab"], [" ", "\n"], ["éab", "dee"]):
        found = step(text=tf.constant(part), states=states)
        states = found["states"]
    ids = tf.constant([KNOWN.encode("He éab"), KNOWN.encode("ab\ndee")])
    logits, *after = writing([ids, *characters.zero_states(WRITER, 2)], training=False)
    np.testing.assert_allclose(found["logits"], logits[:, -1], atol=1e-5)
    np.testing.assert_allclose(states, np.stack(after, axis=1), atol=1e-5)


@pytest.mark.parametrize("texts", [["a", "bc"], ["", "a"]])
def test_a_step_s_texts_are_equally_long(going_on: Any, texts: list[str]) -> None:
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"equally long|is empty"):
        going_on["step"](text=tf.constant(texts), states=tf.zeros((2, 4, 5)))


def test_the_score_is_the_bits_of_the_network(going_on: Any, writing: keras.Model) -> None:
    texts = ["He abcde", "ab", "\n\né"]
    found = going_on["serving_default"](text=tf.constant(texts))
    for text, bits, mean in zip(texts, found["bits"], found["bits_per_char"], strict=True):
        ids = KNOWN.encode(text)
        logits, *_ = writing(
            [tf.constant(ids[None, :-1]), *characters.zero_states(WRITER, 1)], training=False
        )
        odds = tf.nn.log_softmax(logits[0]).numpy()
        expected = -odds[np.arange(len(ids) - 1), ids[1:]] / np.log(2)
        assert bits[0] == 0
        np.testing.assert_allclose(bits[1 : len(ids)], expected, rtol=1e-4)
        assert not bits[len(ids) :].numpy().any()
        assert float(mean) == pytest.approx(expected.mean(), rel=1e-4)
    with pytest.raises(tf.errors.InvalidArgumentError, match="needs two characters"):
        going_on["serving_default"](text=tf.constant(["a"]))


def test_logits_are_in_the_order_of_the_characters(going_on: Any) -> None:
    found = going_on["characters"](ids=tf.constant([0, 3, 8]))["text"].numpy()
    assert [c.decode() for c in found] == ["\n", "b", "é"]


@pytest.mark.parametrize("cell", ["SimpleRNN", "LSTM", "GRU"])
def test_keras_s_loops_give_the_same(cell: str) -> None:
    options = CLASSIFIER.model_copy(update={"cell": cell, "layers": 2})
    network = opinionated(sentiment.build(options, 9))
    ids = tf.constant([[1, 2, 3, 4], [5, 6, 0, 0]])
    before = network(ids, training=False).numpy()
    np.testing.assert_allclose(without_compiler(network)(ids, training=False), before, atol=1e-5)
    other = WRITER.model_copy(update={"cell": cell})
    writer = opinionated(characters.build(other, 9))
    given = [ids, *characters.zero_states(other, 2)]
    logits = writer(given, training=False)[0].numpy()
    np.testing.assert_allclose(without_compiler(writer)(given)[0], logits, atol=1e-5)


# ---------------------------------------------------------------- refusals


@pytest.mark.usefixtures("repo")
def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path, textrnn: Command) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    done = textrnn("export", "sentiment/tiny", str(tmp_path))
    assert (done.status, done.out) == (1, "")
    assert done.err == (
        f"textrnn: {tmp_path} is not empty: name another folder, or remove this one.\n"
    )
    assert "is a file" in textrnn("export", "sentiment/tiny", str(tmp_path / "notes.txt")).err
    assert (tmp_path / "notes.txt").read_text() == "mine"


@pytest.mark.usefixtures("repo")
def test_a_model_that_is_not_here_is_answered_as_by_predict(tmp_path: Path) -> None:
    for name in ("sentiment/quick", "charlm/quick"):
        with pytest.raises(UserError) as caught:
            saved.export(name, tmp_path / "new", None)
        assert str(caught.value) == (
            f"{name} is not here yet: {models.how_to_get(models.find(name))}"
        )
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("repo")
def test_a_failure_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(saved, "_describe", full)  # after TensorFlow has written
    with pytest.raises(UserError, match=r"new cannot be written: No space left on device\.$"):
        saved.export("charlm/tiny", tmp_path / "new", None)
    assert not list(tmp_path.iterdir())
