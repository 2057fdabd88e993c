"""What DVC would run after a change: the repository's own graph, with stand-ins for its outputs.

Nothing is trained here. Every output is a file with a line in it, committed to DVC as if its stage
had made it, so that `dvc status` says of each change which stages it touches.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from dvc.repo import Repo

from pipeline.layout import copy_repository
from textrnn.params import document
from textrnn.params.base import Params

Lock = dict[str, dict[str, Any]]

CHARLM = ("train", "evaluate", "compare", "sample", "examine")  # verbs of every model
LEARNING = {
    f"{task}-{verb}"
    for task in ("sentiment", "charlm")
    for verb in ("vocab", "vectors", "pretrain", "train")
}

ON_IMDB = ("book-bilstm", "book-bilstm-seeds", "bilstm-buckets", "book-rnn")  # the models
ON_REVIEWS = ("imdb", "imdb-last100", "imdb-best", "imdb-official", "imdb-official-whole")
TABLES = (*ON_REVIEWS, "rotten-tomatoes")  # datasets


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the repository in which, as far as DVC knows, everything has run."""
    folder = tmp_path_factory.mktemp("graph") / "repository"
    copy_repository(folder)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("DVC_SITE_CACHE_DIR", "DVC_GLOBAL_CONFIG_DIR", "DVC_SYSTEM_CONFIG_DIR"):
            patch.setenv(name, str(tmp_path_factory.mktemp(name.lower())))
        patch.setenv("DVC_NO_ANALYTICS", "1")
        patch.chdir(folder)  # DVC takes a stage's paths from where it is called
        _stand_in_for_outputs(folder)
        yield folder


def _stand_in_for_outputs(folder: Path) -> None:
    with Repo(str(folder)) as repo:
        for stage in repo.index.stages:
            for out in stage.outs:
                file = Path(out.fs_path)
                if not file.suffix:
                    file = file / "stand-in"
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(f"{stage.addressing} {out.def_path}\n")
        repo.commit(force=True)


@pytest.fixture(scope="module")
def lock(folder: Path) -> Lock:
    stages: Lock = yaml.safe_load((folder / "dvc.lock").read_text())["stages"]
    return stages


