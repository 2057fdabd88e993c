"""Linear baselines: known answers, and a choice that no test row can touch."""

import json
from pathlib import Path

import numpy as np
import pytest
import yaml
from scipy import sparse

from textrnn.errors import UserError
from textrnn.params import base
from textrnn.params.sentiment_baselines import NbSvm, SentimentBaselines, TfIdf
from textrnn.params.tokens import Tokens
from textrnn.sentiment import baselines, linear, nb_svm, tf_idf, tokenised
from textrnn.sentiment.linear import Candidate
from textrnn.sentiment.tokenised import Texts
from textrnn.sentiment.tokens import tokenizer

OPTIONS = SentimentBaselines(
    lower=True,
    punctuation=False,
    nb_svm=NbSvm(orders=[1, 2], smoothing=[1.0], penalty=[0.1, 10.0], interpolation=[0.5, 1.0]),
    tf_idf=TfIdf(orders=[1, 2], penalty=[1.0, 100.0]),
)


def texts(count: int, seed: int) -> Texts:
    """Texts whose label is told by a pair of words, and by neither of them alone."""
    draw = np.random.default_rng(seed)
    labels = np.arange(count) % 2
    pairs = {0: [["not", "good"], ["so", "bad"]], 1: [["not", "bad"], ["so", "good"]]}
    filler = [list(draw.choice(["film", "the", "plot"], size=3)) for _ in range(count)]
    tokens = [
        [*pairs[int(k)][draw.integers(2)], *rest] for k, rest in zip(labels, filler, strict=True)
    ]
    return Texts(tokens, labels)


# ---------------------------------------------------------------- the models


def test_log_count_ratios_by_hand() -> None:
    presence = sparse.csr_matrix([[1, 0], [1, 1], [0, 1], [0, 1]])
    found = nb_svm.log_count_ratios(presence, np.array([1, 1, 0, 0]), smoothing=1.0)
    positive, negative = np.array([3, 2]) / 5, np.array([1, 3]) / 4
    np.testing.assert_allclose(found, np.log(positive / negative))


def test_interpolation_runs_from_equal_weights_to_the_fitted_ones() -> None:
    weights = np.array([3.0, -1.0])
    assert nb_svm.interpolated(weights, 1.0).tolist() == [3.0, -1.0]
    assert nb_svm.interpolated(weights, 0.0).tolist() == [2.0, 2.0]
    assert nb_svm.interpolated(weights, 0.5).tolist() == [2.5, 0.5]


def test_an_n_gram_counts_once_a_text() -> None:
    counts = [sparse.csr_matrix([[1.0, 1.0], [9.0, 1.0]])]
    model = nb_svm.Fitted(orders=1, weights=np.array([1.0, -2.0]), intercept=0.5)
    np.testing.assert_allclose(model(counts), 1 / (1 + np.exp([0.5, 0.5])))


def test_every_combination_is_tried() -> None:
    train = texts(40, seed=1)
    counts = baselines.NGrams(train.tokens, 2).counts(train.tokens)
    found = [dict(c.settings) for c in nb_svm.candidates(OPTIONS.nb_svm, counts, train.labels)]
    assert len(found) == len({json.dumps(settings) for settings in found}) == 8
    found = [dict(c.settings) for c in tf_idf.candidates(OPTIONS.tf_idf, counts, train.labels)]
    assert len(found) == len({json.dumps(settings) for settings in found}) == 4


def test_labels_that_are_all_the_same_are_refused() -> None:
    with pytest.raises(UserError, match="one label only"):
        linear.fit(sparse.csr_matrix([[1.0], [2.0]]), np.array([1, 1]), penalty=1.0)


# ---------------------------------------------------------------- the choice


def test_validation_chooses_pairs_of_words_where_only_they_tell() -> None:
    found = baselines.choose(OPTIONS, texts(200, seed=1), texts(60, seed=2), 2)
    assert {name: c.settings["orders"] for name, c in found.chosen.items()} == {
        "nb-svm": 2,
        "tf-idf": 2,
    }
    predictions = found.predict(texts(60, seed=3)).assign(split="test")
    values = baselines.summary(found, predictions)
    assert values["nb-svm"]["test"]["accuracy"] == values["tf-idf"]["test"]["accuracy"] == 1.0
    assert baselines.choices(found).startswith("nb-svm: orders 2, smoothing 1, penalty ")


