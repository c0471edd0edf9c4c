"""What evidence and a policy add up to."""

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from evalharness.runs.summaries.eval import Metric, Rate, SuiteSummary
from evalharness.runs.summaries.load import LoadSummary
from evalharness.runs.summaries.parts import TOGETHER
from evalharness.stats import Pairs, difference_interval, mcnemar
from evalharness.stats.power import prompts_needed
from evalharness.stats.sequential import alpha_of_round
from evalharness.verdict.criteria.quality import GUARD, quality
from evalharness.verdict.policy import Policy
from evalharness.verdict.verdict import Reason, Verdict, decide
from tests.parts import evaluation, load, metric, percentiles, ratio, side, suite

POLICY = Policy(version=1, quality="by-purpose", max_error_rate=0.01)
SELF = replace(POLICY, quality="no-difference")
RANK = {"failed": 0, "unsettled": 1, "met": 2}

counts = st.integers(0, 120)
tables = st.builds(Pairs, counts, counts, counts, counts).filter(lambda pairs: pairs.n > 0)
purposes = st.sampled_from(["superiority", "non-inferiority"])


def letters(
    difference: float, low: float, high: float, p: float, purpose: str = "superiority", **more: Any
) -> SuiteSummary:
    """A suite of an eval summary in which the first endpoint is right half of the time."""
    pairs = more.get("paired", 200)
    groups = more.pop("groups", pairs)
    right = metric(0.5, 0.5 + difference, pairs, difference=difference, low=low, high=high, p_value=p, groups=groups)
    return suite(right, **{"purpose": purpose, **more})


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


def under_load(
    value: float, low: float | None, high: float | None, errors: Mapping[str, Any] | None = None, **more: Any
) -> LoadSummary:
    sides = [
        side(name, errors=(errors or {}).get(name, {}), ttft=percentiles(0.1, p95, 1.0))
        for name, p95 in (("base", 0.2), ("tuned", 0.2 * value))
    ]
    return load(sides, ratio("ttft_p95", value, low, high), **more)


BETTER = letters(0.2, 0.1, 0.3, 0.0001)
AT_MOST = replace(POLICY, load={"ttft_p95": {"at_most": 1.5}})
AT_LEAST = replace(POLICY, load={"ttft_p95": {"at_least": 0.8}})
EQUAL = replace(POLICY, load={"ttft_p95": {"equal_within": 0.1}})


def of_suite(row: SuiteSummary, policy: Policy = POLICY) -> Reason:
    """The reason that a suite gives."""
    return decide(evaluation(row), {}, None, policy).reasons[0]


def of_ratio(policy: Policy, *interval: float) -> Reason:
    (reason,) = (
        one
        for one in decide(evaluation(BETTER), {}, under_load(*interval), policy).reasons
        if one.criterion == "capacity"
    )
    return reason


# The word


@given(st.lists(st.sampled_from(["met", "failed", "unsettled"]), min_size=1))
def test_one_failure_fails_and_one_open_criterion_keeps_from_passing(outcomes: list[Any]) -> None:
    word = Verdict(tuple(Reason("any", "thing", outcome, "") for outcome in outcomes)).word
    if "failed" in outcomes:
        assert word == "FAIL"
    elif "unsettled" in outcomes:
        assert word == "INCONCLUSIVE"
    else:
        assert word == "PASS"


def test_nothing_judged_is_no_pass() -> None:
    assert Verdict(()).word == "INCONCLUSIVE"
    assert decide(evaluation(letters(0.2, 0.1, 0.3, 0.0, "descriptive")), {}, None, POLICY).word == "INCONCLUSIVE"


# Quality


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


@pytest.mark.parametrize("purpose", ["superiority", "non-inferiority", "descriptive"])
@pytest.mark.parametrize(("p", "outcome"), [(1.0, "met"), (0.06, "met"), (0.04, "failed"), (0.0001, "failed")])
def test_the_self_test_wants_no_difference_in_any_suite(purpose: str, p: float, outcome: str) -> None:
    reason = of_suite(letters(0.1, -0.1, 0.3, p, purpose), SELF)
    assert (reason.criterion, reason.outcome) == ("no difference", outcome)
    assert "adjusted" not in reason.text


def test_more_suites_are_no_more_chances_of_a_false_alarm_in_the_self_test() -> None:
    """Any one that differs fails it, so their p-values are adjusted (Holm); those by purpose must all be met."""
    four = [letters(0.1, 0.01, 0.2, p, name=f"suite {p}") for p in (0.01, 0.03, 0.5, 0.9)]
    outcomes = {reason.subject: reason for reason in decide(evaluation(*four), {}, None, SELF).reasons}
    assert [outcomes[row.suite].outcome for row in four] == ["failed", "met", "met", "met"]
    assert "no difference found (p = 0.090, adjusted for 4 suites)" in outcomes["suite 0.03"].text
    assert [reason.outcome for reason in decide(evaluation(*four), {}, None, POLICY).reasons[:4]] == ["met"] * 4


