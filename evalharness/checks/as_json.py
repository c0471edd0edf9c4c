"""Checks of answers that are to be JSON, with nothing around it.

A JSON Schema (draft 2020-12, or what its $schema names) is judged by the jsonschema library. `format` is an
annotation, as the standard has it by default: it is not judged. Nothing is fetched, whatever a $ref says. The
patterns of `patternProperties`, unlike those of `pattern`, have no time limit: they are searched for in keys.
"""

import json
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from evalharness.checks import patterns, values
from evalharness.checks.base import Check, unless
from evalharness.runs.failures import Failure


def strict_json(text: str) -> Any:
    """The whole text as JSON (RFC 8259), whitespace around it aside.

    Raises ValueError for anything else, be it a code fence or a sentence around it, and for what json.loads
    lets through: NaN, Infinity, a key given twice.
    """
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def json_valid(answer: str, _: None) -> Failure | None:
    try:
        strict_json(answer)
    except ValueError:
        return "format"
    return None


def json_equals(answer: str, value: Any) -> Failure | None:
    return json_valid(answer, None) or unless(same(strict_json(answer), value), "fact")


def json_keys(answer: str, keys: Sequence[str]) -> Failure | None:
    """An object with just these keys."""
    if json_valid(answer, None):
        return "format"
    found = strict_json(answer)
    return unless(isinstance(found, dict) and found.keys() == set(keys), "format")


def json_schema(answer: str, schema: dict[str, Any]) -> Failure | None:
    try:
        return unless(valid(strict_json(answer), schema), "format")
    except ValueError:
        return "format"


def valid(value: Any, schema: dict[str, Any]) -> bool:
    try:
        return bool(_validator(schema).is_valid(value))
    # a schema that refers to itself, or a value that is as deep; a number too large to be divided
    except (RecursionError, OverflowError):
        return False


def _validator(schema: dict[str, Any]) -> Any:
    from jsonschema.validators import Draft202012Validator, validator_for
    from referencing.jsonschema import EMPTY_REGISTRY  # jsonschema's own would fetch what a $ref names

    return _in_time(validator_for(schema, default=Draft202012Validator))(schema, registry=EMPTY_REGISTRY)


@lru_cache
def _in_time(validator: Any) -> Any:
    """The same class of validators, but for `pattern`: it is searched for by a clock."""
    from jsonschema.exceptions import ValidationError
    from jsonschema.validators import extend

    def pattern(checker: Any, wanted: str, instance: Any, _: Any) -> Iterator[Any]:
        if checker.is_type(instance, "string") and not patterns.found(wanted, instance):
            yield ValidationError(f"{wanted} is not found")

    return extend(validator, {"pattern": pattern})


def is_schema(value: Any) -> bool:
    """A schema that can be judged by: valid itself, and every $ref leads to a place within it."""
    from jsonschema.exceptions import SchemaError
    from jsonschema.validators import Draft202012Validator, validator_for
    from referencing.exceptions import Unresolvable
    from referencing.jsonschema import DRAFT202012, EMPTY_REGISTRY

    if not isinstance(value, dict) or not value:
        return False
    try:
        validator_for(value, default=Draft202012Validator).check_schema(value)
        resolver = EMPTY_REGISTRY.with_resource("", DRAFT202012.create_resource(value)).resolver()
        for reference in _references(value):
            resolver.lookup(reference)
    except (SchemaError, Unresolvable, re.error):
        return False
    return True


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        for key, member in schema.items():
            if key in ("$ref", "$dynamicRef") and isinstance(member, str):
                yield member
            else:
                yield from _references(member)
    elif isinstance(schema, list):
        for member in schema:
            yield from _references(member)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a key is given twice")
    return members


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def same(one: Any, other: Any) -> bool:
    """Equal as JSON: 1 and 1.0 are the same number, but true is not 1 (to Python it is)."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


CHECKS = {
    "json_valid": Check(json_valid, values.nothing, "nothing"),
    "json_equals": Check(json_equals, lambda value: value is not None, "the expected JSON"),
    "json_keys": Check(json_keys, values.texts, "a list of keys"),
    "json_schema": Check(json_schema, is_schema, "a JSON Schema whose every $ref leads to a place within it"),
}
