# ruff: noqa: RUF001 (the signs are what is tested)
"""What models wrap their answers in, and that no check trips over it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.checks.reading.markup import split_thought, unmarked
from tests.parts import apply_checks


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("The answer is $\\boxed{42}$.", "The answer is 42."),
        ("\\( 3 \\times 4 = \\mathbf{12} \\)", " 3 × 4 = 12 "),
        ("\\[ x = \\boxed{\\text{yes}} \\]", " x = yes "),
        ("$1{,}250$", "1,250"),
        ("It costs $5 and $7.", "It costs $5 and $7."),
        ("**Bold**, *it*, __b__, ~~no~~, `code`", "Bold, it, b, no, code"),
        ("2 * 3 * 4, a*b*c, snake_case_name", "2 * 3 * 4, a*b*c, snake_case_name"),
        ("## Head\n> said [here](https://example.org)", "Head\nsaid here"),
    ],
)
def test_a_text_reads_as_it_does_on_a_screen(said: str, read: str) -> None:
    assert unmarked(said) == read


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("<think>Lyon? No.</think>\n\nParis", "Paris"),
        ("Lyon? No.\n</think>\nParis", "Paris"),
        ("<THINK>Lyon?", ""),
        ("Paris", "Paris"),
    ],
)
def test_a_thought_is_parted_from_its_answer(said: str, answer: str) -> None:
    assert split_thought(said)[1] == answer


def test_a_thought_is_never_checked_and_one_without_an_answer_is_empty() -> None:
    checks = [{"type": "not_contains", "value": ["Lyon"]}, {"type": "says_only", "value": "Paris"}]
    assert [found.failure for found in apply_checks("<think>Lyon?</think>**Paris.**", "stop", checks)] == [None, None]
    assert [found.failure for found in apply_checks("<think>Lyon?", "stop", checks)] == ["empty", "empty"]


@given(st.text())
def test_no_text_breaks_and_none_grows_by_taking_marks_off(text: str) -> None:
    assert len(unmarked(text)) <= len(text)
    assert split_thought(text)[1] in text


@pytest.mark.parametrize(
    "said", ["Paris", "**Paris**", "`Paris`", "“Paris”", "paris.", "\\boxed{Paris}", "```\nParis\n```"]
)
def test_the_answer_alone_is_alone_in_every_dress(said: str) -> None:
    [found] = apply_checks(said, "stop", [{"type": "says_only", "value": "Paris"}])
    assert found.passed


@pytest.mark.parametrize("said", ["B", "B.", "B)", "(B)", "**B)**", "(b)."])
def test_the_letter_of_an_option_may_keep_its_bracket(said: str) -> None:
    assert apply_checks(said, "stop", [{"type": "says_only", "value": "B"}])[0].passed
    assert not apply_checks(f"{said} two thirds", "stop", [{"type": "says_only", "value": "B"}])[0].passed
    assert not apply_checks(said, "stop", [{"type": "says_only", "value": "A"}])[0].passed


def test_a_name_without_its_accents_is_also_said_with_them() -> None:
    [found] = apply_checks("Malmö.", "stop", [{"type": "says_only", "value": "Malmo"}])
    assert found.passed
    [found] = apply_checks("Malmo", "stop", [{"type": "says_only", "value": "Malmö"}])
    assert found.failure == "fact"


@pytest.mark.parametrize(
    ("said", "failure"), [("The capital is Paris.", "format"), ("Lyon", "fact"), ("Paris\n\nIt is large.", "format")]
)
def test_more_than_the_answer_is_not_the_answer_alone(said: str, failure: str) -> None:
    [found] = apply_checks(said, "stop", [{"type": "says_only", "value": "Paris"}])
    assert found.failure == failure


@pytest.mark.parametrize(
    ("said", "failure"),
    [
        ("Put it in water: if it **floats**, throw it away.", None),
        ("If it floats it's fresh.", "fact"),
        ("It is a myth that if it floats it's fresh. Stale ones float.", None),
        ("Smell it.", "missing"),
        ("I'm sorry, but I can't help you with eggs that float.", "refusal"),
    ],
)
def test_facts_are_stated_claims_are_not_made_and_a_refusal_states_nothing(said: str, failure: str | None) -> None:
    value = {"all": ["float"], "none": ["floats? it's fresh"]}
    [found] = apply_checks(said, "stop", [{"type": "states", "value": value}])
    assert found.failure == failure
