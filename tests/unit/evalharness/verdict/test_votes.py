"""People's votes in the verdict: what they settle, what too few of them do not, and that a policy has to ask."""

from dataclasses import replace
from pathlib import Path

import pytest

from evalharness.report.sentences.headline import headline
from evalharness.runs.summaries.judged import People, Position
from evalharness.runs.summaries.verdict import Reason
from evalharness.verdict.policy import Policy
from evalharness.verdict.verdict import Verdict, decide
from tests.parts import evaluation, metric, suite

POLICY = Policy(version=1, quality="by-purpose", max_error_rate=0.01, votes={"wins_at_least": 0.5})
PEOPLE = People(
    endpoints=("base", "tuned"), confidence=0.95, first=30, second=70, ties=12, both_bad=3, people=9, chats=40,
    share=0.7, low=0.58, high=0.79, p_value=0.002, position=Position(pairs=100, first=0.5, low=0.4, high=0.6),
    left_out=0,
)  # fmt: skip


def reason(people: People | None, policy: Policy = POLICY) -> Reason:
    run = evaluation(suite(metric(0.5, 0.9), "letters"))
    (found,) = (one for one in decide(run, {}, None, policy, people=people).reasons if one.criterion == "votes")
    return found


def of(wins: int, losses: int, low: float, high: float, people: int = 9) -> People:
    return replace(PEOPLE, first=losses, second=wins, share=wins / (wins + losses), low=low, high=high, people=people)


@pytest.mark.parametrize(
    ("people", "outcome", "word"),
    [
        (PEOPLE, "met", "enough"),
        (of(30, 70, 0.21, 0.42), "failed", "too few"),
        (of(55, 45, 0.44, 0.66), "unsettled", "more voters would settle it"),
        (of(50, 50, 0.4, 0.6), "unsettled", "more votes will hardly settle it"),
        (of(18, 1, 0.6, 0.99), "unsettled", "19 decided votes of 20 that it takes at least"),
        (of(90, 10, 0.0, 1.0, people=1), "unsettled", "one person alone says nothing of others"),
        (replace(PEOPLE, first=0, second=0, share=None, low=None, high=None), "unsettled", "none of 15 votes"),
        (None, "unsettled", "No blind vote on these versions of base and tuned"),
    ],
)
def test_votes_are_judged_by_their_interval_and_too_few_settle_nothing(
    people: People | None, outcome: str, word: str
) -> None:
    found = reason(people)
    assert (found.outcome, word in found.text) == (outcome, True), found.text
    assert found.plain and "None" not in found.text + found.plain


def test_the_evidence_says_whose_votes_they_are() -> None:
    assert "70.0 % of 100 decided votes (95 % interval 58.0 % to 79.0 %; by 9 people in 40 chats" in reason(PEOPLE).text


def test_votes_are_not_judged_unless_the_policy_asks() -> None:
    run = evaluation(suite(metric(0.5, 0.9), "letters"))
    found = decide(run, {}, None, replace(POLICY, votes=None), people=of(0, 90, 0.0, 0.05)).reasons
    assert "votes" not in {one.criterion for one in found}


@pytest.mark.parametrize(("outcome", "said"), [("met", "is preferred"), ("failed", "is not preferred")])
def test_the_headline_names_it(outcome: str, said: str) -> None:
    found = replace(reason(PEOPLE), outcome=outcome)  # type: ignore[arg-type]
    assert f"{said} by people in blind comparisons" in headline(Verdict((found,)), "tuned")


def test_the_shipped_policy_offers_it() -> None:
    text = (Path(__file__).parents[4] / "evalharness/verdict/policies/default.yaml").read_text()
    assert "#   votes: {wins_at_least: 0.5}" in text
