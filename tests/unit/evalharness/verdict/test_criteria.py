"""What a policy may add: bars of its own, the load its limits hold at, robustness, a judging model's preference."""

from dataclasses import replace
from typing import Any

import pytest

from evalharness.report.headline import headline
from evalharness.runs.summaries import (
    JudgedPairs,
    JudgedSuite,
    JudgeSummary,
    LoadSummary,
    Robustness,
    SuiteSummary,
    Variants,
)
from evalharness.verdict.policy import Policy
from evalharness.verdict.verdict import Reason, Verdict, decide
from tests.parts import evaluation, judge_summary, judged_pairs, load, metric, ratio, side, suite, variants

POLICY = Policy(version=1, quality="by-purpose", max_error_rate=0.01)
ROBUST = replace(POLICY, robustness={"not_worse_by": 0.05})
PREFERRED = replace(POLICY, judge={"wins_at_least": 0.5})


def losses(difference: float, low: float, high: float, **more: Any) -> Variants:
    return variants("typos", difference, low, high, **more)


def letters(robustness: Robustness | None = None, name: str = "letters", **more: Any) -> SuiteSummary:
    right = metric(0.5, 0.7, only_first=10, only_second=50)
    return suite(right, name, robustness=robustness, **more)


def kinds(*preserving: Variants, together: Variants | None = None, changing: Variants | None = None) -> Robustness:
    return Robustness(preserving=preserving, together=together, changing=(changing,) if changing else ())


def reasons(
    policy: Policy, *suites: SuiteSummary, load: LoadSummary | None = None, judged: JudgeSummary | None = None
) -> list[Reason]:
    return list(decide(evaluation(*suites), {}, load, policy, judged).reasons)


def only(criterion: str, found: list[Reason]) -> Reason:
    (reason,) = (reason for reason in found if reason.criterion == criterion)
    return reason


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        (losses(0.0, -0.04, 0.04), "met"),
        (losses(0.0, -0.06, 0.06), "unsettled"),
        (losses(0.2, 0.1, 0.3), "failed"),
        (losses(-0.2, -0.3, -0.1), "met"),
        (losses(0.0, -0.04, 0.04, originals=0.05), "unsettled"),  # nothing right, nothing to lose
        (variants("typos", None, None, None, prompts=0), "unsettled"),
    ],
)
def test_robustness_is_judged_by_the_interval_of_what_is_lost_more(row: Variants, outcome: str) -> None:
    assert only("robustness", reasons(ROBUST, letters(kinds(row)))).outcome == outcome


def test_all_kinds_together_are_judged_and_kinds_that_change_the_meaning_never() -> None:
    bad, good = losses(0.2, 0.1, 0.3), losses(0.0, -0.01, 0.01)
    assert only("robustness", reasons(ROBUST, letters(kinds(bad, bad, together=good)))).outcome == "met"
    assert only("robustness", reasons(ROBUST, letters(kinds(good, changing=bad)))).outcome == "met"
    assert only("robustness", reasons(ROBUST, letters(kinds(changing=bad)))).outcome == "unsettled"


def test_a_policy_that_asks_for_robustness_cannot_pass_without_variants() -> None:
    reason = only("robustness", reasons(ROBUST, letters()))
    assert reason.outcome == "unsettled" and "perturb" in reason.text


def test_an_open_robustness_says_what_would_settle_it() -> None:
    # 5 points away from the margin, with a reach of 10: four times the 100 prompts
    text = only("robustness", reasons(ROBUST, letters(kinds(losses(0.0, -0.1, 0.1))))).text
    assert text == (
        "letters: reworded, tuned loses 0.0 points more than base (95 % interval \N{MINUS SIGN}10.0 to +10.0): "
        "not settled. About 300 more prompts would settle it, if the difference stays as it is."
    )


