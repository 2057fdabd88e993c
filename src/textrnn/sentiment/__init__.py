"""Labelled texts → a classifier: the first project of the chapter."""
