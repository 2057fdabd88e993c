"""Draws follow the softmax of the scaled logits."""

import numpy as np
import pytest
from scipy import stats

from textrnn.backend import tf
from textrnn.charlm.drawing import as_scales, draw, gumbel

LOGITS = np.array([0.0, 1.0, -1.0, 2.0, -30.0], np.float32)


@pytest.mark.parametrize("scale", [0.5, 1.0, 2.0])
def test_draws_are_distributed_as_the_softmax_of_the_scaled_logits(scale: float) -> None:
    many = 20_000
    logits = tf.tile(LOGITS[np.newaxis], [many, 1])
    found = draw(logits, as_scales([scale] * many), gumbel(1, 0, logits))
    counts = np.bincount(found, minlength=5)
    weights = np.exp(scale * LOGITS.astype(np.float64))
    assert counts[4] == 0
    expected = (weights / weights.sum() * many)[:4]
    assert stats.chisquare(counts[:4], expected * counts.sum() / expected.sum()).pvalue > 0.001


def test_no_scale_takes_the_likeliest() -> None:
    logits = tf.tile(LOGITS[np.newaxis], [100, 1])
    found = draw(logits, as_scales([None] * 100), gumbel(1, 0, logits))
    assert set(np.asarray(found)) == {3}


@pytest.mark.parametrize("seed", [0, 7, 2**40])
def test_every_step_and_every_seed_has_noise_of_its_own(seed: int) -> None:
    like = tf.zeros((3, 5))
    found = [np.asarray(gumbel(s, step, like)) for s in (seed, seed + 1) for step in (0, 1, 2)]
    assert np.isfinite(found).all()
    assert len({noise.tobytes() for noise in found}) == 6
    np.testing.assert_array_equal(gumbel(seed, 1, like), found[1])
