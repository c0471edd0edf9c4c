"""Which values make sense for a check: small predicates on what a suite's YAML holds.

They know shapes, and nothing of what a check does with them.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

from evalharness.checks import patterns as expressions

Accepts = Callable[[Any], bool]


def nothing(value: Any) -> bool:
    return value is None


def text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(text, value))


def text_or_texts(value: Any) -> bool:
    return text(value) or texts(value)


def number(value: Any) -> bool:
    # compared, not asked: to math.isfinite a whole number of 400 digits is an error
    return isinstance(value, int | float) and not isinstance(value, bool) and -math.inf < value < math.inf


def share(value: Any) -> bool:
    """Above 0, at most 1."""
    return number(value) and 0 < value <= 1


def not_negative(value: Any) -> bool:
    return number(value) and value >= 0


def positive(value: Any) -> bool:
    return number(value) and value > 0


def count(value: Any) -> bool:
    """A whole number above 0."""
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def pattern(value: Any) -> bool:
    return text(value) and expressions.is_one(value)


def patterns(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(pattern, value))


def one_of(*choices: str) -> Accepts:
    return lambda value: isinstance(value, str) and value in choices


def mapping(required: Mapping[str, Accepts], optional: Mapping[str, Accepts] | None = None) -> Accepts:
    """A mapping that has the required keys, perhaps the optional ones, and no others."""
    known = {**required, **(optional or {})}

    def accepts(value: Any) -> bool:
        return (
            isinstance(value, dict)
            and required.keys() <= value.keys() <= known.keys()
            and all(known[key](member) for key, member in value.items())
        )

    return accepts


def span(lowest: int) -> Accepts:
    """A whole number from `lowest` on, or a mapping with min, max or both, min not above max."""

    def whole(value: Any) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and value >= lowest

    limits = mapping({}, {"min": whole, "max": whole})

    def accepts(value: Any) -> bool:
        if isinstance(value, dict):
            return bool(value) and limits(value) and value.get("min", lowest) <= value.get("max", math.inf)
        return whole(value)

    return accepts


def spans_by_text(value: Any) -> bool:
    """A mapping from texts to spans that may be 0."""
    within = span(0)
    return isinstance(value, dict) and bool(value) and all(text(key) and within(many) for key, many in value.items())


def within(number: int, span: int | Mapping[str, int]) -> bool:
    """Whether a count is what a span asks for."""
    if isinstance(span, int):
        return number == span
    return span.get("min", 0) <= number <= span.get("max", math.inf)
