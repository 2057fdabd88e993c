"""Gather unlabelled texts: two corpora → the texts of one that do not stand in the other."""

from collections.abc import Iterator

from textrnn import atomic, paths
from textrnn.errors import UserError
from textrnn.params.base import load
from textrnn.params.corpus import ReadTable, TableName
from textrnn.params.pretraining import Unlabelled
from textrnn.progress import bar
from textrnn.reading.table import read_table
from textrnn.sentiment import starts, unlabelled
from textrnn.stage import stage


@stage
def main(name: str) -> None:
    options = load(f"sentiment.unlabelled.{name}", Unlabelled)
    others = set(_texts(options.less))
    with atomic.file(starts.unlabelled(name)) as part:
        kept = unlabelled.write(unlabelled.less(_texts(options.corpus), others), part)
        if not kept:
            raise UserError(
                f"every text of {options.corpus.name} stands in {options.less.name} too: name "
                f"another corpus in params.yaml, sentiment.unlabelled.{name}.corpus."
            )
    print(f"{kept:,} texts")


def _texts(corpus: TableName) -> Iterator[str]:
    read = load(f"corpora.{corpus.folder}.{corpus.name}.read", ReadTable)
    source = read_table(paths.corpus(corpus.folder, corpus.name, corpus.format), read)
    yield from (row.text for row in bar(source, corpus.name))


if __name__ == "__main__":
    main()
