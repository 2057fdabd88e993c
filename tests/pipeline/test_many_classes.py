"""Reviews of three classes, from a CSV to metrics, a verdict and an exported model."""

import csv
import json
import random
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.layout import copy_repository, run

TEXTRNN = (sys.executable, "-m", "textrnn.cli")
MOODS = ("bad", "fair", "good")
WORDS = {"bad": ("dull", "poor"), "fair": ("plain", "so-so"), "good": ("fine", "warm")}

USE = """
from pathlib import Path
from textrnn.backend import tf
from textrnn.serving import prediction
from textrnn.serving.export import folder

texts = ["the film dull and poor", "the film fine and warm"]
verdicts = prediction.load("sentiment/reviews").judge(texts)
folder.export("sentiment/reviews", Path("exported"), None)
judge = tf.saved_model.load("exported").signatures["serving_default"]
found = judge(text=tf.constant(texts))["verdict"].numpy()
print(*[verdict.word for verdict in verdicts], *[word.decode() for word in found])
"""


def reviews(rows: int = 180) -> str:
    draw = random.Random(1)
    lines = ["mood,body"]
    for i in range(rows):
        mood = MOODS[i % 3]
        words = [
            *draw.choices(["the", "film", "plot", "and"], k=4),
            *draw.choices(WORDS[mood], k=2),
        ]
        draw.shuffle(words)
        lines.append(f"{mood},{' '.join(words)} no {i}")
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository in which `init` described the reviews, and `dvc repro` did the rest."""
    folder = tmp_path_factory.mktemp("many") / "repository"
    copy_repository(folder)
    (folder.parent / "reviews.csv").write_text(reviews())
    columns = ("--text", "body", "--label", "mood")
    said = run(folder, *TEXTRNN, "init", "sentiment", "../reviews.csv", *columns)
    assert "3 classes, one a label: bad (60), fair (60), good (60)" in said
    file = folder / "params.yaml"
    values: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
    model = values["sentiment"]["models"]["reviews"]
    model["architecture"] |= {"embedding": 8, "units": 8, "dense": 8}
    model["training"] |= {"epochs": 12, "learning_rate": 0.02, "early_stopping": None}
    grid = values["sentiment"]["baselines"]
    grid["nb_svm"] |= {"orders": [1], "penalty": [1.0]}
    grid["tf_idf"] |= {"orders": [1], "penalty": [10.0]}
    file.write_text(yaml.safe_dump(values, sort_keys=False), encoding="utf-8")
    run(folder, "dvc", "repro", "sentiment-compare@reviews")
    return folder


def metrics(folder: Path, name: str) -> Any:
    return json.loads((folder / "metrics/sentiment" / name).read_text())


def table(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_the_model_and_the_baselines_learn_three_classes(finished: Path) -> None:
    found = metrics(finished, "reviews/metrics.json")
    chance = 1 / 3
    for split in ("train", "test"):
        assert found[split]["accuracy"] > 2 * chance
        assert found[split]["auc"] > 0.8
        assert found[split]["f1"] > 2 * chance
    assert found["test"]["accuracy_low"] <= found["test"]["accuracy"]
    for baseline in metrics(finished, "baselines/reviews/metrics.json").values():
        assert baseline["test"]["accuracy"] > 0.9
        assert "f1" in baseline["test"]
    against = metrics(finished, "reviews/comparison.json")["against"]
    assert set(against) == {"nb-svm", "tf-idf"}
    described = json.loads((finished / "data/sentiment/models/reviews/model.json").read_text())
    assert described["architecture"]["classes"] == 3


def test_tables_have_all_classes(finished: Path) -> None:
    home = finished / "metrics/sentiment/reviews"
    cells = table(home / "confusion.csv")
    assert len(cells) == 3 * 9
    test = [row for row in cells if row["split"] == "test"]
    right = sum(int(row["texts"]) for row in test if row["actual"] == row["predicted"])
    assert right / sum(int(row["texts"]) for row in test) == pytest.approx(
        metrics(finished, "reviews/metrics.json")["test"]["accuracy"], abs=1e-6
    )
    assert {row["class"] for row in table(home / "roc.csv")} == {"0", "1", "2"}
    predictions = table(finished / "data/sentiment/evaluations/reviews/predictions.csv")
    assert len(predictions) == 180
    for row in predictions:
        said = [float(row[f"probability_{k}"]) for k in range(3)]
        assert sum(said) == pytest.approx(1, abs=1e-5)
        assert said[int(row["predicted"])] == max(said)


def test_results_show_f1(finished: Path) -> None:
    shown = run(finished, *TEXTRNN, "results", "sentiment/reviews")
    assert "F1" in shown


def test_a_text_is_given_its_class_by_the_model_and_by_its_export(finished: Path) -> None:
    """In one process: starting TensorFlow is what takes the time."""
    said = run(finished, sys.executable, "-c", USE).splitlines()
    assert said[-1] == "bad good bad good"


def test_a_model_of_other_classes_than_its_corpus_s_is_refused_first(
    finished: Path,
) -> None:
    file = finished / "params.yaml"
    before = file.read_text(encoding="utf-8")
    file.write_text(before.replace("classes: 3", "classes: 4"), encoding="utf-8")
    try:
        output = run(finished, "dvc", "repro", "sentiment-train@reviews", fails=True)
    finally:
        file.write_text(before, encoding="utf-8")
    assert (
        "sentiment.models.reviews.architecture.classes: 4, but the labels of corpora.own.reviews "
        "are mapped to 3 classes: set it to 3"
    ) in output
    assert "Traceback" not in output
