"""Audit a dataset: rows → what is wrong with them (copies, labels), and which have twins."""

from textrnn import atomic, paths, tables
from textrnn.findings import Findings
from textrnn.params.audit import Audit
from textrnn.params.base import load
from textrnn.params.corpus import ReadTable, TableName
from textrnn.progress import bar
from textrnn.reading.table import read_table
from textrnn.sentiment import audit, rows
from textrnn.stage import stage


@stage
def main(dataset: str) -> None:
    home = Findings("sentiment", "audits", dataset)
    data = paths.Dataset("sentiment", dataset)
    corpus = load(f"sentiment.datasets.{dataset}.corpus", TableName)
    read = load(f"corpora.{corpus.folder}.{corpus.name}.read", ReadTable)
    options = load("sentiment.audit", Audit)

    source = read_table(paths.corpus(corpus.folder, corpus.name, corpus.format), read)
    groups = [row.group for row in bar(source, "reading")]
    table = audit.examine({s: list(rows.read(data.rows(s))) for s in paths.SPLITS}, options)
    tables.write_metrics(audit.summary(table, groups), home.metrics)
    with atomic.folder(home.home) as folder:
        tables.write_table(audit.twins_table(table), folder / "twins.csv")


if __name__ == "__main__":
    main()
