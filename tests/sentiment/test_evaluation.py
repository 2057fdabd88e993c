"""What predictions are worth: every measure by hand."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textrnn import sharding, shards, weights
from textrnn.backend import keras
from textrnn.params.classifier import Architecture, Buckets, Padded
from textrnn.sentiment import batching, evaluation, measures
from textrnn.sentiment.model import build

SMALL = Architecture(
    embedding=3, cell="GRU", units=4, layers=1, bidirectional=True, dense=4, mask=True, dropout=0.5
)
BUCKETS = Buckets(method="buckets", batch_size=4, shuffle=9, pool=8)


def predictions(labels: Sequence[int], probabilities: Sequence[float]) -> pd.DataFrame:
    frame = pd.DataFrame({"label": labels, "probability": np.float32(probabilities)})
    return frame.rename_axis("place")


def measured(frame: pd.DataFrame) -> dict[str, float]:
    return measures.of(frame["label"].to_numpy(), frame["probability"].to_numpy(np.float64))


SIX = predictions([1, 0, 1, 1, 0, 0], [0.9, 0.2, 0.4, 0.6, 0.7, 0.5])


# ---------------------------------------------------------------- measures


def test_measures() -> None:
    """Right: 0.9, 0.2, 0.6 and 0.5, which counts as 0."""
    found = measured(SIX)
    nats = -np.log([0.9, 0.8, 0.4, 0.6, 0.3, 0.5])
    # Of nine pairs of a 1 and a 0, the 1 stands higher in 0.9 (3), 0.6 (2) and 0.4 (1).
    assert found == {
        "accuracy": pytest.approx(4 / 6),
        "loss": pytest.approx(nats.mean(), rel=1e-6),
        "auc": pytest.approx(6 / 9),
    }


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(1, 9)), min_size=2, max_size=20))
def test_area_is_the_share_of_pairs_in_the_right_order(rows: list[tuple[int, int]]) -> None:
    labels, tenths = zip(*rows, strict=True)
    ones = [p for label, p in rows if label]
    zeros = [p for label, p in rows if not label]
    found = measured(predictions(labels, [p / 10 for p in tenths]))
    if not ones or not zeros:
        assert "auc" not in found
        return
    pairs = [(a > b) + (a == b) / 2 for a in ones for b in zeros]
    assert found["auc"] == pytest.approx(np.mean(pairs))


def test_one_class_has_no_curve_and_its_metrics_are_numbers() -> None:
    ones = predictions([1, 1, 1], [0.9, 0.2, 0.6])
    assert evaluation.roc(ones).empty
    assert list(evaluation.roc(ones)) == list(evaluation.roc(SIX))
    found = evaluation.summary({1: {"train": SIX, "test": ones}})
    errors = {"ece", "ece_equal_mass"}
    interval = {"accuracy_low", "accuracy_high"}
    assert set(found["test"]) == {"accuracy", "loss"} | errors | interval
    assert set(found["train"]) == {"accuracy", "loss", "auc"} | errors


def test_a_sure_mistake_costs_much_but_not_everything() -> None:
    found = measured(predictions([1, 0], [0.0, 0.0]))
    assert 10 < found["loss"] < np.inf


def test_confusion_counts_the_texts_of_each_split() -> None:
    """Of three 0s, two are seen as 0 (0.2, 0.5); of three 1s, two are seen as 1."""
    ones = predictions([1, 1], [0.9, 0.8])
    found = evaluation.confusion({"train": SIX, "test": ones})
    assert [tuple(row) for row in found.itertuples(index=False)] == [
        ("train", 0, 0, 2),
        ("train", 0, 1, 1),
        ("train", 1, 0, 1),
        ("train", 1, 1, 2),
        ("test", 0, 0, 0),  # every cell, where a class is absent
        ("test", 0, 1, 0),
        ("test", 1, 0, 0),
        ("test", 1, 1, 2),
    ]
    assert list(found) == ["split", "actual", "predicted", "texts"]


# ---------------------------------------------------------------- curve


def test_a_short_curve_is_whole() -> None:
    """Steps of a third up for each 1, to the right for each 0, from the highest probability."""
    found = evaluation.roc(SIX)
    assert list(found.columns) == ["false_positive_rate", "true_positive_rate"]
    corners = [(0, 0), (0, 1 / 3), (1 / 3, 1 / 3), (1 / 3, 2 / 3), (2 / 3, 2 / 3), (2 / 3, 1)]
    expected = [*corners, (1, 1)]
    points = list(found.itertuples(index=False, name=None))
    for point in points:
        assert any(point == pytest.approx(corner) for corner in expected), point
    assert points[0] == (0, 0)
    assert points[-1] == (1, 1)
    area = np.trapezoid(found["true_positive_rate"], found["false_positive_rate"])
    assert area == pytest.approx(measured(SIX)["auc"])


def test_a_long_curve_is_thinned_from_end_to_end() -> None:
    random = np.random.default_rng(1)
    labels = random.integers(0, 2, 5000)
    many = predictions(labels, np.clip(random.normal(0.4 + 0.2 * labels, 0.15), 0, 1))
    found = evaluation.roc(many)
    assert len(found) == evaluation.CURVE_POINTS
    assert tuple(found.iloc[0]) == (0, 0)
    assert tuple(found.iloc[-1]) == (1, 1)
    assert (np.diff(found, axis=0) >= 0).all()
    area = np.trapezoid(found["true_positive_rate"], found["false_positive_rate"])
    assert area == pytest.approx(measured(many)["auc"], abs=2e-3)


# ---------------------------------------------------------------- worst


def test_the_worst_come_first() -> None:
    found = evaluation.worst(SIX, (f"text {i}" for i in range(6)), 4)
    assert found["place"].tolist() == [4, 2]
    assert found["text"].tolist() == ["text 4", "text 2"]
    assert found["label"].tolist() == [0, 1]
    np.testing.assert_allclose(found["probability"], [0.7, 0.4])


def test_what_the_model_was_right_about_is_no_mistake() -> None:
    one = predictions([1, 0, 1, 0], [0.93, 0.2, 0.4, 0.1])
    assert evaluation.worst(one, "abcd")["text"].tolist() == ["c"]
    none = evaluation.worst(predictions([1, 0], [0.9, 0.1]), "ab")
    assert list(none.columns) == list(evaluation.worst(one, "abcd").columns)
    assert none.empty


def test_of_equally_wrong_texts_the_first_comes_first() -> None:
    same = predictions([1, 0, 1, 0], [0.25, 0.75, 0.25, 0.75])
    assert evaluation.worst(same, "abcd", 3)["text"].tolist() == ["a", "b", "c"]


def test_fewer_texts_than_are_asked_for() -> None:
    same = predictions([1, 0, 1, 0], [0.25, 0.75, 0.25, 0.75])
    assert len(evaluation.worst(same, "abcd")) == 4


# ---------------------------------------------------------------- models


@pytest.fixture
def split(tmp_path: Path) -> Path:
    random = np.random.default_rng(2)
    rows = [
        {"tokens": random.integers(1, 9, n).tolist(), "label": [i % 2]}
        for i, n in enumerate(random.integers(1, 12, 15))
    ]
    folder = tmp_path / "test"
    folder.mkdir()
    sharding.write(folder, "test", rows, len(rows), 2)
    return folder


def opinionated(seed: int) -> keras.Model:
    keras.utils.set_random_seed(seed)
    model = build(SMALL, 9)
    model.set_weights([w * 3 for w in model.get_weights()])
    return model


def test_predictions_are_in_the_order_of_the_split(split: Path) -> None:
    """Whatever the order of the batches; each is what the model says of the text alone."""
    model = opinionated(1)
    found = evaluation.predict(model, batching.in_order(split, BUCKETS))
    assert found.index.tolist() == list(range(15))
    assert found["label"].tolist() == [i % 2 for i in range(15)]
    alone = [
        float(model(np.array([example["tokens"]]), training=False)[0, 0])
        for example in shards.read(split)
    ]
    np.testing.assert_allclose(found["probability"], alone, rtol=1e-5)
    assert np.ptp(alone) > 0.01
    shuffled = evaluation.predict(model, batching.texts(split, BUCKETS, 3)(0))
    np.testing.assert_allclose(shuffled, found, rtol=1e-5)


def test_each_seed_is_predicted_with_its_own_weights(split: Path, tmp_path: Path) -> None:
    batches = {"test": batching.in_order(split, Padded(method="padded", batch_size=4))}
    models = {seed: opinionated(seed) for seed in (5, 6)}
    files = {seed: tmp_path / f"{seed}.safetensors" for seed in models}
    for seed, model in models.items():
        weights.save(model, files[seed])
    found = evaluation.predict_all(build(SMALL, 9), batches, files)
    for seed, model in models.items():
        expected = evaluation.predict(model, batches["test"])
        pd.testing.assert_frame_equal(found[seed]["test"], expected)
    assert not found[5]["test"].equals(found[6]["test"])


# ---------------------------------------------------------------- several seeds


GOOD = predictions([1, 0, 1, 0], [0.9, 0.1, 0.8, 0.2])
FAIR = predictions([1, 0, 1, 0], [0.9, 0.1, 0.4, 0.2])


def test_summary_gives_means_and_the_spread_of_the_test_accuracy() -> None:
    found = evaluation.summary({1: {"train": GOOD, "test": GOOD}, 2: {"train": GOOD, "test": FAIR}})
    assert found["train"]["accuracy"] == 1.0
    assert found["test"]["accuracy"] == pytest.approx(0.875)
    assert found["test"]["auc"] == 1.0
    losses = [measured(p)["loss"] for p in (GOOD, FAIR)]
    assert found["test"]["loss"] == pytest.approx(np.mean(losses))
    assert found["seeds"] == {"n": 2, "std": pytest.approx(0.25 / np.sqrt(2))}


def test_the_test_rows_figures_have_intervals_around_them() -> None:
    found = evaluation.summary({1: {"valid": SIX, "test": SIX}, 2: {"valid": SIX, "test": SIX}})
    for name in ("accuracy", "auc"):
        test = found["test"]
        assert test[f"{name}_low"] < test[name] < test[f"{name}_high"]
        assert f"{name}_low" not in found["valid"]


def test_one_seed_has_no_spread() -> None:
    assert evaluation.summary({1: {"test": GOOD}})["seeds"] == {"n": 1}


def test_all_predictions_in_one_table() -> None:
    texts = {
        split: pd.DataFrame({"row": [first, 5, 6, 7], "tokens": 3}).rename_axis("place")
        for split, first in (("train", 0), ("test", 4))
    }
    found = {1: {"train": GOOD, "test": FAIR}, 2: {"test": GOOD}}
    table = evaluation.predictions_table(found, texts)
    columns = "seed", "split", "place", "row", "tokens", "label", "probability", "predicted"
    assert tuple(table.columns) == columns
    assert len(table) == 12
    assert table["row"].tolist() == [0, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7]
    assert table["predicted"].tolist() == [1, 0, 1, 0, 1, 0, 0, 0, 1, 0, 1, 0]
    row = table[(table["seed"] == 1) & (table["split"] == "test") & (table["place"] == 2)]
    assert row["probability"].tolist() == [np.float32(0.4)]
