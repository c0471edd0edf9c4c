"""What peft says of an adapter that it cannot load or merge, in one line."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from images.job import first_line
from serve.errors import UsageError


@contextmanager
def refusals(adapter: Path) -> Iterator[None]:
    """Turns it into a UsageError."""
    try:
        yield
    # NotImplementedError is a RuntimeError; an AttributeError is what peft makes of a configuration of another shape,
    # and an ImportError of a way to begin that it has no library for.
    except (
        ValueError, TypeError, LookupError, RuntimeError, AttributeError, ArithmeticError, ImportError, re.error
    ) as error:  # fmt: skip
        raise UsageError(f"{adapter}: peft cannot merge it ({first_line(error)}); set ADAPTER to another") from error
