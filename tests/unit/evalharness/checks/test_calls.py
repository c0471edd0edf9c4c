"""The checks of tool calls: which, with which arguments by value and by schema, in any order, or none."""

import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.checks import apply_checks, complaint
from evalharness.runs.rows.eval import Call, Wanted

PARIS = {"name": "weather", "arguments": {"city": "Paris", "days": 2}}


def failure(wanted: Any, *given: tuple[str, Any], answer: str = "", kind: str = "calls") -> str | None:
    called = [Call(name=name, arguments=text if isinstance(text, str) else json.dumps(text)) for name, text in given]
    [outcome] = apply_checks(answer, "tool_calls", [Wanted(type=kind, value=wanted)], called)
    return outcome.failure


@pytest.mark.parametrize(
    "arguments",
    [
        {"city": "Paris", "days": 2},
        {"days": 2.0, "city": "Paris"},
        {"city": " paris ", "days": 2},
        {"city": "ＰＡＲＩＳ", "days": 2},  # noqa: RUF001
    ],
)
def test_arguments_are_equal_by_value_and_as_they_read(arguments: Any) -> None:
    assert failure([PARIS], ("weather", arguments)) is None


@pytest.mark.parametrize(
    "arguments",
    [
        {"city": "Paris"},
        {"city": "Paris", "days": 3},
        {"city": "Paris", "days": "2"},
        {"city": "Paris", "days": 2, "unit": "c"},
        {"city": "Lyon", "days": 2},
        {},
    ],
)
def test_other_arguments_fail_as_arguments(arguments: Any) -> None:
    assert failure([PARIS], ("weather", arguments)) == "arguments"


@pytest.mark.parametrize("text", ["{", "[]", "3", '"Paris"', '{"city": "Paris", "city": "Lyon"}', "{'city': 1}"])
def test_arguments_that_are_no_json_object_fail_by_their_form(text: str) -> None:
    assert failure([PARIS], ("weather", text)) == "format"


def test_true_is_not_one() -> None:
    wanted = [{"name": "light", "arguments": {"on": True}}]
    assert failure(wanted, ("light", {"on": True})) is None
    assert failure(wanted, ("light", {"on": 1})) == "arguments"


@pytest.mark.parametrize(
    "called",
    [[], [("time", {})], [("weather", PARIS["arguments"])] * 2, [("weather", PARIS["arguments"]), ("time", {})]],
)
def test_no_call_another_and_one_too_many_fail_as_calls(called: list[tuple[str, Any]]) -> None:
    assert failure([PARIS], *called) == "call"


def test_a_schema_says_where_more_than_one_value_will_do() -> None:
    schema = {
        "type": "object",
        "properties": {"city": {"enum": ["Paris", "Paris, France"]}, "unit": {"const": "c"}},
        "required": ["city"],
        "additionalProperties": False,
    }
    wanted = [{"name": "weather", "schema": schema}]
    assert failure(wanted, ("weather", {"city": "Paris, France"})) is None
    assert failure(wanted, ("weather", {"city": "Paris", "unit": "c"})) is None
    assert failure(wanted, ("weather", {"city": "Paris", "unit": "f"})) == "arguments"
    assert failure(wanted, ("weather", {"city": "Lyon"})) == "arguments"


def test_a_call_without_arguments_may_send_none_at_all() -> None:
    assert failure([{"name": "now", "arguments": {}}], ("now", "")) is None
    assert failure([{"name": "now", "arguments": {}}], ("now", {})) is None


arguments = st.dictionaries(st.text(max_size=3), st.integers() | st.booleans() | st.text(max_size=5), max_size=3)


@given(st.lists(st.tuples(st.sampled_from(["a", "b"]), arguments), min_size=1, max_size=4), st.randoms())
def test_calls_side_by_side_are_a_set_in_any_order(called: list[tuple[str, Any]], draw: random.Random) -> None:
    wanted = [{"name": name, "arguments": given} for name, given in called]
    assert failure(wanted, *draw.sample(called, len(called))) is None
    assert failure(wanted, *called[1:]) == "call"
    assert failure(wanted, *called[1:], (called[0][0], {**called[0][1], "more than": 1})) == "arguments"


def test_calls_that_each_fit_one_wanted_call_are_matched_whichever_comes_first() -> None:
    """The first given fits both of the wanted, the second only one: taken in turn, one would be left over."""
    wanted = [{"name": "f"}, {"name": "f", "arguments": {"x": 1}}]
    assert failure(wanted, ("f", {"x": 1}), ("f", {"x": 2})) is None
    assert failure(wanted, ("f", {"x": 2}), ("f", {"x": 1})) is None
    assert failure(wanted, ("f", {"x": 2}), ("f", {"x": 3})) == "arguments"


def test_where_nothing_is_to_be_called_any_call_fails_and_words_alone_are_right() -> None:
    assert failure(None, answer="Which city do you mean?", kind="no_call") is None
    assert failure(None, ("weather", {}), answer="One moment.", kind="no_call") == "call"


def test_a_tool_called_instead_of_an_answer_is_no_empty_answer() -> None:
    assert failure(["42"], ("weather", {}), kind="contains") == "call"
    assert failure(["42"], kind="contains") == "empty"


def test_what_is_said_beside_a_call_is_no_matter() -> None:
    assert failure([PARIS], ("weather", PARIS["arguments"]), answer="Let me look that up.") is None


@pytest.mark.parametrize(
    "value",
    [None, [], [{"name": ""}], [{"arguments": {}}], [{"name": "f", "arguments": []}], [{"name": "f", "schema": 3}],
     [{"name": "f", "more": 1}], [{"name": "f"}] * 9],
)  # fmt: skip
def test_a_check_that_makes_no_sense_is_refused(value: Any) -> None:
    assert complaint("calls", value)


@pytest.mark.parametrize(
    "answer",
    [
        'Use `format()`:\n<tool_response>\n{"celsius": 12}\n</tool_response>',  # SmolLM2, the result said after
        '<tool_call>\n{"name": "weather", "arguments": {city: Graz}}\n</tool_call>',  # no JSON: no parser reads it
        '[TOOL_CALLS] weather {"city": "Graz"}',
        "<function=weather>",
        '<|python_tag|>{"name": "weather"}',
    ],
)
def test_marks_of_calls_and_results_left_in_the_text_are_no_words(answer: str) -> None:
    assert failure(None, answer=answer, kind="no_call") == "call"
