import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.checks import CHECKS, complaint, judge, strict_json


def failure(kind: str, value: Any, answer: str, finish_reason: str = "stop") -> str | None:
    [outcome] = judge(answer, finish_reason, [{"type": kind, "value": value}])
    assert outcome["passed"] == (outcome["failure"] is None)
    found: str | None = outcome["failure"]
    return found


@pytest.mark.parametrize("answer", ['{"a": 1}', " \n[1, 2]\t", "3", '"text"', "null", '{"a": {"a": 1}}'])
def test_json_is_valid_with_whitespace_around_it_and_nothing_else(answer: str) -> None:
    assert failure("json_valid", None, answer) is None


@pytest.mark.parametrize(
    "answer",
    [
        '```json\n{"a": 1}\n```',
        'Here it is: {"a": 1}',
        '{"a": 1}{"a": 1}',
        "{'a': 1}",
        '{"a": 1,}',
        '{"a": NaN}',
        "[Infinity]",
        "[-Infinity]",
        '{"a": 1, "a": 1}',
        '[{"deep": {"a": 1, "a": 2}}]',
        "[" * 100_000,
        "9" * 5_000,
    ],
)
def test_anything_but_strict_json_is_a_format_failure(answer: str) -> None:
    assert failure("json_valid", None, answer) == "format"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(json_values.filter(lambda value: value is not None), st.sampled_from([None, 2]))
def test_json_equals_itself_in_any_layout(value: Any, indent: int | None) -> None:
    answer = json.dumps(value, indent=indent, sort_keys=True)
    assert strict_json(answer) == value
    assert failure("json_equals", value, answer) is None


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ('{"b": 2.0, "a": [1]}', None),
        ('{"a": [1], "b": 3}', "fact"),
        ('{"a": [true], "b": 2}', "fact"),
        ('{"a": [1], "b": "2"}', "fact"),
        ('{"a": [1, 1], "b": 2}', "fact"),
        ('{"a": [1], "b": 2, "c": 0}', "fact"),
        ('{"a": [1]}', "fact"),
        ("a: [1], b: 2", "format"),
    ],
)
def test_json_equals_compares_as_json_does(answer: str, expected: str | None) -> None:
    assert failure("json_equals", {"a": [1], "b": 2}, answer) == expected


@pytest.mark.parametrize(
    ("answer", "expected"),
    [('{"b": 0, "a": []}', None), ('{"a": 0}', "format"), ('["a", "b"]', "format"), ('"ab"', "format")],
)
def test_json_keys_wants_an_object_with_just_these_keys(answer: str, expected: str | None) -> None:
    assert failure("json_keys", ["a", "b"], answer) == expected


@pytest.mark.parametrize(
    ("phrase", "answer", "found"),
    [
        ("paris", "It is PARIS.", True),
        ("5 km", "5\N{NO-BREAK SPACE}km away", True),
        ("straße", "In der STRASSE", True),
        ("12", "12 km", True),
        ("12", "(12)", True),
        ("12", "It is 12.", True),
        ("12", "12, 13", True),
        ("12", "312", False),
        ("12", "123", False),
        ("12", "12.5", False),
        ("12", "1,12", False),
        ("1,200", "1,200,000", False),
        ("a.c", "abc", False),
    ],
)
def test_contains_finds_phrases_but_no_number_within_a_longer_one(phrase: str, answer: str, found: bool) -> None:
    assert failure("contains", [phrase], answer) == (None if found else "missing")
    assert failure("not_contains", [phrase], answer) == ("forbidden" if found else None)


def test_contains_wants_every_phrase_and_not_contains_none() -> None:
    assert failure("contains", ["a", "b"], "only a") == "missing"
    assert failure("not_contains", ["x", "b"], "a b") == "forbidden"


@pytest.mark.parametrize(
    ("kind", "value", "right", "wrong", "expected"),
    [
        ("equals", "Yes.", " Yes.\n", "yes.", "fact"),
        ("regex", r"^no\W*$", "no.\n", "well, no", "format"),
        ("lines", 2, "one\n\ntwo\n", "one", "format"),
        ("min_words", 3, "one two three", "one two", "length"),
        ("max_words", 2, "one two", "one two three", "length"),
    ],
)
def test_each_check_passes_and_fails(kind: str, value: Any, right: str, wrong: str, expected: str) -> None:
    assert failure(kind, value, right) is None
    assert failure(kind, value, wrong) == expected


@pytest.mark.parametrize("kind", CHECKS)
@pytest.mark.parametrize("answer", ["", " \n"])
def test_an_empty_answer_passes_nothing(kind: str, answer: str) -> None:
    values = {"json_valid": None, "equals": "a", "regex": ".*", "json_equals": [], "not_contains": ["a"]}
    value = values.get(kind, 3 if "words" in kind or kind == "lines" else ["a"])
    assert complaint(kind, value) is None
    assert failure(kind, value, answer) == "empty"


def test_a_failure_of_a_cut_off_answer_is_truncation_and_a_right_answer_stays_right() -> None:
    assert failure("json_valid", None, '{"a": ', "length") == "truncation"
    assert failure("contains", ["Paris"], "", "length") == "truncation"
    assert failure("contains", ["Paris"], "Paris is the", "length") is None


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("json_valid", True),
        ("json_equals", None),
        ("json_keys", {"a": 1}),
        ("equals", 12),
        ("contains", "a text alone"),
        ("contains", []),
        ("contains", [""]),
        ("not_contains", [1]),
        ("regex", "("),
        ("lines", 0),
        ("max_words", True),
        ("min_words", "3"),
        ("soundness", None),
    ],
)
def test_a_check_that_makes_no_sense_is_complained_about_by_name(kind: str, value: Any) -> None:
    assert kind in (complaint(kind, value) or "")
