"""Tests of `determinism: portable`: the same bytes whatever processor and environment."""
