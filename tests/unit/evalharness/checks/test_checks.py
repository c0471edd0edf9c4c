import json
import time
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.checks import CHECKS, complaint, strict_json
from evalharness.checks.base import Measure
from evalharness.runs.failures import FAILURES, Failure
from tests.parts import apply_checks


def failure(kind: str, value: Any, answer: str, finish_reason: str = "stop") -> str | None:
    [outcome] = apply_checks(answer, finish_reason, [{"type": kind, "value": value}])
    assert outcome.passed == (outcome.failure is None)
    found: str | None = outcome.failure
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


SENSIBLE: dict[str, Any] = {
    "json_valid": None,
    "json_equals": [],
    "json_keys": ["a"],
    "json_schema": {"type": "object"},
    "equals": "a",
    "says_only": ["a", "b"],
    "states": {"all": ["a"], "none": ["b"]},
    "not_regex": "b",
    "contains": ["a"],
    "not_contains": ["a"],
    "regex": ".*",
    "occurrences": {"a": 0},
    "starts_with": "a",
    "ends_with": "a",
    "repeats_first": "a",
    "numeric": 3,
    "final_number": {"value": 3},
    "cites": {"right": [1]},
    "not_told": None,
    "token_f1": {"references": "a", "at_least": 0.5},
    "bleu": {"references": "a", "at_least": 0.5},
    "chrf": {"references": ["a"], "at_least": 0.5},
    "rouge_l": {"references": ["a", "b"], "at_least": 0.5},
    "similarity": {"references": "a", "at_least": 1},
    "min_words": 1,
    "max_words": 1,
    "words": 1,
    "characters": {"min": 1},
    "sentences": {"max": 3},
    "paragraphs": 1,
    "lines": 1,
    "bullets": 0,
    "numbered": 0,
    "sections": {"marker": "Part", "max": 2},
    "highlights": 0,
    "placeholders": 0,
    "capital_words": 0,
    "letters": {"q": 0},
    "letter_case": "lower",
    "no_commas": None,
    "titled": None,
    "sorted_list": "alphabetical",
    "in_order": ["a"],
    "language": "en",
    "refused": None,
    "not_refused": None,
    "not_repetitive": 0.5,
    "code": {"tests": "assert True"},
    "calls": [{"name": "look_up"}],
    "no_call": None,
}
"""A value that makes sense, for every check there is."""


def test_every_check_has_a_value_that_makes_sense_here() -> None:
    assert SENSIBLE.keys() == CHECKS.keys()


@pytest.mark.parametrize("kind", sorted(CHECKS.keys() - {"calls", "no_call"}))
@pytest.mark.parametrize("answer", ["", " \n"])
def test_an_empty_answer_passes_nothing(kind: str, answer: str) -> None:
    assert complaint(kind, SENSIBLE[kind]) is None
    assert failure(kind, SENSIBLE[kind], answer) == "empty"


@given(st.text(st.characters(codec="utf-8"), max_size=60), st.sampled_from(sorted(CHECKS.keys() - {"code"})))
def test_no_answer_breaks_a_check_and_every_failure_is_on_the_list(answer: str, kind: str) -> None:
    [outcome] = apply_checks(answer, "stop", [{"type": kind, "value": SENSIBLE[kind]}])
    assert outcome.failure in (*FAILURES, None)
    assert (outcome.score is not None) == isinstance(CHECKS[kind], Measure)
    assert 0 <= (outcome.score or 0) <= 1


@pytest.mark.parametrize("kind", sorted(CHECKS.keys() - {"code"}))
@pytest.mark.parametrize(
    "unit", ["a", ".", "```\n", '"', "\u201c", "<<a", "\n", "1,", "- a\n", "*a ", "[", "I can't ", "\u3002"]
)
def test_an_answer_that_is_one_long_loop_is_judged_in_a_moment(kind: str, unit: str) -> None:
    """No check takes a time that grows with the square of the answer, as a careless pattern would: seconds here."""
    answer = "x" + unit * (10_000 // len(unit)) + "x"
    apply_checks("x", "stop", [{"type": kind, "value": SENSIBLE[kind]}])  # what is loaded once is loaded
    begun = time.process_time()
    apply_checks(answer, "stop", [{"type": kind, "value": SENSIBLE[kind]}])
    assert time.process_time() - begun < 1


json_scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)


@given(
    st.recursive(
        json_scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
    ),
    st.sampled_from(sorted(CHECKS)),
)
def test_any_value_is_accepted_or_complained_about_in_one_short_line(value: Any, kind: str) -> None:
    said = complaint(kind, value)
    assert said is None or (kind in said and "\n" not in said and len(said) < 1000)


def test_the_failures_of_the_type_are_the_failures_of_the_list() -> None:
    assert get_args(Failure) == tuple(FAILURES)


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
        ("words", {"min": 3, "max": 2}),
        ("words", {}),
        ("bullets", -1),
        ("sections", {"marker": "Part"}),
        ("letters", {"qu": 1}),
        ("occurrences", {"a": "often"}),
        ("numeric", "three"),
        ("numeric", {"value": 3, "tolerance": 1}),
        ("numeric", {"value": 3, "abs": -1}),
        ("numeric", {"value": float("nan")}),
        ("token_f1", {"references": "a"}),
        ("bleu", {"references": [], "at_least": 0.5}),
        ("chrf", {"references": "a", "at_least": 50}),
        ("json_schema", {"type": "objekt"}),
        ("json_schema", {"$ref": "#/$defs/nowhere"}),
        ("json_schema", {"$ref": "https://example.org/schema.json"}),
        ("json_schema", {"pattern": "("}),
        ("letter_case", "title"),
        ("sorted_list", "by size"),
        ("language", "tlh"),
        ("not_repetitive", 1.5),
        ("refused", True),
        ("code", {"seconds": 1}),
        ("code", {"tests": "assert True", "seconds": 0}),
        ("soundness", None),
    ],
)
def test_a_check_that_makes_no_sense_is_complained_about_by_name(kind: str, value: Any) -> None:
    assert kind in (complaint(kind, value) or "")
