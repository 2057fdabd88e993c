"""Trained models put to use: found by name, asked for verdicts, made to write."""