@pytest.fixture
def restored(folder: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """The folder, in which one file may be changed for the time of a test."""
    name: str = request.param
    before = (folder / name).read_bytes()
    yield folder / name
    (folder / name).write_bytes(before)


def touched(folder: Path) -> set[str]:
    """Return the stages that DVC finds changed."""
    with Repo(str(folder)) as repo:
        return set(repo.status())


def followers(lock: Lock, stage: str) -> set[str]:
    """Return the stages that read what a stage writes, and what those write, and so on."""
    outs = {out["path"] for out in lock[stage]["outs"]}
    found = {name for name, entry in lock.items() if outs & {dep["path"] for dep in entry["deps"]}}
    return found.union(*(followers(lock, name) for name in found))


def all_of(lock: Lock, *kinds: str) -> set[str]:
    return {name for name in lock if name.split("@")[0] in kinds}


# ---------------------------------------------------------------- parameters


def test_unchanged_nothing_runs(folder: Path, lock: Lock) -> None:
    assert touched(folder) == set()
    assert len(lock) > 30


@pytest.mark.parametrize("restored", ["params.yaml"], indirect=True)
def test_a_comment_runs_nothing(folder: Path, restored: Path) -> None:
    restored.write_text("# a remark\n" + restored.read_text())
    assert touched(folder) == set()


@pytest.mark.parametrize("restored", ["params.yaml"], indirect=True)
@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("corpora.raw.imdb.fetch.mirror", "other.csv", {"fetch@imdb"}),
        (
            "corpora.raw.imdb.read.text",
            "body",
            {
                f"sentiment-{verb}@{dataset}"
                for verb in ("split", "audit", "baseline")
                for dataset in ON_REVIEWS
            }
            | {"sentiment-gather@imdb"},
        ),
        ("sentiment.datasets.imdb.split.seed", 2, {"sentiment-split@imdb"}),
        ("sentiment.datasets.imdb.vocabulary.min_count", 5, {"sentiment-vocab@imdb"}),
        (
            "sentiment.datasets.imdb.tokens.last",
            9,
            {f"sentiment-{verb}@imdb" for verb in ("vocab", "encode", "baseline")}
            | {f"sentiment-evaluate@{m}" for m in ON_IMDB},
        ),
        ("sentiment.datasets.imdb.encode.shards", 3, {"sentiment-encode@imdb"}),
        (
            "sentiment.baselines.nb_svm.orders",
            [2],
            {f"sentiment-baseline@{d}" for d in TABLES},
        ),
        (
            "sentiment.audit.shingle",
            7,
            {f"sentiment-audit@{d}" for d in TABLES},
        ),
        (
            "charlm.baselines.ppmd.order",
            5,
            {f"charlm-baseline@{d}" for d in ("hamlet", "island", "island-tail", "island-streams")},
        ),
        ("sentiment.models.quick.training.learning_rate", 0.5, {"sentiment-train@quick"}),
        (
            "sentiment.models.quick.architecture.units",
            3,
            {"sentiment-train@quick", "sentiment-evaluate@quick"},
        ),
        ("sentiment.pairs.rnn-bilstm.model", "book-birnn-last100", {"sentiment-pair@rnn-bilstm"}),
        ("charlm.pairs.best-book.reference", "quick", {"charlm-pair@best-book"}),
        ("sentiment.pretraining.imdb-best.vectors.epochs", 9, {"sentiment-vectors@imdb-best"}),
        (
            "sentiment.pretraining.imdb-best.language_model.samples",
            9,
            {"sentiment-pretrain@imdb-best"},
        ),
        ("charlm.datasets.island.chunk.stride", 7, {"charlm-chunk@island", "charlm-evaluate@book"}),
        ("charlm.models.quick.training.learning_rate", 0.5, {"charlm-train@quick"}),
        ("charlm.models.quick.sampling.seed", 2, {"charlm-sample@quick"}),
        (
            "charlm.models.quick.sampling.start",
            "OPHELIA",
            {"charlm-sample@quick", "charlm-examine@quick"},
        ),
        ("charlm.adaptations.best.mixing.learning_rate", 0.5, {"charlm-adapt@best"}),
        (
            "sentiment.models.quick.determinism",
            "machine",
            {"sentiment-train@quick", "sentiment-evaluate@quick"},
        ),
        (
            "charlm.models.book.determinism",
            "portable",
            {f"charlm-{verb}@book" for verb in ("train", "evaluate", "sample", "examine")},
        ),
        (
            "charlm.models.quick.seeds",
            [2],
            {f"charlm-{verb}@quick" for verb in ("train", "evaluate", "sample", "examine")},
        ),
    ],
)
def test_a_parameter_touches_the_stages_that_read_it(
    folder: Path, restored: Path, key: str, value: object, expected: set[str]
) -> None:
    values = yaml.safe_load(restored.read_text())
    block = values
    *above, last = key.split(".")
    for part in above:
        block = block[part]
    assert block[last] != value
    block[last] = value
    restored.write_text(yaml.safe_dump(values))
    assert touched(folder) == {"check"} | expected


@pytest.mark.parametrize("restored", ["params.yaml"], indirect=True)
def test_how_a_run_is_carried_out_runs_nothing(folder: Path, restored: Path) -> None:
    values = yaml.safe_load(restored.read_text())
    values["execution"] = {"workers": 77}
    restored.write_text(yaml.safe_dump(values))
    assert touched(folder) == set()


def test_no_parameter_has_a_name_that_the_run_cache_does_not_see() -> None:
    """DVC leaves keys of these names out of the run cache's hash, wherever they stand.

    A changed `size` therefore brings back the outputs of the size before (dvc issue 10296).
    """
    assert document.Document in Params.__subclasses__()  # and with it every other is loaded

    def declared(schema: type[Params]) -> Iterator[type[Params]]:
        for block in schema.__subclasses__():
            yield block
            yield from declared(block)

    blind = {
        f"{block.__name__}.{name}"
        for block in declared(Params)
        for name in document.UNSEEN_BY_RUN_CACHE & set(block.model_fields)
    }
    assert blind == set()


# ---------------------------------------------------------------- code


