"""Audit a text: corpus, texts of the splits → what is wrong with them (markers, copies)."""

from textrnn import paths, tables
from textrnn.charlm import audit, texts
from textrnn.findings import Findings
from textrnn.params.base import load
from textrnn.params.corpus import CorpusName, ReadText
from textrnn.reading.text import locate
from textrnn.stage import stage


@stage
def main(dataset: str) -> None:
    data = paths.Dataset("charlm", dataset)
    corpus = load(f"charlm.datasets.{dataset}.corpus", CorpusName)
    read = load(f"corpora.{corpus.folder}.{corpus.name}.read", ReadText)

    found = locate(paths.corpus(corpus.folder, corpus.name, "txt"), read)
    parts = {split: texts.read(data.text(split)) for split in paths.SPLITS}
    summary = audit.summary(found, read, parts)
    tables.write_metrics(summary, Findings("charlm", "audits", dataset).metrics)


if __name__ == "__main__":
    main()
