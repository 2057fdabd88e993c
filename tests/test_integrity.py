"""`textrnn verify` finds each damage, and what it says to do about it mends it.

The data are a real repository's: its data stages have run on a few reviews, and a remote folder
has everything.
"""

import os
import re
import shutil
from pathlib import Path

import pytest
from pipeline import tiny
from pipeline.layout import run

from textrnn import sharding, shards
from textrnn.errors import UserError
from textrnn.integrity.verify import Report, verify

HOME = Path("data/sentiment/datasets/tiny")
TRAIN = HOME / "shards/train"
SHARD = TRAIN / "train-00001-of-00002.tfrecord"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("original")
    repo = folder / "repo"
    tiny.lay_out(repo)
    (repo / "metrics").mkdir()
    (repo / "metrics/seen.json").write_text("{}")
    run(repo, "dvc", "stage", "add", "-q", "-n", "seen", "-M", "metrics/seen.json", "true")
    run(repo, "dvc", "commit", "-q", "--force", "seen")
    run(repo, "dvc", "remote", "add", "-q", "-d", "shared", "../remote")
    tiny.commit(repo)
    run(repo, "dvc", "push", "-q")
    return folder


@pytest.fixture
def repo(original: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the repository and its remote, to damage; the current folder."""
    shutil.copytree(original, tmp_path, dirs_exist_ok=True)
    for name in ("DVC_GLOBAL_CONFIG_DIR", "DVC_SYSTEM_CONFIG_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path / "dvc"))
    monkeypatch.setenv("DVC_NO_ANALYTICS", "1")
    monkeypatch.chdir(tmp_path / "repo")
    return tmp_path / "repo"


def flip(file: Path, place: int = -1) -> None:
    """Change one bit, and leave mode and times as they were, as a failing disk would."""
    before = file.stat()
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    file.chmod(0o644)
    file.write_bytes(content)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    file.chmod(before.st_mode)


def cached(repo: Path, file: Path, place: str = ".dvc/cache") -> Path:
    """Return the object that holds a workspace file's bytes."""
    [found] = [
        path
        for path in (repo / place / "files/md5").rglob("*")
        if path.is_file() and path.read_bytes() == (repo / file).read_bytes()
    ]
    return found


def folder_object(repo: Path, folder: Path, place: str = ".dvc/cache") -> Path:
    """Return the object that lists a folder's files."""
    md5 = re.search(
        rf"path: {folder}\n\s+hash: md5\n\s+md5: (\w+)", (repo / "dvc.lock").read_text()
    )
    assert md5 is not None
    return repo / place / "files/md5" / md5[1][:2] / f"{md5[1][2:]}.dir"


def mend(repo: Path, finding: str, *, command: int = 0) -> None:
    """Do to the letter what a finding says, with the command that it names first, or second."""
    finding = finding.removeprefix("remote shared: ")
    if re.search(r"(Remove|Delete) it", finding):
        (repo / re.split(r":? | \(", finding)[0]).unlink()
    for folder in re.findall(r"(\S+\.dir)(?=,| and)", finding):
        (repo / folder).unlink()
    commands = re.findall("`(.*?)`", finding)
    if commands:
        run(repo, *commands[command].split())


def only(report: Report) -> str:
    [finding] = report.findings
    return finding


def test_all_is_well(repo: Path) -> None:
    report = verify("shared")
    assert report.findings == []
    assert report.objects == 2 * 17
    assert report.files == 14
    assert report.records == 20
    said = run(repo, "python", "-m", "textrnn.cli", "verify")
    assert said.startswith("All is well: 17 objects, 14 files of the workspace and 20 records")


def test_the_command_fails_and_says_why(repo: Path) -> None:
    flip(repo / SHARD)
    output = run(repo, "python", "-m", "textrnn.cli", "verify", fails=True)
    assert output == f"{verify().findings[0]}\n"
    assert output.startswith(f"{SHARD} ")


# ---------------------------------------------------------------- cache


def test_a_flipped_byte_in_the_cache(repo: Path) -> None:
    file = cached(repo, SHARD)
    good = file.read_bytes()
    flip(file)
    run(repo, "dvc", "status")  # DVC sees nothing
    finding = only(verify())
    assert finding.startswith(f"{file.relative_to(repo)} ({SHARD}): its bytes are not")
    mend(repo, finding)
    assert verify().findings == []
    assert file.read_bytes() == good


def test_a_flipped_byte_that_no_remote_has(repo: Path) -> None:
    file = cached(repo, HOME / "vocab.txt")
    flip(file)
    finding = only(verify())
    assert finding.endswith("or `dvc repro --force sentiment-vocab@tiny` where no remote holds it.")
    mend(repo, finding, command=1)
    assert verify().findings == []
    assert file.read_bytes() == (repo / HOME / "vocab.txt").read_bytes()


def test_a_flipped_byte_that_was_checked_out(repo: Path) -> None:
    """Cache and workspace are mended in the order in which they are named."""
    file = cached(repo, SHARD)
    flip(file)
    (repo / SHARD).unlink()
    run(repo, "dvc", "checkout", "--force", str(TRAIN))  # DVC spreads it
    findings = verify().findings
    assert [finding.split()[0] for finding in findings] == [
        str(file.relative_to(repo)),
        str(SHARD),
    ]
    for finding in findings:
        mend(repo, finding)
    assert verify().findings == []


def test_a_flipped_byte_in_a_folder_s_list(repo: Path) -> None:
    file = folder_object(repo, TRAIN)
    flip(file, 12)
    finding = only(verify())
    assert f"({TRAIN}): its bytes are not" in finding
    mend(repo, finding)
    assert verify().findings == []


def test_an_object_that_is_gone(repo: Path) -> None:
    file = cached(repo, SHARD)
    file.unlink()
    finding = only(verify())
    assert finding.startswith(f"{TRAIN}: the cache lacks 1 of its files.")
    mend(repo, finding)
    assert verify().findings == []
    assert file.exists()


def test_an_object_of_another_version(repo: Path) -> None:
    file = repo / ".dvc/cache/files/md5/00" / ("0" * 30)
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(b"no bytes have this sum")
    finding = only(verify())
    assert "nothing recorded here needs it" in finding
    file.unlink()
    assert verify().findings == []


def test_what_a_killed_transfer_left_is_no_object(repo: Path) -> None:
    (repo / ".dvc/cache/files/md5/00").mkdir(exist_ok=True)
    (repo / ".dvc/cache/files/md5/00/x.tmp").write_bytes(b"half")
    assert verify().findings == []


# ---------------------------------------------------------------- workspace


@pytest.mark.parametrize("file", [SHARD, HOME / "vocab.txt", Path("data/own/reviews.csv")])
def test_a_flipped_byte_in_the_workspace(repo: Path, file: Path) -> None:
    good = (repo / file).read_bytes()
    flip(repo / file)
    finding = only(verify())
    assert finding.startswith(f"{file} is not as recorded. Remove it and run `dvc checkout")
    mend(repo, finding)
    assert verify().findings == []
    assert (repo / file).read_bytes() == good


def test_a_flipped_byte_in_what_git_holds(repo: Path) -> None:
    flip(repo / "metrics/seen.json")
    finding = only(verify())
    assert "`git checkout -- metrics/seen.json`" in finding
    mend(repo, finding)
    assert verify().findings == []


def test_a_shard_cut_short(repo: Path) -> None:
    (repo / SHARD).write_bytes((repo / SHARD).read_bytes()[:-7])
    finding = only(verify())
    assert finding.startswith(f"{SHARD} is not as recorded.")
    mend(repo, finding)
    assert verify().findings == []


def test_a_shard_removed(repo: Path) -> None:
    (repo / SHARD).unlink()
    finding = only(verify())
    assert finding.startswith(f"{SHARD} is missing. Run `dvc checkout --force")
    mend(repo, finding)
    assert verify().findings == []


def test_shards_in_each_other_s_place(repo: Path) -> None:
    first, second = sorted((repo / TRAIN).iterdir())
    first.rename(repo / "kept")
    second.rename(first)
    (repo / "kept").rename(second)
    findings = verify().findings
    assert len(findings) == 2
    for finding in findings:
        mend(repo, finding)
    assert verify().findings == []


def test_a_file_too_many(repo: Path) -> None:
    (repo / TRAIN / "note.txt").write_text("mine")
    finding = only(verify())
    assert finding == f"{TRAIN}/note.txt is not among what is recorded of {TRAIN}. Remove it."
    mend(repo, finding)
    assert verify().findings == []


def test_a_changed_folder_whose_list_the_cache_lacks(repo: Path) -> None:
    flip(repo / SHARD)
    shutil.rmtree(repo / ".dvc/cache")
    finding = only(verify())
    assert finding == f"{TRAIN} is not as recorded. Remove it and run `dvc pull --force {TRAIN}`."
    shutil.rmtree(repo / TRAIN)
    run(repo, *re.findall("`(.*?)`", finding)[0].split())
    assert verify().findings == []


# ---------------------------------------------------------------- shards


def rewrite(repo: Path, total: int, per_shard: list[int]) -> None:
    """Record shards that hold as many of the examples as is said, as if a stage had done so."""
    examples = list(shards.read(repo / TRAIN))[:total]
    start = 0
    for name, count in zip(shards.names("train", len(per_shard)), per_shard, strict=True):
        sharding.write(repo, "x", examples[start : start + count], count, 1)
        (repo / shards.names("x", 1)[0]).rename(repo / TRAIN / name)
        start += count
    run(repo, "dvc", "commit", "-q", "--force", "sentiment-encode@tiny")


@pytest.mark.parametrize(
    ("per_shard", "said"),
    [
        ([6, 5], f"{TRAIN}: its shards hold [6, 5] records and not equal shares."),
        ([5, 6], f"{TRAIN}: 11 records of 12 rows."),
    ],
)
def test_records_that_were_recorded_wrong(repo: Path, per_shard: list[int], said: str) -> None:
    """Checksums all hold and dvc.lock agrees: only the counts tell."""
    rewrite(repo, 12, per_shard)
    assert only(verify()).startswith(said)


def test_a_record_that_was_recorded_broken(repo: Path) -> None:
    flip(repo / SHARD)
    run(repo, "dvc", "commit", "-q", "--force", "sentiment-encode@tiny")
    (repo / SHARD).touch()  # DVC looks only at files whose time has changed
    run(repo, "dvc", "commit", "-q", "--force", "sentiment-encode@tiny")
    finding = only(verify())
    assert finding.startswith(f"{SHARD}: what follows its 5 whole records is none.")
    run(repo, "dvc", "repro", "--force", "sentiment-encode@tiny")
    assert verify().findings == []


# ---------------------------------------------------------------- remote


def test_a_flipped_byte_in_a_remote(repo: Path) -> None:
    file = cached(repo, SHARD, "../remote")
    good = file.read_bytes()
    flip(file)
    finding = only(verify("shared"))
    folder = folder_object(repo, TRAIN, "../remote")
    assert f"({SHARD}): its bytes are not those of its name." in finding
    assert f", and {folder.resolve()}, which lists it, from the remote" in finding
    assert verify().findings == []
    mend(repo, finding)
    assert not file.exists() or file.read_bytes() == good
    assert verify("shared").findings == []
    assert file.read_bytes() == good


def test_an_object_that_a_remote_lost(repo: Path) -> None:
    file = cached(repo, SHARD, "../remote")
    file.unlink()
    finding = only(verify("shared"))
    assert "lists 1 objects that are not there" in finding
    mend(repo, finding)
    assert verify("shared").findings == []
    assert file.exists()


def test_no_such_remote(repo: Path) -> None:
    with pytest.raises(UserError, match="remote 'nowhere' doesn't exist"):
        verify("nowhere")


def test_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match="not inside of a DVC repository"):
        verify()
