"""Code a dataset's held-out text by other means: compressors and n-grams → bits a character."""

from textrnn import paths, tables
from textrnn.charlm import alphabet, baselines, texts
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
    found = baselines.measure(content, known, options)
    tables.write_metrics(found, Findings("charlm", "baselines", dataset).metrics)


if __name__ == "__main__":
    main()
