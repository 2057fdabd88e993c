"""What several test modules share: the repository's root, the real reviews, tiny texts."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

from textrnn import corpora
from textrnn.params import base
from textrnn.params.corpus import RawCorpus, ReadTable, Table
from textrnn.reading.table import Row, read_table

# Examples are the same in every run; a slow machine is no failure.
settings.register_profile("textrnn", deadline=None, derandomize=True, database=None)
settings.load_profile("textrnn")


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return Path(__file__).parents[1]


@pytest.fixture(scope="session")
def reviews(root: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    """The 50,000 reviews of the book, where TEXTRNN_MIRROR has them."""
    if not os.environ.get(corpora.MIRROR):
        pytest.skip(f"the real reviews need {corpora.MIRROR}")
    params = root / base.FILE
    corpus: Table = base.load("corpora.raw.imdb", RawCorpus, params)
    file = tmp_path_factory.mktemp("corpora") / "imdb.csv"
    corpora.fetch("imdb", corpus.fetch, file)
    read: ReadTable = corpus.read
    table = list(read_table(file, read))
    file.unlink()
    return table
