"""Split a dataset: corpus → rows for training, validation and test."""

from textrnn import atomic, paths, reading
from textrnn.params.base import load
from textrnn.params.corpus import CorpusName, ReadTable
from textrnn.params.split import Split
from textrnn.progress import bar
from textrnn.sentiment import rows, splits
from textrnn.stage import stage


@stage
def main(dataset: str) -> None:
    home = paths.Dataset("sentiment", dataset)
    corpus = load(f"sentiment.datasets.{dataset}.corpus", CorpusName)
    options: Split = load(f"sentiment.datasets.{dataset}.split", Split)
    read = load(f"corpora.{corpus.folder}.{corpus.name}.read", ReadTable)

    source = reading.read_table(paths.corpus(corpus.folder, corpus.name, "csv"), read)
    table = list(bar(source, "reading"))
    for split, places in splits.assign(options, len(table), [r.group for r in table]).items():
        with atomic.file(home.rows(split)) as part:
            rows.write(bar(splits.rows(places, table), split, len(places)), part)
        print(f"{split}: {len(places):,} rows")


if __name__ == "__main__":
    main()
