"""The one exception that a user is meant to read."""


class UserError(Exception):
    """Something that the user can put right: its text is one sentence with the remedy.

    Stages and commands print it without a traceback and exit with status 1.
    """
