"""A corpus of the user's own: surveyed, described in params.yaml, put into `data/own/`."""