@pytest.mark.parametrize(
    ("restored", "kinds"),
    [
        ("src/textrnn/charlm/sampling.py", ["charlm-sample"]),
        ("src/textrnn/sentiment/report.py", ["sentiment-evaluate"]),
        (
            "src/textrnn/reading/records.py",
            ["sentiment-split", "sentiment-audit", "sentiment-gather"],
        ),
        ("src/textrnn/reading/text.py", ["charlm-chunk", "charlm-audit"]),
        ("src/textrnn/sentiment/spool.py", ["sentiment-split"]),
        ("src/textrnn/sentiment/linear.py", ["sentiment-baseline"]),
        ("src/textrnn/sentiment/twins.py", ["sentiment-audit"]),
        ("src/textrnn/charlm/compressors.py", ["charlm-baseline"]),
        ("src/textrnn/charlm/repeats.py", ["charlm-audit"]),
        ("src/textrnn/charlm/copying.py", ["charlm-examine"]),
        ("src/textrnn/charlm/mixing.py", ["charlm-adapt"]),
        (
            "src/textrnn/sentiment/comparison.py",
            ["sentiment-compare", "sentiment-pair", "sentiment-ensemble"],
        ),
        (
            "src/textrnn/sentiment/intervals.py",
            ["sentiment-evaluate", "sentiment-baseline", "sentiment-ensemble"],
        ),
        (
            "src/textrnn/bootstrap.py",
            [
                "sentiment-evaluate",
                "sentiment-baseline",
                "sentiment-compare",
                "sentiment-pair",
                "sentiment-ensemble",
                "charlm-evaluate",
                "charlm-baseline",
                "charlm-compare",
                "charlm-pair",
                "charlm-adapt",
                "charlm-contrast",
            ],
        ),
        (
            "src/textrnn/charlm/comparison.py",
            ["charlm-compare", "charlm-pair", "charlm-contrast"],
        ),
        ("src/textrnn/corpora.py", ["fetch"]),
        ("src/textrnn/training.py", ["sentiment-pretrain", "sentiment-train", "charlm-train"]),
        (
            "src/textrnn/layers/loops.py",
            [
                "sentiment-pretrain",
                "sentiment-train",
                "sentiment-evaluate",
                "charlm-train",
                "charlm-evaluate",
                "charlm-sample",
                "charlm-examine",
                "charlm-adapt",
            ],
        ),
        (
            "src/textrnn/determinism.py",
            [
                "sentiment-train",
                "sentiment-evaluate",
                "charlm-train",
                "charlm-evaluate",
                "charlm-sample",
                "charlm-examine",
                "charlm-adapt",
            ],
        ),
        ("src/textrnn/params/problems.py", ["check"]),
        ("src/textrnn/params/sampling.py", ["check", "charlm-sample"]),
        ("src/textrnn/results.py", []),
        ("src/textrnn/parallel.py", ["sentiment-vocab", "sentiment-encode"]),
        ("src/textrnn/sharding.py", ["sentiment-encode", "sentiment-vectors", "charlm-chunk"]),
        ("stages/sentiment/vocab.py", ["sentiment-vocab"]),
    ],
    indirect=["restored"],
)
def test_a_module_touches_the_stages_that_import_it(
    folder: Path, restored: Path, lock: Lock, kinds: list[str]
) -> None:
    restored.write_text(restored.read_text() + "\n_CHANGED = 1\n")
    assert touched(folder) == all_of(lock, *kinds)


# ---------------------------------------------------------------- what follows


