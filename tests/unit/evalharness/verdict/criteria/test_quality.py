"""Quality: suites judged by purpose and margin, alone and together, and the sentences that say so."""

import math
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from evalharness.runs.summaries.eval import Metric, Rate, SuiteSummary
from evalharness.runs.summaries.parts import TOGETHER
from evalharness.stats import Pairs, difference_interval, mcnemar
from evalharness.stats.power import prompts_needed
from evalharness.stats.sequential import alpha_of_round
from evalharness.verdict.criteria.quality import GUARD, quality
from evalharness.verdict.policy import Policy
from evalharness.verdict.verdict import Reason, decide
from tests.parts import evaluation, letters, metric, suite

POLICY = Policy(version=1, quality="by-purpose", max_error_rate=0.01)
RANK = {"failed": 0, "unsettled": 1, "met": 2}

counts = st.integers(0, 120)
tables = st.builds(Pairs, counts, counts, counts, counts).filter(lambda pairs: pairs.n > 0)
purposes = st.sampled_from(["superiority", "non-inferiority"])


def from_pairs(pairs: Pairs, purpose: str) -> SuiteSummary:
    first, second = (Rate(passed=passed, n=pairs.n, rate=passed / pairs.n) for passed in (pairs.first, pairs.second))
    low, high = difference_interval(pairs)
    right = Metric(
        metric="right",
        first=first,
        second=second,
        difference=pairs.difference,
        low=low,
        high=high,
        p_value=mcnemar(pairs),
        only_first=pairs.only_first,
        only_second=pairs.only_second,
        groups=pairs.n,
        company=1.0,
        design_effect=1.0,
    )
    return suite(right, purpose=purpose, paired=pairs.n, prompts=pairs.n)


def of_suite(row: SuiteSummary) -> Reason:
    """The reason that a suite gives."""
    return decide(evaluation(row), {}, None, POLICY).reasons[0]


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        (letters(0.20, 0.10, 0.30, 0.001), "met"),
        (letters(0.03, 0.01, 0.04, 0.01), "met"),  # better, if by less than the margin
        (letters(0.03, -0.01, 0.06, 0.01), "unsettled"),
        (letters(0.20, 0.01, 0.39, 0.06), "met"),  # the interval decides; the p-value is only shown
        (letters(0.05, -0.05, 0.15, 0.3), "unsettled"),
        (letters(0.00, -0.03, 0.03, 1.0), "unsettled"),  # a gain that matters is ruled out, a small one is not
        (letters(0.20, 0.10, math.nan, 0.001), "unsettled"),
        (letters(-0.30, math.nan, -0.10, 0.001, "non-inferiority"), "unsettled"),
        (letters(0.20, 0.10, 0.30, 0.001, paired=19), "unsettled"),
        (letters(0.20, 0.10, 0.30, 0.001, paired=20), "met"),
        (letters(0.00, -0.03, 0.03, 1.0, "non-inferiority", paired=19), "unsettled"),
        (letters(-0.30, -0.40, -0.20, 0.0), "failed"),
        (letters(0.00, -0.03, 0.03, 1.0, "non-inferiority"), "met"),
        (letters(0.00, -0.08, 0.08, 1.0, "non-inferiority"), "unsettled"),
        (letters(-0.04, -0.05, -0.03, 0.0, "non-inferiority"), "unsettled"),  # on the margin is not above it
        (letters(-0.20, -0.30, -0.10, 0.0, "non-inferiority"), "failed"),
        (letters(0.20, 0.10, 0.30, 0.001, groups=19), "unsettled"),  # of 200 prompts
        (letters(0.20, 0.10, 0.30, 0.001, groups=20), "met"),
        (letters(0.00, -0.03, 0.03, 1.0, "non-inferiority", groups=58), "unsettled"),  # a loss may come in whole groups
        (letters(0.00, -0.03, 0.03, 1.0, "non-inferiority", groups=63), "met"),
        (letters(-0.20, -0.30, -0.10, 0.0, "non-inferiority", groups=3), "failed"),
    ],
)
def test_a_suite_is_judged_by_its_purpose_and_margin(row: SuiteSummary, outcome: str) -> None:
    assert of_suite(row).outcome == outcome


def test_too_few_groups_are_named_with_how_many_it_takes() -> None:
    text = of_suite(letters(0.00, -0.03, 0.03, 1.0, "non-inferiority", groups=12)).text
    assert text.endswith("not settled: 12 groups of 63 that it takes at least.")


@pytest.mark.parametrize("purpose", ["superiority", "superiority by a margin"])
@pytest.mark.parametrize(("tried", "outcome"), [(1, "met"), (2, "met"), (3, "unsettled")])
def test_a_gain_is_adjusted_for_how_many_models_were_tried_on_the_same_prompts(
    purpose: str, tried: int, outcome: str
) -> None:
    bound = 0.0 if purpose == "superiority" else 0.05
    found = letters(bound + 0.1, bound + 0.015, bound + 0.185, 0.01, purpose)
    [reason] = quality(evaluation(found), POLICY, {"letters": tried})
    assert reason.outcome == outcome
    assert ("tuned models were tried on these prompts" in reason.text) == (tried > 1)


def test_a_loss_is_judged_alone_however_many_were_tried() -> None:
    [reason] = quality(evaluation(letters(0.0, -0.03, 0.03, 1.0, "non-inferiority")), POLICY, {"letters": 50})
    assert reason.outcome == "met"


def joint(low: float, high: float, *own: SuiteSummary) -> list[Reason]:
    """What is said of several suites of non-inferiority whose loss together has this interval."""
    whole = replace(letters((low + high) / 2, low, high, 0.5, "non-inferiority"), suite=TOGETHER, margin=None)
    policy = replace(POLICY, together={"not_worse_by": 0.05})
    return quality(replace(evaluation(*own), together=whole), policy)


