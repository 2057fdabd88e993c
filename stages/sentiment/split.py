"""Split a dataset: corpus → rows for training, validation and test."""

from textrnn import atomic, paths
from textrnn.params.base import load
from textrnn.params.corpus import ReadTable, TableName
from textrnn.params.split import Split
from textrnn.progress import bar
from textrnn.reading.table import read_table
from textrnn.sentiment import rows, splits
from textrnn.sentiment.spool import spool
from textrnn.stage import stage


@stage
def main(dataset: str) -> None:
    home = paths.Dataset("sentiment", dataset)
    corpus = load(f"sentiment.datasets.{dataset}.corpus", TableName)
    options: Split = load(f"sentiment.datasets.{dataset}.split", Split)
    read = load(f"corpora.{corpus.folder}.{corpus.name}.read", ReadTable)

    source = read_table(paths.corpus(corpus.folder, corpus.name, corpus.format), read)
    with spool(bar(source, "reading"), home.home) as table:
        for split, places in splits.assign(options, len(table), table.groups).items():
            with atomic.file(home.rows(split)) as part:
                rows.write(bar(table.lines(places), split, len(places)), part)
            print(f"{split}: {len(places):,} rows")


if __name__ == "__main__":
    main()
