"""The report: what it shows, what it says is missing, and that it asks nothing of the network."""

import itertools
import json
import re
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import html5lib
import pytest
import yaml
from dvc.repo import Repo

from textrnn import paths
from textrnn.errors import UserError
from textrnn.reports import (
    book,
    card,
    charts,
    figures,
    measured,
    offline,
    page,
    pipeline,
    ranking,
    words,
)
from textrnn.reports.charts import Kind

ROOT = Path(__file__).parents[1]
HOSTILE = '<script>alert("&")</script><img src=x onerror=alert(1)>'
PARTS = ("metrics", ".dvc/config", ".dvc/plots", "dvc.yaml", "dvc.lock", "params.yaml")


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What git holds, and worst errors of one model, of which one means harm."""
    folder = tmp_path_factory.mktemp("held")
    files = subprocess.run(
        ["git", "ls-files", "-z", "--", *PARTS, "requirements.lock", "pyproject.toml"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    for name in filter(None, files.split("\0")):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, target)
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    worst = folder / "data/sentiment/evaluations/quick/worst.csv"
    worst.parent.mkdir(parents=True)
    long = "a dull film " * 60
    text = HOSTILE.replace('"', '""')
    worst.write_text(f'place,label,probability,text\n1,0,0.9996,"{text}"\n2,1,0.02,{long}\n')
    return folder


@pytest.fixture(scope="module")
def whole(held: Path) -> Iterator[str]:
    """The report of all models that git holds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(held)
        yield page.render(measured.find([]))


@pytest.fixture(scope="module")
def tree(whole: str) -> Any:
    """The same, parsed; a page with an error of HTML fails here."""
    return parsed(whole)


