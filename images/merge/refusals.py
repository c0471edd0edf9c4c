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
    # NotImplementedError is a RuntimeError; an AttributeError is what peft makes of a configuration of another shape.
    except (ValueError, TypeError, LookupError, RuntimeError, AttributeError) as error:
        said = (str(error) or type(error).__name__).splitlines()[0]
        raise UsageError(f"{adapter}: peft cannot merge it ({said}); set ADAPTER to another") from error
