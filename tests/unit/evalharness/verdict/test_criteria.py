"""What a policy may add: bars of its own, the load its limits hold at, robustness, a judging model's preference."""

from dataclasses import replace
from typing import Any

import pytest

from evalharness.report.sentences.headline import headline
from evalharness.runs.summaries.eval import Robustness, SuiteSummary, Variants
from evalharness.runs.summaries.judged import JudgedGroups, JudgedPairs, JudgedSuite, JudgeSummary
from evalharness.runs.summaries.load import LoadSummary
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


def votes(wins: int, losses: int, unread: int = 0) -> JudgedPairs:
    of_hundred = judged_pairs(None, None, None)
    return replace(of_hundred, first=losses, second=wins, ties=100 - wins - losses, without_verdict=unread)


def in_groups(wins: int, losses: int, groups: int, design_effect: float) -> JudgedPairs:
    together = JudgedGroups(groups=groups, design_effect=design_effect, whole=3.0)
    return replace(votes(wins, losses), in_groups=together)


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        (votes(60, 30), "met"),
        (votes(45, 40), "unsettled"),
        (votes(20, 60), "failed"),
        (votes(0, 0), "unsettled"),
        (votes(4, 0, unread=95), "unsettled"),  # hardly any verdict could be read
        (votes(19, 0), "unsettled"),  # clear, and too few
        (votes(20, 0), "met"),
        (votes(60, 30, unread=20), "unsettled"),  # were they all lost, it would be even
        (votes(60, 30, unread=3), "met"),
        (in_groups(60, 30, 19, 1.5), "unsettled"),  # of too few groups
        (in_groups(60, 30, 30, 1.5), "met"),
        (in_groups(60, 30, 30, 3.0), "unsettled"),  # groups that vote as one
        (votes(20, 60, unread=30), "unsettled"),  # nor does what could not be read fail it
    ],
)
def test_preference_is_judged_by_the_share_of_wins_whatever_the_unread_verdicts_were(
    row: JudgedPairs, outcome: str
) -> None:
    assert only("preference", reasons(PREFERRED, letters(), judged=verdicts(row))).outcome == outcome


def test_every_suite_that_was_judged_has_a_reason_and_none_without_a_judge() -> None:
    found = reasons(PREFERRED, letters(), judged=verdicts(votes(60, 30), votes(45, 40)))
    assert [reason.outcome for reason in found if reason.criterion == "preference"] == ["met", "unsettled"]
    for nothing in (None, verdicts()):
        assert only("preference", reasons(PREFERRED, letters(), judged=nothing)).outcome == "unsettled"


def test_prompts_without_an_answer_count_against_a_preference_as_unread_verdicts_do() -> None:
    judged = replace(verdicts(), suites=(JudgedSuite(suite="letters", pairs=votes(56, 34), scores=None),))
    whole = letters()
    assert whole.with_errors
    erred = replace(whole, with_errors=replace(whole.with_errors, prompts=whole.paired + 9))
    assert only("preference", reasons(PREFERRED, whole, judged=judged)).outcome == "met"
    assert only("preference", reasons(PREFERRED, erred, judged=judged)).outcome == "unsettled"


def test_neither_is_judged_unless_the_policy_asks() -> None:
    bad = letters(kinds(losses(0.2, 0.1, 0.3)))
    found = reasons(POLICY, bad, judged=verdicts(votes(10, 80)))
    assert {reason.criterion for reason in found} == {"superiority", "answered"}


@pytest.mark.parametrize(
    ("bar", "criterion", "outcome"),
    [  # what is found lies in 10 to 30 points
        ({"better": 0.0}, "superiority", "met"),
        ({"better_by_at_least": 0.09}, "superiority by a margin", "met"),
        ({"better_by_at_least": 0.2}, "superiority by a margin", "unsettled"),
        ({"better_by_at_least": 0.4}, "superiority by a margin", "failed"),
        ({"not_worse_by": 0.1}, "non-inferiority", "met"),
    ],
)
def test_a_suite_is_held_to_the_policys_own_bar(bar: Any, criterion: str, outcome: str) -> None:
    reason = reasons(replace(POLICY, suites={"letters": bar}), letters())[0]
    assert (reason.criterion, reason.outcome) == (criterion, outcome)


def test_a_suite_that_the_policy_asks_for_and_the_run_did_not_keeps_from_passing() -> None:
    verdict = decide(evaluation(letters()), {}, None, replace(POLICY, suites={"tickets": {"better": 0.0}}))
    assert verdict.word == "INCONCLUSIVE"
    assert only("superiority", [r for r in verdict.reasons if r.outcome == "unsettled"]).subject == "tickets"


def no_worse(name: str, low: float = -0.02, high: float = 0.02) -> SuiteSummary:
    return suite(metric(0.5, 0.5, low=low, high=high), name, purpose="non-inferiority")


def test_where_a_gain_is_required_a_model_that_changes_nothing_does_not_pass() -> None:
    wanted = replace(POLICY, require_gain=True)
    found = reasons(wanted, no_worse("general"), no_worse("safety"))
    assert only("gain", found).outcome == "unsettled"
    assert "general and safety are only asked to be no worse" in only("gain", found).text
    assert only("gain", reasons(wanted, no_worse("general"), letters())).outcome == "met"
    assert not [reason for reason in reasons(POLICY, no_worse("general")) if reason.criterion == "gain"]


def test_a_gain_in_a_suite_that_was_not_asked_for_one_is_none() -> None:
    """Of many suites that are only asked to be no worse, one shows a gain by accident."""
    lucky = no_worse("general", 0.01, 0.1)
    assert only("gain", reasons(replace(POLICY, require_gain=True), lucky)).outcome == "unsettled"


def test_no_worse_is_all_that_a_pass_without_a_gain_says() -> None:
    said = headline(Verdict(tuple(reasons(POLICY, no_worse("general"), no_worse("safety")))), "tuned")
    assert said.startswith("tuned is no worse in general and safety. Whether tuned is better was not asked:")
    assert "not asked" not in headline(Verdict(tuple(reasons(POLICY, no_worse("general"), letters()))), "tuned")


@pytest.mark.parametrize(("users", "outcome"), [(8, "unsettled"), (64, "met"), (128, "met")])
def test_limits_hold_only_at_the_load_that_the_policy_asks_for(users: int, outcome: str) -> None:
    policy = replace(POLICY, load={"ttft_p95": {"at_most": 1.5}}, load_users=64)
    sides = [side(name) for name in ("base", "tuned")]
    measured = load(sides, ratio("ttft_p95", 1.0, 0.9, 1.1), users=users)
    reason = only("capacity", reasons(policy, letters(), load=measured))
    assert reason.outcome == outcome
    assert ("--users 64 settles it" in reason.text) == (outcome == "unsettled")


@pytest.mark.parametrize("criterion", ["robustness", "preference", "superiority by a margin", "fair fight"])
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
