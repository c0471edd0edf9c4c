"""JSON and the dataclasses it stands for: what a file of a run holds is checked as it is read, and written as it was.

A field whose default is None is left out of the JSON where it is None; every other is always there. It knows no single
kind of row or summary.
"""

from collections.abc import Hashable, Mapping
from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

if TYPE_CHECKING:
    from pydantic import TypeAdapter

Json = dict[str, Any]
"""A JSON object whose shape is somebody else's business: what a server said, what it is asked."""

Typed = TypeVar("Typed")


class Part:
    """What lies in a file of a run as JSON: no field may be missing, unknown, of another type or NaN."""

    __slots__ = ()
    __pydantic_config__: ClassVar[Mapping[str, Any]] = {"extra": "forbid", "allow_inf_nan": False}


def as_json(part: Part) -> Json:
    """A part's fields by name; json.dumps calls it for every part that it comes upon."""
    values = ((name, getattr(part, name), optional) for name, optional in _names(cast(Hashable, type(part))))
    return {name: value for name, value, optional in values if value is not None or not optional}


def parsed(kind: type[Typed], text: bytes) -> Typed:
    """Raises ValueError with one line: what is wrong, and where."""
    from pydantic import ValidationError

    try:
        found: Typed = adapter(cast(Hashable, kind)).validate_json(text, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise ValueError(f"{where}: {first['msg']}" if where else first["msg"]) from None
    return found


@cache
def adapter(kind: Any) -> "TypeAdapter[Any]":
    """Made once of every kind: it takes milliseconds."""
    from pydantic import TypeAdapter  # here: whoever only writes rows, such as the load generator, has no use for it

    return TypeAdapter(kind)


@cache
def _names(kind: Any) -> list[tuple[str, bool]]:
    return [(field.name, field.default is None) for field in fields(kind)]