def parsed(text: str) -> Any:
    """Return the tree of a page that has no error of HTML."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # html5lib's own
        return parser.parse(text)


def test_it_is_html(tree: Any) -> None:
    assert tree.tag == "html"


def test_it_loads_nothing(tree: Any, whole: str) -> None:
    assert not list(tree.iter("script"))
    loaded = [
        value
        for element in tree.iter()
        for name, value in element.attrib.items()
        if name in {"src", "srcset", "data", "poster"} or (element.tag == "link" and name == "href")
    ]
    assert loaded == ["data:,"]
    style = "".join(element.text for element in tree.iter("style"))
    assert "url(" not in style
    assert "@import" not in style
    assert not re.search(r"url\((?!#head-)", whole)


def test_every_model_and_every_section_is_there(tree: Any, held: Path) -> None:
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    folders = [
        f for task in measured.TASKS for f in (held / "metrics" / task).glob("*/metrics.json")
    ]
    models = {f"{file.parts[-3]}-{file.parent.name}" for file in folders}
    sections = {"results", "sentiment", "charlm", "pipelines", "data", "versions"}
    assert models | sections <= set(ids)
    anchors = {a.get("href") for a in tree.iter("a")}
    assert {a.removeprefix("#") for a in anchors if a.startswith("#")} <= set(ids)


def test_headings_are_in_order(tree: Any) -> None:
    levels = [int(e.tag[1]) for e in tree.iter() if re.fullmatch("h[1-6]", str(e.tag))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_every_picture_has_words(tree: Any) -> None:
    pictures = [e for e in tree.iter() if str(e.tag).endswith("}svg")]
    assert pictures
    assert all(p.get("role") == "img" and len(p.get("aria-label")) > 20 for p in pictures)


def test_it_shows_the_figures_of_the_runs_and_of_the_book(whole: str, held: Path) -> None:
    found = json.loads((held / "metrics/sentiment/book-bilstm/metrics.json").read_text())
    assert f"{found['test']['accuracy'] * 100:.2f} %" in whole
    baseline = json.loads((held / "metrics/sentiment/baselines/imdb/metrics.json").read_text())
    assert f"{baseline['nb-svm']['test']['accuracy'] * 100:.2f} %" in whole
    assert "85.15 %" in whole
    assert "about 50 %" in whole


def test_it_shows_what_was_written(tree: Any, held: Path) -> None:
    sample = (held / "metrics/charlm/book/samples/carried-scale-2.0.txt").read_text("utf-8")
    blocks = ["".join(b.itertext()) for b in tree.iter("blockquote")]
    assert sample in blocks


def test_a_text_that_means_harm_is_shown_as_text(tree: Any, whole: str) -> None:
    blocks = ["".join(b.itertext()) for b in tree.iter("blockquote")]
    assert HOSTILE in blocks
    assert "<img" not in whole


def test_errors_that_are_not_here_are_said_to_be_elsewhere(whole: str) -> None:
    assert "Not here: data/sentiment/evaluations/book-rnn/worst.csv" in whole
    assert "Not here: data/sentiment/evaluations/quick/worst.csv" not in whole


def test_one_model_alone(held: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(held)
    file = tmp_path / "deep" / "quick.html"
    page.write(["charlm/quick"], file)
    text = file.read_text(encoding="utf-8")
    parsed(text)
    assert 'id="charlm-quick"' in text
    assert 'id="sentiment' not in text
    assert "book-bilstm" not in text
    page.write(["charlm/quick"], tmp_path / "again.html")
    assert text == (tmp_path / "again.html").read_text(encoding="utf-8")


def test_metrics_alone_make_a_page_that_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "metrics/sentiment/mine"
    home.mkdir(parents=True)
    (home / "metrics.json").write_text('{"test": {"accuracy": 0.8}}')
    (tmp_path / "params.yaml").write_text("sentiment: {models: {}}\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    text = page.render(measured.find([]))
    parsed(text)
    for said in (
        "80.00 %",
        "the commit is not known",
        "Not measured: metrics/sentiment/mine/learning_curve.csv is not here.",
        "Not measured: metrics/sentiment/mine/calibration.csv is not here.",
        "Not measured: metrics/sentiment/mine/by_length.csv is not here.",
        "Not measured: metrics/sentiment/mine/roc.csv is not here.",
        "Not measured: metrics/sentiment/mine/confusion.csv is not here.",
        "Paired tests were not made",
        "Not here: data/sentiment/evaluations/mine/worst.csv",
        "its dataset has no baselines",
        "Not drawn: this is no repository of DVC",
        "dvc.lock knows of no training",
        "requirements.lock or pyproject.toml is not here",
    ):
        assert said in text, said


def test_parameters_that_changed_since_the_training_are_named(
    held: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "changed"
    shutil.copytree(held, folder)
    params = (folder / "params.yaml").read_text()
    (folder / "params.yaml").write_text(params.replace("2.0e-3", "3.0e-3"))
    monkeypatch.chdir(folder)
    (model,) = measured.find(["sentiment/quick"])
    assert model.changed == ["training"]
    assert model.params["training"]["learning_rate"] == 0.002


def test_an_unknown_model_is_refused(held: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(held)
    with pytest.raises(UserError, match="no metrics of sentiment/quack"):
        measured.find(["sentiment/quack"])


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "metrics.json").write_text("{")
    with pytest.raises(UserError, match=r"metrics\.json is damaged"):
        measured.read(tmp_path / "metrics.json")


def test_what_numbers_say_of_calibration_length_and_pairs_is_shown(
    held: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "numbers"
    shutil.copytree(held, folder)
    home = folder / "metrics/sentiment/quick"
    metrics = json.loads((home / "metrics.json").read_text())
    metrics["test"] |= {"ece": 0.0583, "accuracy_low": 0.7309, "accuracy_high": 0.7763}
    (home / "metrics.json").write_text(json.dumps(metrics))
    (home / "calibration.csv").write_text(
        "split,bin_low,bin_high,confidence,accuracy,count\n"
        "test,0.5,0.75,0.6,0.55,40\ntest,0.75,1.0,0.9,0.85,60\n"
    )
    (home / "by_length.csv").write_text(
        "split,length_low,length_high,accuracy,low,high,count\n"
        "test,1,11,0.79,0.72,0.84,191\ntest,12,15,0.73,0.66,0.8,149\n"
    )
    pair = {"difference": -0.0159, "difference_low": -0.03, "difference_high": 0.0}
    pair |= {"only_model": 101, "only_other": 121, "p": 0.00003}
    test = {"rows_with_twin": 3, "accuracy_without_twins": 0.7535}
    comparison = {"test": test, "against": {"nb-svm": pair}}
    (home / "comparison.json").write_text(json.dumps(comparison))
    (home / "against-book-rnn.json").write_text(json.dumps(pair))
    both = {"accuracy": 0.77, "accuracy_low": 0.7466, "accuracy_high": 0.7925}
    both |= {"accuracy_without_twins": 0.7694}
    (home / "with-nb-svm.json").write_text(json.dumps({"test": both}))
    monkeypatch.chdir(folder)
    (model,) = measured.find(["sentiment/quick"])
    assert "these: 75.35 %, 76.94 % together with `nb-svm`." in card.render(model)
    text = page.render([model])
    parsed(text)
    for said in (
        "5.83 % off (expected calibration error)",
        "73.09–77.63 %",
        "Best at 1–11 tokens (79.00 %), worst at 12–15 (73.00 %).",
        "-1.59 points",
        "-3.00 to +0.00",
        "&lt; 0.0001",
        "sentiment/book-rnn",
        "75.35 %",
        "95 %: 74.66–79.25 %; without twins 76.94 %",
    ):
        assert said in text, said


def test_differences_of_character_models_are_shown_with_intervals(
    held: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "differences"
    shutil.copytree(held, folder)
    home = folder / "metrics/charlm/quick"
    metrics = json.loads((home / "metrics.json").read_text())
    metrics["test"] |= {"bits_per_char_low": 2.5432, "bits_per_char_high": 2.6123}
    (home / "metrics.json").write_text(json.dumps(metrics))
    pair = {"difference": 0.4372, "difference_low": 0.41, "difference_high": 0.46}
    (home / "comparison.json").write_text(json.dumps({"against": {"ppmd": pair}}))
    (home / "against-book.json").write_text(json.dumps({"difference": -0.5}))
    monkeypatch.chdir(folder)
    models = measured.find(["charlm/quick"])
    text, words_of_card = page.render(models), card.render(models[0])
    parsed(text)
    for said in ("2.543–2.612", "+0.437", "+0.410 to +0.460", "charlm/book"):
        assert said in text, said
    assert "| ppmd | +0.437 | +0.410 to +0.460 |" in words_of_card
    assert "| charlm/book | -0.500 | not measured |" in words_of_card
    ranked = ranking.rank(models, ranking.BITS)
    assert ranked is not None
    (mine,) = [e for e in ranked.groups[0].entries if e.kind == "model"]
    assert (mine.low, mine.high) == (2.5432, 2.6123)


def test_the_audit_of_a_text_is_shown(held: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(held)
    models = measured.find(["charlm/book", "charlm/book-tail"])
    text, cards = page.render(models), [card.render(model) for model in models]
    parsed(text)
    assert "begins in line 21, ends in line 23,145, 566 characters left out" in text
    assert "of at most 45 characters" in text
    counts = "1,001,115 training, 0 validation and 111,235 test characters"
    assert f"{counts}; training holds passages of the test text of at most 45" in cards[1]
    assert "1,112,350 training, 0 validation and 0 test characters.\n" in cards[0]


def test_a_model_of_three_classes_is_shown_by_their_names(
    held: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """One of the names means harm."""
    folder = tmp_path / "classes"
    shutil.copytree(held, folder)
    values = yaml.safe_load((folder / "params.yaml").read_text())
    read = {"text": "t", "label": "l", "labels": {"bad": 0, HOSTILE: 1, "good": 2, "great": 2}}
    section = values["sentiment"]
    quick = section["models"]["quick"]
    values["corpora"]["own"] = {"moods": {"format": "csv", "read": read}}
    corpus = {"folder": "own", "name": "moods", "format": "csv"}
    section["datasets"]["moods"] = section["datasets"]["imdb"] | {"corpus": corpus}
    architecture = quick["architecture"] | {"classes": 3}
    section["models"]["moods"] = quick | {"dataset": "moods", "architecture": architecture}
    (folder / "params.yaml").write_text(yaml.safe_dump(values))
    home = folder / "metrics/sentiment/moods"
    home.mkdir()
    (home / "metrics.json").write_text('{"test": {"accuracy": 0.8, "auc": 0.9, "f1": 0.7654}}')
    cells = [f"test,{a},{p},{100 + 10 * a + p}" for a in range(3) for p in range(3)]
    (home / "confusion.csv").write_text("\n".join(["split,actual,predicted,texts", *cells]))
    points = [f"{k},{x},{x}" for k in range(3) for x in (0, 1)]
    head = "class,false_positive_rate,true_positive_rate"
    (home / "roc.csv").write_text("\n".join([head, *points]))
    worst = folder / "data/sentiment/evaluations/moods/worst.csv"
    worst.parent.mkdir(parents=True)
    worst.write_text(
        "place,label,probability_0,probability_1,probability_2,text\n1,0,0.01,0.09,0.9,so dull\n"
    )
    monkeypatch.chdir(folder)
    (model,) = measured.find(["sentiment/moods"])
    text = page.render([model])
    tree = parsed(text)
    assert "Classifiers: of which class is a text?" in text
    for said in ("It says which of 3 classes a text is of: bad, ", "0.7654", "A curve for each"):
        assert said in text, said
    table = next(e for e in tree.iter("table") if "confusion" in e.get("class", ""))
    cells = [int("".join(td.itertext()).split()[0]) for td in table.iter("td") if td.get("style")]
    assert cells == [100, 101, 102, 110, 111, 112, 120, 121, 122]
    assert [th.text for th in table.iter("th")][:3] == ["bad", HOSTILE, "good"]
    assert page.mistakes(model) == [page.Mistake("so dull", "bad", "good", 0.9)]
    assert "<img" not in text
    assert "which of 3 classes" in card.render(model)


def test_what_was_measured_of_generated_texts_is_shown(
    held: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "examined"
    shutil.copytree(held, folder)
    found = {
        "copied_chars": 9,
        "copied": "The\nnight",
        "known_words": 0.84,
        "bits_per_char": 1.8916,
    }
    file = folder / "metrics/charlm/quick/generated.json"
    file.write_text(json.dumps({"carried-scale-2.0": found}))
    monkeypatch.chdir(folder)
    (model,) = measured.find(["charlm/quick"])
    first, *others = page.samples(model)
    assert "84 % of its words" in first.note
    assert "9 characters: “The night”" in first.note
    assert "1.892 bits" in first.note
    assert all("not measured" in other.note for other in others)


def test_a_text_without_a_whole_word_is_shown(
    held: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "wordless"
    shutil.copytree(held, folder)
    found = {"copied_chars": 2, "copied": "--", "bits_per_char": 0.5}
    file = folder / "metrics/charlm/quick/generated.json"
    file.write_text(json.dumps({"carried-scale-2.0": found}))
    monkeypatch.chdir(folder)
    (model,) = measured.find(["charlm/quick"])
    note = page.samples(model)[0].note
    assert note.startswith("It has no whole word; the longest passage that it copied has 2")


def test_texts_written_with_the_state_carried_stand_before_the_windows(
    held: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(held)
    (model,) = measured.find(["charlm/best"])
    carried = [sample.title.startswith("state carried") for sample in page.samples(model)]
    assert True in carried
    assert False in carried
    assert carried == sorted(carried, reverse=True)


def curve(seed: int, split: str, losses: list[float]) -> list[dict[str, Any]]:
    return [
        {"seed": seed, "epoch": epoch, "split": split, "loss": loss}
        for epoch, loss in enumerate(losses, start=1)
    ]


def test_a_curve_s_end_is_the_mean_of_each_seed_s_own() -> None:
    """Early stopping ends seeds in different epochs."""
    rows = [
        *curve(1, "train", [3.0, 1.0]), *curve(1, "valid", [2.0, 4.0]),
        *curve(2, "train", [3.0, 2.5, 2.0]), *curve(2, "valid", [3.0, 1.0, 2.0]),
    ]  # fmt: skip
    assert figures._curve(rows, "loss") == (
        "2 seeds, a line each; in the mean training ends at 1.500; validation ends at 3.000; "
        "validation was best in epoch 1 to 2, 1.500."
    )
    assert figures._curve(curve(1, "train", [3.0, 1.0]), "loss") == "Training ends at 1.000."
    assert figures._curve([], "loss") == ""


@pytest.mark.parametrize(("name", "is_said"), [("best", True), ("quick", False)])
def test_a_training_loss_that_is_a_sum_is_said_to_be_one(
    held: Path, monkeypatch: pytest.MonkeyPatch, name: str, is_said: bool
) -> None:
    monkeypatch.chdir(held)
    (model,) = measured.find([f"sentiment/{name}"])
    assert ("the loss of the pushed texts is added" in figures.of(model)[0].note) is is_said


@pytest.mark.parametrize(
    ("training", "said"),
    [
        ({}, "Adam at 0.001, batches"),
        ({"optimizer": "lazy_adam"}, "lazy Adam at 0.001, batches"),
        (
            {"schedule": "exponential", "final_learning_rate": 1e-4},
            "Adam at 0.001, falling to 0.0001 by the same factor each step, batches",
        ),
        (
            {"schedule": "cosine", "final_learning_rate": 1e-4},
            "Adam at 0.001, falling to 0.0001 as a cosine does, batches",
        ),
    ],
)
def test_a_training_is_said_with_its_optimizer_and_schedule(
    training: dict[str, Any], said: str
) -> None:
    given = {
        "epochs": 3,
        "optimizer": "adam",
        "learning_rate": 1e-3,
        "schedule": "constant",
        "final_learning_rate": None,
        "batches": {"method": "chunks", "batch_size": 8},
    }
    section = {"models": {"x": {"training": given | training}}}
    shared = measured.Repository({"sentiment": section}, {})
    assert said in words.training(measured.Measured(paths.Model("sentiment", "x"), shared))


@pytest.mark.parametrize(
    ("seeds", "said"),
    [
        ({"n": 1}, "one seed: no spread is known"),
        ({"n": 3}, "3 seeds: nothing was held out to measure their spread on"),
        ({"n": 3, "std": 0.012}, "± 0.012 bits over 3 seeds (standard deviation)"),
        ({}, "not measured"),
    ],
)
def test_a_spread_is_said_by_the_number_of_seeds(
    seeds: dict[str, Any], said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home = paths.Model("charlm", "x")
    (tmp_path / home.metrics).mkdir(parents=True)
    (tmp_path / home.metrics / "metrics.json").write_text(json.dumps({"seeds": seeds}))
    monkeypatch.chdir(tmp_path)
    assert words.spread(measured.Measured(home, measured.Repository({}, {}))) == said


def test_a_chart_is_drawn_from_dvc_s_template_in_the_page_s_colours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(ROOT)
    rows = [
        {"seed": 1, "epoch": epoch, "split": split, "loss": 0.6981234 / epoch}
        for epoch in (1, 2, 3)
        for split in ("train", "valid")
    ]
    kind = Kind("by_split", "epoch", "loss", "epoch", "loss")
    svg = charts.draw(kind, rows, 'Loss of "mine"')
    assert "var(--train)" in svg
    assert "var(--valid)" in svg
    assert "workspace" not in svg
    assert 'aria-label="Loss of &#34;mine&#34;"' in svg
    assert svg.count("role=") == 1


def test_every_template_of_dvc_s_is_one_that_vega_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    rows = {
        "by_split": ("epoch", "loss", {"seed": 1, "epoch": 1, "split": "train", "loss": 0.5}),
        "roc": ("x", "y", {"x": 0.5, "y": 0.7}),
        "by_coder": ("n", "b", {"coder": "mixed", "n": 9, "b": 1.5}),
        "roc_by_class": ("x", "y", {"class": "fair", "x": 0.5, "y": 0.7}),
        "counts": ("p", "a", {"split": "test", "a": 0, "p": 1, "texts": 3}),
        "reliability": ("c", "a", {"split": "test", "c": 0.7, "a": 0.6, "count": 9}),
        "by_length": (
            "length_high",
            "a",
            {"split": "test", "length_high": 9, "a": 0.6, "low": 0.5, "high": 0.7, "count": 9},
        ),
    }
    assert {file.stem for file in (ROOT / charts.TEMPLATES).glob("*.json")} == rows.keys()
    for name, (x, y, row) in rows.items():
        assert "<path" in charts.draw(Kind(name, x, y, x, y), [row], name)


def accuracies() -> ranking.Ranking:
    """Return all classifiers of the folder that one is in, on one scale."""
    models = [m for m in measured.find([]) if m.home.task == "sentiment"]
    found = ranking.rank(models, ranking.ACCURACY)
    assert found is not None
    return found


def test_the_scale_holds_every_figure_and_the_best_stands_first(
    held: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(held)
    found = accuracies()
    for group in found.groups:
        values = [entry.value for entry in group.entries]
        assert values == sorted(values, reverse=True)
        assert found.left <= values[-1] <= values[0] <= found.right
    assert found.place(found.left) == "0.00%"
    assert found.place(found.right) == "100.00%"
    imdb = next(group for group in found.groups if group.dataset == "imdb")
    assert [e.name for e in imdb.entries if e.kind == "baseline"] == ["nb-svm", "tf-idf"]


def test_the_scale_has_what_models_and_baselines_reach_together_and_the_book_s_figures_once(
    held: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """book-bilstm and book-bilstm-seeds repeat the same model of the book's."""
    monkeypatch.chdir(held)
    found = accuracies()
    groups = {group.dataset: group.entries for group in found.groups}
    said = [(e.name, e.tag, e.value) for e in groups["imdb"] if e.kind == "book"]
    assert said == [
        ("the book's bidirectional LSTM", "text", 0.8515),
        ("the book's bidirectional LSTM", "notebook", 0.8392),
        ("the book's SimpleRNN", "text", 0.5),
    ]
    seeds = json.loads((held / "metrics/sentiment/best-official/metrics.json").read_text())["seeds"]
    several = f" ({seeds['n']} seeds)" if seeds["n"] > 1 else ""
    for dataset, model, shown in (
        ("imdb-best", "best", "best and nb-svm together"),
        ("imdb-official", "best-official", f"best-official{several} and nb-svm together"),
    ):
        file = held / f"metrics/sentiment/{model}/with-nb-svm.json"
        test = json.loads(file.read_text())["test"]
        (both,) = [e for e in groups[dataset] if e.kind == "together"]
        assert both.name == shown
        assert (both.value, both.low) == (test["accuracy"], test["accuracy_low"])


