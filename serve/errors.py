"""The two exceptions a person is meant to read, each one line."""


class UsageError(Exception):
    """A mistake in what Tandem was given: what is wrong, where, which setting mends it. Exit code 2."""


class Failure(Exception):
    """Something broke that no setting mends: what, and the log that tells more. Exit code 1."""
