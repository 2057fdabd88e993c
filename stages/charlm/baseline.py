"""Code a dataset's held-out text by other means: compressors and n-grams → bits a character."""

from textrnn import atomic, paths, tables
from textrnn.charlm import alphabet, baselines, blocks, texts
from textrnn.findings import Findings
from textrnn.params.base import load
from textrnn.params.charlm_baselines import CharacterBaselines
from textrnn.stage import stage


@stage
def main(dataset: str) -> None:
    data = paths.Dataset("charlm", dataset)
    options = load("charlm.baselines", CharacterBaselines)

    known = alphabet.read(data.vocab)
    content = {split: texts.read(data.text(split)) for split in paths.SPLITS}
    found, by_block = baselines.measure(content, known, options)
    home = Findings("charlm", "baselines", dataset)
    tables.write_metrics(found, home.metrics)
    with atomic.folder(home.home) as folder:
        tables.write_table(by_block, folder / blocks.FILE)


if __name__ == "__main__":
    main()