def test_suites_that_cannot_settle_by_themselves_are_settled_together() -> None:
    open_ones = [letters(0.0, -0.08, 0.08, 1.0, "non-inferiority", suite=name) for name in ("one", "two")]
    assert {reason.outcome for reason in quality(evaluation(*open_ones), POLICY)} == {"unsettled"}
    *guards, whole = joint(-0.03, 0.03, *open_ones)
    assert [(one.criterion, one.outcome) for one in guards] == [(GUARD, "met")] * 2
    assert (whole.subject, whole.criterion, whole.outcome) == (TOGETHER, "non-inferiority", "met")
    assert "a loss of 5 points is ruled out" in whole.text


def test_together_too_what_is_open_is_open_and_what_is_lost_fails() -> None:
    equal = letters(0.0, -0.08, 0.08, 1.0, "non-inferiority")
    assert joint(-0.06, 0.02, equal)[-1].outcome == "unsettled"
    assert joint(-0.12, -0.06, equal)[-1].outcome == "failed"


def test_a_suite_that_shows_a_loss_fails_however_well_the_others_do() -> None:
    lost = letters(-0.3, -0.4, -0.2, 0.0, "non-inferiority")
    assert [one.outcome for one in joint(-0.03, 0.03, letters(0, -0.08, 0.08, 1.0, "non-inferiority"), lost)] == [
        "met",
        "failed",
        "met",
    ]


def test_a_bar_of_the_policys_own_is_held_by_its_suite_alone() -> None:
    own = letters(0.0, -0.08, 0.08, 1.0, "non-inferiority", suite="own")
    policy = replace(POLICY, together={"not_worse_by": 0.05}, suites={"own": {"not_worse_by": 0.05}})
    whole = replace(letters(0, -0.03, 0.03, 0.5, "non-inferiority"), suite=TOGETHER, margin=None)
    other = letters(0.0, -0.08, 0.08, 1.0, "non-inferiority", suite="other")
    reasons = quality(replace(evaluation(own, other), together=whole), policy)
    assert [(one.subject, one.outcome) for one in reasons] == [
        ("own", "unsettled"),
        ("other", "met"),
        (TOGETHER, "met"),
    ]


@pytest.mark.parametrize(("right", "shows"), [(0, False), (10, False), (11, True), (200, True)])
def test_no_loss_is_shown_where_the_base_has_no_more_than_the_margin_to_lose(right: int, shows: bool) -> None:
    same = from_pairs(Pairs(right, 0, 0, 200 - right), "non-inferiority")  # the margin is 5 points: 10 of 200
    reason = of_suite(same)
    assert (reason.outcome == "met") == shows
    assert ("base is right too rarely for a loss of 5 points to show" in reason.text) == (not shows)


@settings(deadline=None)  # the first example waits for scipy's import
@given(tables, purposes)
def test_a_gained_prompt_never_turns_a_pass_into_a_fail(pairs: Pairs, purpose: str) -> None:
    assume(pairs.only_first or pairs.neither)
    lost = "only_first" if pairs.only_first else "neither"
    won = "both" if pairs.only_first else "only_second"
    better = replace(pairs, **{lost: getattr(pairs, lost) - 1, won: getattr(pairs, won) + 1})
    before, after = (decide(evaluation(from_pairs(table, purpose)), {}, None, POLICY).word for table in (pairs, better))
    assert (before, after) != ("PASS", "FAIL")


@given(st.floats(-0.5, 0.5), st.floats(0, 0.3), st.floats(0, 0.3), st.floats(0, 1), st.floats(0, 0.5), purposes)
def test_a_whole_interval_moved_up_is_never_judged_worse(
    difference: float, below: float, above: float, p: float, gain: float, purpose: str
) -> None:
    before = of_suite(letters(difference, difference - below, difference + above, p, purpose))
    moved = difference + gain
    after = of_suite(letters(moved, moved - below, moved + above, p, purpose))
    assert RANK[after.outcome] >= RANK[before.outcome]


def test_a_reason_is_a_sentence_with_the_numbers() -> None:
    assert of_suite(letters(0.45, 0.395, 0.477, 0.00004)).text == (
        "letters: tuned is right in 95.0 % against base's 50.0 % "
        "(+45.0 points, 95 % interval +39.5 to +47.7, p < 0.001): better."
    )
    assert of_suite(letters(-0.2, -0.3, -0.1, 0.012, "non-inferiority")).text == (
        "letters: tuned is right in 30.0 % against base's 50.0 % "
        "(\N{MINUS SIGN}20.0 points, 95 % interval \N{MINUS SIGN}30.0 to \N{MINUS SIGN}10.0, p = 0.012): "
        "more is lost than the 5 points that are accepted."
    )


def test_an_open_suite_says_how_many_more_prompts_would_settle_it() -> None:
    # 15 prompts lost and 15 won of 200: 650 rule out a loss of 5 points with 80 % power, where there is none, by the
    # interval that a second round has to have.
    assert prompts_needed(0, 0.15, 0.05, alpha=alpha_of_round(2)) == 650
    text = of_suite(letters(0.0, -0.1, 0.1, 1.0, "non-inferiority")).text
    assert text.endswith(
        "not settled. About 450 more prompts would settle it with 80 % power, if the two differ as they did here."
    )


def test_a_suite_without_a_pair_is_open_and_not_an_error() -> None:
    reason = of_suite(suite(metric(None, None), paired=0))
    assert reason.outcome == "unsettled"
    assert "no prompt was answered by both" in reason.text
