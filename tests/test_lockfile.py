"""dvc.lock as DVC writes it."""

from pathlib import Path

import pytest
from dvc.utils.serialize import dump_yaml

from textrnn import lockfile


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("number", [1e-5, 1.5e-7, 2e16, 0.002, 3, "1e-05 nats", "e5"])
def test_what_dvc_writes_is_read_back(here: Path, number: float | str) -> None:
    stages = {"train@best": {"params": {"params.yaml": {"final_learning_rate": number}}}}
    dump_yaml(str(here / "dvc.lock"), {"schema": "2.0", "stages": stages})
    found = lockfile.stages()
    assert found == stages
    read = found["train@best"]["params"]["params.yaml"]["final_learning_rate"]
    assert isinstance(read, type(number))


@pytest.mark.parametrize("text", ["", "{}", "schema: '2.0'\n"])
def test_a_lock_without_stages_has_none(here: Path, text: str) -> None:
    assert lockfile.stages() == {}
    (here / "dvc.lock").write_text(text, encoding="utf-8")
    assert lockfile.stages() == {}