def test_the_least_validation_loss_is_chosen_and_the_first_of_equals() -> None:
    labels = np.array([0, 1])
    guesses = {"wrong": [0.9, 0.1], "right": [0.1, 0.9], "again": [0.1, 0.9], "unsure": [0.4, 0.6]}
    candidates = [
        Candidate({"number": i}, lambda _, p=p: np.array(p)) for i, p in enumerate(guesses.values())
    ]
    assert linear.choose(candidates, [], labels).settings == {"number": 1}


def test_predictions_stand_in_the_order_of_the_rows() -> None:
    train = texts(40, seed=1)
    found = baselines.choose(OPTIONS, train, train, 2).predict(train)
    assert found.columns.tolist() == ["baseline", "place", "label", "probability", "predicted"]
    for _, rows in found.groupby("baseline"):
        assert rows["place"].tolist() == list(range(40))
        assert rows["label"].tolist() == train.labels.tolist()
        assert ((rows["probability"] > 0.5) == (rows["label"] == 1)).all()
        assert (rows["predicted"] == rows["label"]).all()


# ---------------------------------------------------------------- what is read


@pytest.mark.parametrize(
    ("last", "lower", "part"),
    [
        (None, False, "One two, Three! four."),
        (2, False, "Three! four."),
        (9, False, "One two, Three! four."),
        (2, True, "three! four."),
    ],
)
def test_the_text_is_what_the_dataset_s_models_read(
    last: int | None, lower: bool, part: str
) -> None:
    cut = tokenised.part_read(Tokens(lower=lower, punctuation=False, last=last))
    assert cut("One two, Three! four.") == part


def test_the_models_would_read_the_same_tokens_of_the_part() -> None:
    options = Tokens(lower=True, punctuation=True, last=3)
    cut, tokenize = tokenised.part_read(options), tokenizer(options)
    for text in ("It was İstanbul, was it?", "No.", "…", "A b c d e"):
        assert tokenizer(options.model_copy(update={"last": None}))(cut(text)) == tokenize(text)


@pytest.fixture
def home(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the rows of a dataset and parameters, from which the stage is run."""
    monkeypatch.chdir(tmp_path)
    rows = tmp_path / "data/sentiment/datasets/tiny/rows"
    rows.mkdir(parents=True)
    for seed, split in enumerate(("train", "valid", "test")):
        found = texts(60, seed)
        lines = [
            json.dumps({"row": i, "label": int(k), "text": " ".join(tokens)})
            for i, (tokens, k) in enumerate(zip(found.tokens, found.labels, strict=True))
        ]
        (rows / f"{split}.jsonl").write_text("\n".join(lines) + "\n")
    tokens = {"lower": False, "punctuation": False, "last": None}
    values = {
        "corpora": {"own": {"tiny": {"read": {"text": "text", "label": "label"}}}},
        "sentiment": {
            "datasets": {
                "tiny": {
                    "tokens": tokens,
                    "corpus": {"folder": "own", "name": "tiny", "format": "csv"},
                }
            },
            "baselines": OPTIONS.model_dump(),
        },
    }
    (tmp_path / base.FILE).write_text(yaml.safe_dump(values))
    return tmp_path


def run_stage(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import runpy

    monkeypatch.setattr("sys.argv", ["baseline.py", "tiny"])
    runpy.run_path(str(root / "stages/sentiment/baseline.py"), run_name="__main__")


def test_the_choice_is_made_before_a_test_row_is_read(
    home: Path, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A stage that opened the test rows any earlier would fail before it says what was chosen."""
    run_stage(root, monkeypatch)
    said = capsys.readouterr().out
    assert said.startswith("nb-svm: orders 2")
    predictions = home / "data/sentiment/baselines/tiny/predictions.csv"
    assert len(predictions.read_text().splitlines()) == 1 + 2 * 3 * 60
    values = json.loads((home / "metrics/sentiment/baselines/tiny/metrics.json").read_text())
    assert values["nb-svm"]["test"]["accuracy"] == 1.0
    assert {"accuracy_low", "auc_high", "ece"} <= set(values["nb-svm"]["test"])

    test = home / "data/sentiment/datasets/tiny/rows/test.jsonl"
    test.write_text("no row\n")
    with pytest.raises(SystemExit):
        run_stage(root, monkeypatch)
    broken = capsys.readouterr()
    assert broken.out == said
    assert "test.jsonl, line 1: not a row" in broken.err
