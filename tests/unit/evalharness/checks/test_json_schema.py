from typing import Any

import pytest

from evalharness.checks import complaint
from tests.parts import apply_checks

CITY = {
    "type": "object",
    "properties": {"name": {"type": "string", "minLength": 1}, "near": {"$ref": "#/$defs/names"}},
    "required": ["name"],
    "additionalProperties": False,
    "$defs": {"names": {"type": "array", "items": {"type": "string"}}},
}


def failure(schema: Any, answer: str) -> str | None:
    assert complaint("json_schema", schema) is None
    [outcome] = apply_checks(answer, "stop", [{"type": "json_schema", "value": schema}])
    found: str | None = outcome.failure
    return found


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ('{"name": "Oslo", "near": ["Drammen"]}', None),
        ('{"name": "Oslo", "near": [1]}', "format"),
        ('{"near": []}', "format"),
        ('{"name": "Oslo", "in": 1}', "format"),
        ('{"name": "Oslo", "name": "Rome"}', "format"),
        ('```json\n{"name": "Oslo"}\n```', "format"),
    ],
)
def test_an_answer_follows_the_schema_or_fails_by_format(answer: str, expected: str | None) -> None:
    assert failure(CITY, answer) == expected


def test_a_schema_that_is_its_own_definition_ends_nobody() -> None:
    assert failure({"$ref": "#"}, "1") == "format"


def test_an_older_draft_is_judged_by_its_own_rules() -> None:
    tuple_of_old = {"$schema": "http://json-schema.org/draft-07/schema#", "items": [{"type": "integer"}]}
    assert failure(tuple_of_old, '["a"]') == "format"


@pytest.mark.parametrize("answer", ["1e999", "1" + "0" * 400, "[1e999]"])
def test_a_number_too_large_to_be_divided_breaks_nothing(answer: str) -> None:
    [outcome] = apply_checks(
        answer, "stop", [{"type": "json_schema", "value": {"multipleOf": 0.5, "items": {"multipleOf": 3}}}]
    )
    assert outcome.failure == "format"
