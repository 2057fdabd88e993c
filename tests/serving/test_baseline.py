"""The baseline that is fitted to be asked is the one that was measured."""

import json
from pathlib import Path

import numpy as np
import pytest
import yaml

from textrnn import paths
from textrnn.errors import UserError
from textrnn.params import base, document
from textrnn.sentiment import baselines, rows, tokenised
from textrnn.sentiment.tokens import tokenizer
from textrnn.serving import baseline

PAIRS = {0: ["Not good, the film!", "so bad: a plot"], 1: ["not bad; the plot", "So good! A film"]}


def silent(_: str) -> None:
    """Say nothing."""


@pytest.fixture(params=[None, 3])
def measured(changing: Path, request: pytest.FixtureRequest) -> tuple[Path, baselines.Baselines]:
    """A repository with a dataset's rows and the metrics of its baselines; what they measured."""
    values = base.read(changing / base.FILE)
    values["sentiment"]["datasets"]["few"]["tokens"] = {
        "lower": False,
        "punctuation": False,
        "last": request.param,
    }
    (changing / base.FILE).write_text(yaml.safe_dump(values, sort_keys=False))
    home = paths.Dataset("sentiment", "few")
    home.rows("train").parent.mkdir()
    draw = np.random.default_rng(3)
    for split in ("train", "valid"):
        found = [
            rows.Row(i, i % 2, f"{draw.choice(['one', 'two', 'six'])} {draw.choice(PAIRS[i % 2])}")
            for i in range(60)
        ]
        rows.write(map(rows.line, found), home.rows(split))
    options = document.load().sentiment
    part = tokenised.part_read(options.datasets["few"].tokens)
    tokenize = tokenizer(options.baselines.tokens)
    texts = [tokenised.read(home.rows(s), part, tokenize) for s in ("train", "valid")]
    chosen = baselines.choose(options.baselines, *texts, count=2)
    file = paths.METRICS / "sentiment/baselines/few/metrics.json"
    file.parent.mkdir(parents=True)
    found = chosen.predict(texts[0]).assign(split="train")
    file.write_text(json.dumps(baselines.summary(chosen, found)))
    return file, chosen


def test_it_says_what_the_stage_said(measured: tuple[Path, baselines.Baselines]) -> None:
    _, chosen = measured
    said: list[str] = []
    fitted = baseline.fit("few", said.append)
    begin = "Fitting it to the 60 training reviews of few takes about a second. "
    assert [one.removeprefix(begin).split()[0] for one in said] == [
        "Reading",
        "Counting",
        "Weighing",
    ]
    texts = ["Not good, the film!", "one So good! A film", "so bad", "unheard of; bad", "film"]
    options = document.load().sentiment
    part = tokenised.part_read(options.datasets["few"].tokens)
    tokens = [tokenizer(options.baselines.tokens)(part(text)) for text in texts]
    asked = tokenised.Texts(tokens, np.zeros(len(texts), np.int64))
    table = chosen.predict(asked)
    expected = table[table["baseline"] == "nb-svm"]["probability"]
    found = [fitted.explain(text) for text in texts]
    np.testing.assert_allclose([f.probability for f in found], expected)
    assert [[w.span.token for w in f.words] for f in found] == tokens
    assert np.ptp(expected) > 0.1


def test_words_are_where_they_were_typed(measured: tuple[Path, baselines.Baselines]) -> None:
    fitted = baseline.fit("few", silent)
    text = "One, two: SO good! A zzz"
    found = fitted.explain(text).words
    assert all(text[w.span.start : w.span.end].lower() == w.span.token for w in found)
    assert [w.span.token for w in found if not w.is_known] == ["zzz"]


def test_what_is_missing_or_damaged_comes_with_its_remedy(
    measured: tuple[Path, baselines.Baselines],
) -> None:
    file, _ = measured
    file.write_text("{}")
    with pytest.raises(
        UserError, match=r"damaged\. Run `dvc repro --force sentiment-baseline@few`"
    ):
        baseline.fit("few", silent)
    file.unlink()
    with pytest.raises(UserError, match="run `dvc repro sentiment-baseline@few`"):
        baseline.fit("few", silent)


def test_rows_that_are_not_here_come_with_their_remedy(
    measured: tuple[Path, baselines.Baselines],
) -> None:
    paths.Dataset("sentiment", "few").rows("train").unlink()
    with pytest.raises(UserError, match=r"pull data/sent.*/rows/train\.jsonl`.*split@few`"):
        baseline.fit("few", silent)