def test_the_book_s_figures_are_of_models_that_params_yaml_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(ROOT)
    shared = measured.repository()
    assert all(shared.entry(name.replace("/", ".models.")) for name in book.FIGURES)


def test_the_graph_has_every_stage_and_stands_in_order(
    held: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(held)
    drawn = pipeline.draw("sentiment")
    assert drawn is not None
    at = {box.verb: box for box in drawn.boxes}
    declared = re.findall(r"^  sentiment-([a-z-]+):", (held / "dvc.yaml").read_text(), re.MULTILINE)
    assert set(at) == {"check", "fetch", *declared}
    chain = ["check", "fetch", "split", "vocab", "encode", "train", "evaluate"]
    assert [at[verb].y for verb in chain] == sorted(at[verb].y for verb in chain)
    assert len({(box.x, box.y) for box in drawn.boxes}) == len(drawn.boxes)


def test_a_confusion_s_rows_add_up(held: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(held)
    (model,) = measured.find(["sentiment/quick"])
    first, *others = figures.confusions(model)
    assert first.split == "test"
    assert {c.split for c in others} == {"valid", "train"}
    assert first.share(1, 0) + first.share(1, 1) == pytest.approx(1)


def test_dvc_s_plots_load_nothing(
    held: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("DVC_SITE_CACHE_DIR", "DVC_GLOBAL_CONFIG_DIR", "DVC_SYSTEM_CONFIG_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv("DVC_NO_ANALYTICS", "1")
    folder = tmp_path / "plots"
    shutil.copytree(held, folder)
    monkeypatch.chdir(folder)
    offline.prepare()
    with Repo() as repo:
        assert repo.config["plots"]["html_template"] == "tmp/plots.html"
    target = "metrics/sentiment/quick/roc.csv"
    subprocess.run(
        [sys.executable, "-m", "dvc", "plots", "show", target, "-o", "shown"],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    text = (folder / "shown/index.html").read_text(encoding="utf-8")
    assert "sentiment/quick: ROC on test" in text
    assert "vegaEmbed" in text
    tags = re.sub(r"(<script[^>]*>).*?</script>", r"\1", text, flags=re.DOTALL)
    assert "<script" in tags
    assert not re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=", tags)
