"""The shipped checks against the answer bank: what they are wrong about decides whether a suite may decide."""

import pytest

from tests import shipped_suites
from tests.validity import bank

MOST_MISTAKEN = 0.02  # of the right answers, and of the wrong ones
DECIDING = [
    name
    for name, suite in shipped_suites.suites().items()
    if suite.purpose != "descriptive" and not name.startswith("demo-")
]


def test_every_suite_with_a_verdict_has_answers_that_are_right_and_answers_that_are_wrong() -> None:
    for name in DECIDING:
        kinds = {answer.kind for answer in bank.answers(name)}
        assert {"natural", "wrong"} <= kinds, name


@pytest.mark.parametrize("name", bank.suites())
def test_every_prompt_has_an_answer_that_is_right_and_one_that_is_wrong(name: str) -> None:
    answers = bank.answers(name)
    right = {answer.prompt for answer in answers if answer.kind in bank.RIGHT}
    wrong = {answer.prompt for answer in answers if answer.kind == "wrong"}
    prompts = {prompt.id for prompt in shipped_suites.suite(name).prompts}
    assert (prompts - right, prompts - wrong) == (set(), set())


@pytest.mark.parametrize("name", DECIDING)
def test_a_suite_with_a_verdict_is_wrong_about_two_answers_in_a_hundred_at_most(name: str) -> None:
    tallies = bank.measured(name)
    right = [tallies[kind] for kind in bank.RIGHT]
    failed = [answer for tally in right for answer in tally.mistaken]
    passed = tallies["wrong"].mistaken
    assert len(failed) <= MOST_MISTAKEN * sum(tally.many for tally in right), failed
    assert len(passed) <= MOST_MISTAKEN * tallies["wrong"].many, passed


@pytest.mark.parametrize("name", bank.suites())
def test_every_answer_of_the_bank_belongs_to_a_prompt_and_has_a_kind(name: str) -> None:
    known = {prompt.id for prompt in shipped_suites.suite(name).prompts}
    for answer in bank.answers(name):
        assert answer.prompt in known
        assert answer.kind in bank.KINDS
        assert isinstance(answer.text, str), (answer.prompt, answer.text)


@pytest.mark.parametrize("name", [name for name in bank.suites() if name != "code"])
def test_a_thought_before_an_answer_changes_nothing(name: str) -> None:
    checks = {row.id: row.checks for row in shipped_suites.suite(name).rows()}
    for answer in bank.answers(name)[::5]:
        if "think>" not in answer.text:
            thought = f"<think>\nI can't be sure. Is it 42, or BANANA? Step 1: think.\n</think>\n\n{answer.text}"
            assert bank.passes(thought, checks[answer.prompt]) == bank.passes(answer.text, checks[answer.prompt])
