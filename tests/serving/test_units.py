"""Units worth a look: rankings with known answers, features by hand."""

import numpy as np
import pytest

from textrnn.serving import units

LINE = np.array([0.0, 1, 2, 0, 1, 2])


def test_units_are_ranked_by_correlation_of_either_sign_and_by_variance() -> None:
    still, rising = np.full(6, 0.5), LINE / 4
    falling, other = 0.3 - LINE / 20, np.array([1, 1, -1, -1, 1, -1.0])
    values = np.stack([still, rising, falling, other], axis=1).astype(np.float32)
    found = units.rankings(values, {"line": LINE, "always": np.ones(6)})
    assert list(found) == ["line", units.VARIANCE]
    assert [unit.number for unit in found[units.VARIANCE]] == [3, 1, 2, 0]
    assert found[units.VARIANCE][0].score == pytest.approx(1)
    assert [unit.number for unit in found["line"]][:2] == [1, 2]
    assert [unit.score for unit in found["line"]][:2] == pytest.approx([1, -1], abs=1e-6)
    assert found["line"][-1] == units.Unit(0, 0.0)


def test_no_more_are_named_than_asked_for() -> None:
    found = units.rankings(np.random.default_rng(1).normal(size=(9, 30)), {}, most=4)
    assert [len(ranked) for ranked in found.values()] == [4]


def test_correlations_are_pearson_s() -> None:
    values = np.random.default_rng(2).normal(size=(20, 3))
    feature = np.random.default_rng(3).normal(size=20)
    expected = [np.corrcoef(values[:, i], feature)[0, 1] for i in range(3)]
    np.testing.assert_allclose(units.correlations(values, feature), expected)


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("ab\n\ncd", "position in the line", [0, 1, 2, 0, 0, 1]),
        ("It, Is", "position in the word", [1, 2, 0, 0, 1, 2]),
        ("a BC", "capital letter", [0, 0, 1, 1]),
        ('a "b" c', "inside quotation marks", [0, 0, 1, 1, 0, 0, 0]),
        ("“a” b", "inside quotation marks", [1, 1, 0, 0, 0]),
        ("“a\n\nb", "inside quotation marks", [1, 1, 1, 0, 0]),
    ],
)
def test_features_by_hand(text: str, name: str, expected: list[int]) -> None:
    assert units.of_characters(text)[name].tolist() == expected


def test_features_of_tokens() -> None:
    found = units.of_tokens(["a", "fine", "!"])
    assert found["position in the text"].tolist() == [0, 1, 2]
    assert found["length of the word"].tolist() == [1, 4, 1]
