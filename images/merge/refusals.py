"""What peft says of an adapter that it cannot load or merge, in one line."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from serve.errors import UsageError


@contextmanager
def refusals(adapter: Path) -> Iterator[None]:
    """Turns it into a UsageError."""
    try:
        yield
    except (ValueError, TypeError, LookupError, RuntimeError) as error:  # NotImplementedError is one of the last
        said = (str(error) or type(error).__name__).splitlines()[0]
        raise UsageError(f"{adapter}: peft cannot merge it ({said}); set ADAPTER to another") from error
