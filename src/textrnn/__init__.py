"""Reproducible recurrent text models, as DVC pipelines."""
