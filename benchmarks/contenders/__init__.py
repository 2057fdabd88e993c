"""What several benchmarks share of the ways that they compare."""