@pytest.mark.parametrize("p", [math.nan, 1.0])
def test_the_self_test_takes_no_handful_of_prompts_and_no_p_value_that_is_none(p: float) -> None:
    pairs = 200 if math.isnan(p) else 19
    assert of_suite(letters(0.0, -0.1, 0.1, p, "superiority", paired=pairs), SELF).outcome == "unsettled"
    if math.isnan(p):
        other = letters(0.0, -0.1, 0.1, 0.001, suite="broken")
        outcomes = [r.outcome for r in decide(evaluation(letters(0, -0.1, 0.1, p), other), {}, None, SELF).reasons[:2]]
        assert outcomes == ["unsettled", "failed"]


def test_the_self_test_says_how_large_a_fault_it_would_have_found() -> None:
    """Checked by brute force: McNemar's test on so many prompts, of which so many more are lost than won."""
    reason = of_suite(letters(0.0, -0.07, 0.07, 1.0), SELF)
    (found,) = re.findall(r"A fault of ([\d.]+) points in one direction would have been found in 80%", reason.text)
    fault, discordance, draws = float(found) / 100, 0.15, np.random.default_rng(1)
    lost, won = (discordance + fault) / 2, (discordance - fault) / 2
    tables = draws.multinomial(200, [lost, won, 1 - lost - won], size=4000)
    power = np.mean([mcnemar(Pairs(0, int(a), int(b), int(rest))) <= 0.05 for a, b, rest in tables])
    assert 0.77 <= power <= 0.84


@pytest.mark.parametrize(("low", "high", "shown"), [(-0.04, 0.04, True), (-0.06, 0.04, False)])
def test_the_same_is_only_said_where_equivalence_is_shown(low: float, high: float, shown: bool) -> None:
    reason = of_suite(letters(0.0, low, high, 1.0), SELF)
    assert ("shown to be the same to within 5 points" in reason.text) == shown


def test_the_self_test_leaves_out_suites_without_a_pair() -> None:
    nothing = suite(metric(None, None), "silent", paired=0)
    reasons = decide(evaluation(letters(0.1, 0.01, 0.2, 0.03), nothing), {}, None, SELF).reasons
    assert [reason.outcome for reason in reasons[:2]] == ["failed", "unsettled"]


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


# Capacity


@pytest.mark.parametrize(
    ("policy", "interval", "outcome"),
    [
        (AT_MOST, (1.2, 1.1, 1.4), "met"),
        (AT_MOST, (1.4, 1.2, 1.6), "unsettled"),
        (AT_MOST, (1.9, 1.7, 2.1), "failed"),
        (AT_LEAST, (0.95, 0.9, 1.0), "met"),
        (AT_LEAST, (0.85, 0.7, 1.0), "unsettled"),
        (AT_LEAST, (0.6, 0.5, 0.7), "failed"),
        (EQUAL, (1.0, 0.95, 1.05), "met"),
        (EQUAL, (1.0, 0.8, 1.2), "unsettled"),
        (EQUAL, (2.0, 1.2, 3.3), "failed"),
        (EQUAL, (1.3, 1.05, 1.6), "unsettled"),
        (EQUAL, (1.0, math.nan, math.nan), "unsettled"),
        (AT_MOST, (math.nan, math.nan, 1.0), "unsettled"),
        (EQUAL, (1.3, 1.2, 1.4), "failed"),
        (EQUAL, (0.7, 0.6, 0.8), "failed"),
    ],
)
def test_a_ratio_is_judged_by_its_whole_interval(
    policy: Policy, interval: tuple[float, float, float], outcome: str
) -> None:
    assert of_ratio(policy, *interval).outcome == outcome


@given(st.floats(0.1, 3), st.floats(1, 2), st.floats(1, 2), st.floats(0.2, 1))
def test_a_faster_candidate_is_never_judged_worse(ratio: float, below: float, above: float, factor: float) -> None:
    before = of_ratio(AT_MOST, ratio, ratio / below, ratio * above)
    after = of_ratio(AT_MOST, ratio * factor, ratio * factor / below, ratio * factor * above)
    assert RANK[after.outcome] >= RANK[before.outcome]


def test_an_open_ratio_says_how_long_a_run_would_settle_it() -> None:
    # 0.1 away from the limit, with a reach of 0.2: four times the 20 seconds
    text = of_ratio(AT_MOST, 1.4, 1.2, 1.6).text
    assert text == (
        "TTFT p95: tuned 280 ms, base 200 ms: 1.40 times "
        "(95 % interval 1.20 to 1.60; at most 1.50 is allowed). Not settled. "
        "It takes a longer load (--seconds, LOAD_SECONDS in .env) of about 80 s, if the ratio stays as it is."
    )


