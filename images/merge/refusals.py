"""What peft and transformers say of what they cannot load or merge, in one line."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from serve.errors import UsageError


@contextmanager
def refusals(adapter: Path) -> Iterator[None]:
    """Turns what peft says of an adapter into a UsageError."""
    try:
        yield
    # NotImplementedError is a RuntimeError; an AttributeError is what peft makes of a configuration of another shape,
    # and an ImportError of a way to begin that it has no library for.
    except (
        ValueError, TypeError, LookupError, RuntimeError, AttributeError, ArithmeticError, ImportError, re.error
    ) as error:  # fmt: skip
        raise UsageError(f"{adapter}: peft cannot merge it ({first_line(error)}); set ADAPTER to another") from error


@contextmanager
def unloadable(folder: Path, what: str, setting: str) -> Iterator[None]:
    """Turns what transformers says of a folder, of whatever type, into a UsageError. Inside, nothing is written."""
    try:
        yield
    except (UsageError, MemoryError):
        raise
    except Exception as error:
        said = first_line(error)
        raise UsageError(f"{folder}: transformers cannot load {what} ({said}); mend it, or set {setting}") from error


def first_line(error: Exception) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
