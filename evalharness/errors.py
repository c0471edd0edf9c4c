"""The exceptions a person is meant to read: what is wrong, where, and what mends it. Each is printed as one line."""


class UsageError(Exception):
    """A mistake in what the harness was given. The command line exits with 2."""


class Failure(Exception):
    """Something broke that was not the user's mistake. The command line exits with 1."""