@pytest.mark.parametrize(
    ("stage", "expected"),
    [
        ("sentiment-train@quick", {f"sentiment-{v}@quick" for v in ("evaluate", "compare")}),
        (
            "charlm-train@quick",
            {f"charlm-{v}@quick" for v in ("evaluate", "compare", "sample", "examine")},
        ),
        ("charlm-sample@quick", {"charlm-examine@quick"}),
        (
            "sentiment-vocab@imdb",
            {"sentiment-encode@imdb"}
            | {f"sentiment-pair@{pair}-bilstm" for pair in ("last100", "rnn", "buckets", "best")}
            | {
                f"sentiment-{verb}@{model}"
                for verb in ("train", "evaluate", "compare")
                for model in ON_IMDB
            },
        ),
        (
            "sentiment-evaluate@book-rnn",
            {"sentiment-compare@book-rnn", "sentiment-pair@rnn-bilstm"},
        ),
        (
            "charlm-chunk@island-tail",
            {f"charlm-{verb}@book-tail" for verb in CHARLM}
            | {"charlm-audit@island-tail", "charlm-baseline@island-tail"}
            | {"charlm-pair@best-book"},
        ),
        (
            "charlm-chunk@island-streams",
            {f"charlm-{verb}@best" for verb in (*CHARLM, "adapt", "contrast")}
            | {"charlm-audit@island-streams", "charlm-baseline@island-streams"}
            | {"charlm-pair@best-book"},
        ),
        ("sentiment-audit@imdb", {f"sentiment-compare@{m}" for m in ON_IMDB}),
        (
            "sentiment-audit@imdb-official",
            {"sentiment-compare@best-official", "sentiment-ensemble@best-official-nb-svm"},
        ),
        ("sentiment-baseline@imdb", {f"sentiment-compare@{m}" for m in ON_IMDB}),
        ("charlm-baseline@island", {"charlm-compare@book"}),
        ("charlm-baseline@island-streams", {f"charlm-{v}@best" for v in ("compare", "contrast")}),
        (
            "sentiment-gather@imdb",
            {
                f"sentiment-{verb}@{dataset}"
                for verb in ("vectors", "pretrain")
                for dataset in ("imdb-best", "imdb-official")
            }
            | {"sentiment-ensemble@best-nb-svm", "sentiment-ensemble@best-official-nb-svm"}
            | {"sentiment-pair@best-bilstm", "sentiment-pair@best-official-bilstm"}
            | {
                f"sentiment-{verb}@{model}"
                for verb in ("train", "evaluate", "compare")
                for model in ("best", "best-official")
            },
        ),
    ],
)
def test_what_follows_a_stage(lock: Lock, stage: str, expected: set[str]) -> None:
    assert followers(lock, stage) == expected


def test_check_comes_before_everything(lock: Lock) -> None:
    assert followers(lock, "check") == set(lock) - {"check"}


def test_nothing_that_learns_depends_on_a_test_file(lock: Lock) -> None:
    """Nor on a corpus, which holds the test rows too; test_whole_runs.py sees that none is opened.

    `charlm-chunk` declares which characters there are, of the whole text; it learns nothing.
    """
    names = all_of(lock, *LEARNING)
    assert names
    for name in names:
        read = [Path(dep["path"]) for dep in lock[name]["deps"]]
        data = [p for p in read if p.parts[0] == "data"]
        assert data
        assert not [p for p in data if p.stem == "test" or p.parts[1] in ("raw", "own")]


def test_what_learns_follows_nothing_that_measures(lock: Lock) -> None:
    """Predictions and findings hold test labels, so only stages that prepare data may come before.

    `sentiment-gather` reads a corpus to leave its texts out; test_whole_runs.py sees it do so.
    """
    preparing = {f"sentiment-{verb}" for verb in ("split", "gather", "encode", "scratch")}
    before = LEARNING | preparing | {"charlm-chunk", "check", "fetch"}
    learning = all_of(lock, *LEARNING)
    for name in lock:
        if followers(lock, name) & learning:
            assert name.split("@")[0] in before, name


def test_what_the_audit_finds_reaches_nothing_that_learns(lock: Lock) -> None:
    """It reads test rows; its findings go to comparisons and ensembles, and those nowhere."""
    for name in all_of(lock, "sentiment-audit"):
        found = followers(lock, name)
        assert {follower.split("@")[0] for follower in found} <= {
            "sentiment-compare",
            "sentiment-ensemble",
        }
    for name in all_of(lock, "charlm-audit"):
        assert followers(lock, name) == set()


def test_no_stage_writes_into_the_folder_of_own_corpora(lock: Lock) -> None:
    outs = [out["path"] for entry in lock.values() for out in entry["outs"]]
    assert not [out for out in outs if os.path.commonpath([out, "data/own"]) == "data/own"]
