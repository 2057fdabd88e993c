"""Chunk a text: corpus → alphabet, the texts of train, valid and test, shards of windows."""

from textrnn import atomic, paths, sharding
from textrnn.charlm import alphabet, chunking, texts
from textrnn.params.base import load
from textrnn.params.chunk import Chunk
from textrnn.params.corpus import CorpusName, ReadText
from textrnn.reading.text import read_text
from textrnn.stage import stage


@stage
def main(dataset: str) -> None:
    home = paths.Dataset("charlm", dataset)
    corpus = load(f"charlm.datasets.{dataset}.corpus", CorpusName)
    options = load(f"charlm.datasets.{dataset}.chunk", Chunk)
    read = load(f"corpora.{corpus.folder}.{corpus.name}.read", ReadText)

    text = read_text(paths.corpus(corpus.folder, corpus.name, "txt"), read)
    known = alphabet.of(text)
    with atomic.file(home.vocab) as part:
        alphabet.write(known, part)
    parts = chunking.cut(text, options)
    for split, content in parts.items():
        with atomic.file(home.text(split)) as part:
            texts.write(content, part)
    ids = known.encode(parts["train"])
    total = chunking.count(len(ids), options)
    with atomic.folder(home.shards("train")) as part:
        sharding.write(part, "train", chunking.windows(ids, options), total, options.shards)
    print(f"{len(text):,} characters, {known.size} different; {total:,} windows to train on")


if __name__ == "__main__":
    main()
