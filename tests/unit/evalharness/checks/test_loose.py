"""IFEval's loose mode: what a preamble, a closing remark or bold letters fail is right all the same, and no more."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness import checks
from evalharness.checks.loose import loosely, readings
from evalharness.runs.rows.eval import Wanted


def loose(answer: str, *wanted: tuple[str, Any]) -> bool | None:
    asked = [Wanted(type=kind, value=value) for kind, value in wanted]
    _, said = checks.split_thought(answer)
    return loosely(said, asked, checks.apply_checks(answer, "stop", asked))


def test_the_eight_readings_are_those_of_ifeval() -> None:
    assert readings("a *b*\nc\nd") == ["a *b*\nc\nd", "a *b*\nc", "c\nd", "c", "a b\nc\nd", "a b\nc"]


@pytest.mark.parametrize(
    "answer",
    ["Sure, here they are:\none\ntwo", "one\ntwo\nI hope that helps!", "Here:\none\ntwo\nBye.", "**one**\ntwo"],
)
def test_a_line_before_or_after_and_bold_letters_are_forgiven(answer: str) -> None:
    assert loose(answer, ("lines", 2)) is True
    assert loose(answer, ("regex", r"\Aone\ntwo\Z")) is True


def test_an_order_that_no_reading_keeps_stays_broken() -> None:
    assert loose("one\ntwo\nthree\nfour\nfive", ("lines", 2)) is False


def test_each_order_may_be_kept_in_a_reading_of_its_own_as_ifeval_has_it() -> None:
    assert loose("Here, as asked:\nno comma, no", ("no_commas", None), ("lines", 1)) is False
    assert loose("Well, then:\nno comma", ("no_commas", None), ("lines", 1)) is True


def test_what_is_said_is_not_made_right_by_leaving_lines_out() -> None:
    assert loose("It is Paris.\nNo, Rome.", ("numeric", {"value": 3}), ("lines", 1)) is False


def test_where_no_check_is_of_form_there_is_but_one_mode() -> None:
    assert loose("7", ("numeric", {"value": 7})) is None


@given(st.text(max_size=200))
def test_what_is_right_to_the_letter_is_right_loosely(answer: str) -> None:
    wanted = [Wanted(type="max_words", value=5), Wanted(type="lines", value=2)]
    found = checks.apply_checks(answer, "stop", wanted)
    assert loosely(checks.split_thought(answer)[1], wanted, found) or not all(check.passed for check in found)


def test_a_thought_is_no_first_line() -> None:
    assert loose("<think>\nhm\n</think>\n\none\ntwo\nthree\nfour", ("lines", 3)) is True
    assert loose("<think>\nhm\n</think>\n\none\ntwo\nthree\nfour", ("lines", 1)) is False