def verdicts(*of_suites: JudgedPairs) -> JudgeSummary:
    suites = (JudgedSuite(suite=f"suite {number}", pairs=one, scores=None) for number, one in enumerate(of_suites))
    return judge_summary(*suites)


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        (judged_pairs(0.625, 0.51, 0.72), "met"),
        (judged_pairs(0.625, 0.49, 0.72), "unsettled"),
        (judged_pairs(0.3, 0.2, 0.45), "failed"),
        (judged_pairs(None, None, None), "unsettled"),
    ],
)
def test_preference_is_judged_by_the_interval_of_the_share_of_wins(row: JudgedPairs, outcome: str) -> None:
    assert only("preference", reasons(PREFERRED, letters(), judged=verdicts(row))).outcome == outcome


def test_every_suite_that_was_judged_has_a_reason_and_none_without_a_judge() -> None:
    found = reasons(PREFERRED, letters(), judged=verdicts(judged_pairs(0.6, 0.55, 0.7), judged_pairs(0.6, 0.4, 0.7)))
    assert [reason.outcome for reason in found if reason.criterion == "preference"] == ["met", "unsettled"]
    assert only("preference", reasons(PREFERRED, letters())).outcome == "unsettled"


def test_neither_is_judged_unless_the_policy_asks() -> None:
    bad = letters(kinds(losses(0.2, 0.1, 0.3)))
    found = reasons(POLICY, bad, judged=verdicts(judged_pairs(0.1, 0.05, 0.2)))
    assert {reason.criterion for reason in found} == {"superiority", "answered"}


def test_a_suite_is_held_to_the_policys_own_bar() -> None:
    strict = replace(POLICY, suites={"letters": {"better_by": 0.4}})
    assert reasons(strict, letters())[0].outcome == "failed"
    lax = replace(POLICY, suites={"letters": {"not_worse_by": 0.1}})
    assert (reasons(lax, letters())[0].criterion, reasons(lax, letters())[0].outcome) == ("non-inferiority", "met")


def test_a_suite_that_the_policy_asks_for_and_the_run_did_not_keeps_from_passing() -> None:
    asked = replace(POLICY, suites={"tickets": {"better_by": 0.05}})
    verdict = decide(evaluation(letters()), {}, None, asked)
    assert verdict.word == "INCONCLUSIVE"
    assert only("superiority", [r for r in verdict.reasons if r.outcome == "unsettled"]).subject == "tickets"


@pytest.mark.parametrize(("users", "outcome"), [(8, "unsettled"), (64, "met"), (128, "met")])
def test_limits_hold_only_at_the_load_that_the_policy_asks_for(users: int, outcome: str) -> None:
    policy = replace(POLICY, load={"ttft_p95": {"at_most": 1.5}}, load_users=64)
    sides = [side(name) for name in ("base", "tuned")]
    measured = load(sides, ratio("ttft_p95", 1.0, 0.9, 1.1), users=users)
    reason = only("capacity", reasons(policy, letters(), load=measured))
    assert reason.outcome == outcome
    assert ("--users 64 settles it" in reason.text) == (outcome == "unsettled")


@pytest.mark.parametrize("criterion", ["robustness", "preference", "fair fight"])
@pytest.mark.parametrize("outcome", ["met", "failed", "unsettled"])
def test_every_criterion_has_words_in_the_headline(criterion: str, outcome: Any) -> None:
    judged = Reason("superiority", "words", outcome, "")
    alone, both = (
        headline(Verdict(said), "tuned") for said in ((judged,), (judged, Reason(criterion, "letters", outcome, "")))
    )
    assert (alone == both) == (criterion == "fair fight" and outcome == "met")


def test_a_suite_of_which_too_much_has_no_answer_does_not_pass_though_all_suites_together_may() -> None:
    small = letters(name="small", errors={"base": 0, "tuned": 3})
    large = letters(name="large", errors={"base": 0, "tuned": 0})
    found = decide(evaluation(small, large), {"tuned": {"http_500": 3}}, None, replace(POLICY, max_error_rate=0.01))
    assert found.word == "INCONCLUSIVE"
    [open_one] = [reason for reason in found.reasons if reason.outcome == "unsettled"]
    assert (open_one.criterion, open_one.subject) == ("answered", "small: tuned")
    assert "tuned left 3 of 200 requests of this suite unanswered (1.5 %; at most 1.0 % is allowed)" in open_one.text