@pytest.mark.parametrize(
    ("policy", "interval", "outcome"),
    [
        (AT_MOST, (1.2, 1.1, 1.4), "unsettled"),
        (AT_MOST, (1.9, 1.7, 2.1), "unsettled"),
        (EQUAL, (1, 0.95, 1.05), "unsettled"),
    ],
)
def test_an_invalid_load_keeps_and_breaks_no_limit(
    policy: Policy, interval: tuple[float, float, float], outcome: str
) -> None:
    spoilt = under_load(*interval, invalid=("The load generator was the bottleneck.",))
    (reason,) = (r for r in decide(evaluation(BETTER), {}, spoilt, policy).reasons if r.criterion == "capacity")
    assert reason.outcome == outcome
    assert "The load generator was the bottleneck." in reason.text


def test_errors_under_a_load_that_is_not_valid_do_not_fail_a_model() -> None:
    spoilt = under_load(1, 0.9, 1.1, {"tuned": {"timeout": 40}}, invalid=("The load generator was the bottleneck.",))
    assert decide(evaluation(BETTER), {}, spoilt, AT_MOST).word == "INCONCLUSIVE"


@pytest.mark.parametrize(("requests", "outcome"), [(2, "unsettled"), (19, "unsettled"), (20, "met")])
@pytest.mark.parametrize("few", ["base", "tuned"])
def test_a_handful_of_requests_keeps_no_limit(few: str, requests: int, outcome: str) -> None:
    sides = [side(name, requests=requests if name == few else 400) for name in ("base", "tuned")]
    measured = load(sides, ratio("ttft_p95", 1.0, 0.9, 1.1))
    (reason,) = (r for r in decide(evaluation(BETTER), {}, measured, AT_MOST).reasons if r.criterion == "capacity")
    assert reason.outcome == outcome


def test_without_a_load_run_only_a_policy_without_load_can_pass() -> None:
    assert decide(evaluation(BETTER), {}, None, POLICY).word == "PASS"
    assert decide(evaluation(BETTER), {}, None, AT_MOST).word == "INCONCLUSIVE"


def test_a_ratio_that_was_not_measured_is_open() -> None:
    assert decide(evaluation(BETTER), {}, under_load(1.0, None, None), AT_MOST).word == "INCONCLUSIVE"


# Errors


def test_a_candidate_alone_in_not_answering_fails() -> None:
    verdict = decide(evaluation(BETTER), {"tuned": {"timeout": 10, "http_500": 2}}, None, POLICY)
    assert verdict.word == "FAIL"
    (text,) = (reason.text for reason in verdict.reasons if reason.outcome == "failed")
    assert text == (
        "tuned left 12 of 200 requests of the eval run unanswered (6.0 %; at most 1.0 % is allowed): "
        "2 http_500, 10 timeout."
    )


@pytest.mark.parametrize("errors", [{"base": {"timeout": 9}}, {"base": {"timeout": 9}, "tuned": {"timeout": 30}}])
def test_when_the_base_does_not_answer_the_measurement_settles_nothing(
    errors: dict[str, dict[str, int]],
) -> None:
    assert decide(evaluation(BETTER), errors, None, POLICY).word == "INCONCLUSIVE"
    assert decide(evaluation(BETTER), {}, under_load(1.0, 0.9, 1.1, errors), AT_MOST).word == "INCONCLUSIVE"


def test_errors_of_the_load_run_count_as_those_of_the_eval_run() -> None:
    verdict = decide(evaluation(BETTER), {}, under_load(1.0, 0.9, 1.1, {"tuned": {"cut_stream": 5}}), AT_MOST)
    assert verdict.word == "FAIL"


@given(st.integers(0, 200), st.integers(0, 200))
def test_too_many_errors_never_pass_and_few_never_fail(of_base: int, of_tuned: int) -> None:
    word = decide(evaluation(BETTER), {"base": {"x": of_base}, "tuned": {"x": of_tuned}}, None, POLICY).word
    too_many = [errors / 200 > POLICY.max_error_rate for errors in (of_base, of_tuned)]
    assert (word == "PASS") == (not any(too_many))
    assert (word == "FAIL") == (too_many == [False, True])


@pytest.mark.parametrize("silent", [["tuned"], ["base", "tuned"]])
def test_who_got_no_measured_request_has_neither_passed_nor_failed(silent: list[str]) -> None:
    measured = [side(name, requests=0 if name in silent else 400) for name in ("base", "tuned")]
    nothing = load(measured, ratio("ttft_p95", None, None, None))
    verdict = decide(evaluation(BETTER), {}, nothing, POLICY)
    assert verdict.word == "INCONCLUSIVE"
    texts = [reason.text for reason in verdict.reasons if reason.outcome == "unsettled"]
    assert texts == [
        f"{name} got no measured request of the load run. Its answers may take longer than the load. It takes a longer "
        "load (--seconds, LOAD_SECONDS in .env) or fewer users (--users, LOAD_USERS in .env)."
        for name in silent
    ]
