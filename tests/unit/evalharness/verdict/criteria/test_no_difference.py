"""No difference: what the self-test, the base against itself, must find."""

import math
import re

import numpy as np
import pytest

from evalharness.runs.summaries.eval import SuiteSummary
from evalharness.stats import Pairs, mcnemar
from evalharness.verdict.policy import Policy
from evalharness.verdict.verdict import Reason, decide
from tests.parts import evaluation, letters, metric, suite

SELF = Policy(version=1, quality="no-difference", max_error_rate=0.01)
BY_PURPOSE = Policy(version=1, quality="by-purpose", max_error_rate=0.01)


def of_suite(row: SuiteSummary) -> Reason:
    """The reason that a suite gives."""
    return decide(evaluation(row), {}, None, SELF).reasons[0]


@pytest.mark.parametrize("purpose", ["superiority", "non-inferiority", "descriptive"])
@pytest.mark.parametrize(("p", "outcome"), [(1.0, "met"), (0.06, "met"), (0.04, "failed"), (0.0001, "failed")])
def test_the_self_test_wants_no_difference_in_any_suite(purpose: str, p: float, outcome: str) -> None:
    reason = of_suite(letters(0.1, -0.1, 0.3, p, purpose))
    assert (reason.criterion, reason.outcome) == ("no difference", outcome)
    assert "adjusted" not in reason.text


def test_more_suites_are_no_more_chances_of_a_false_alarm_in_the_self_test() -> None:
    """Any one that differs fails it, so their p-values are adjusted (Holm); those by purpose must all be met."""
    four = [letters(0.1, 0.01, 0.2, p, name=f"suite {p}") for p in (0.01, 0.03, 0.5, 0.9)]
    outcomes = {reason.subject: reason for reason in decide(evaluation(*four), {}, None, SELF).reasons}
    assert [outcomes[row.suite].outcome for row in four] == ["failed", "met", "met", "met"]
    assert "no difference found (p = 0.090, adjusted for 4 suites)" in outcomes["suite 0.03"].text
    assert [reason.outcome for reason in decide(evaluation(*four), {}, None, BY_PURPOSE).reasons[:4]] == ["met"] * 4


@pytest.mark.parametrize("p", [math.nan, 1.0])
def test_the_self_test_takes_no_handful_of_prompts_and_no_p_value_that_is_none(p: float) -> None:
    pairs = 200 if math.isnan(p) else 19
    assert of_suite(letters(0.0, -0.1, 0.1, p, "superiority", paired=pairs)).outcome == "unsettled"
    if math.isnan(p):
        other = letters(0.0, -0.1, 0.1, 0.001, suite="broken")
        outcomes = [r.outcome for r in decide(evaluation(letters(0, -0.1, 0.1, p), other), {}, None, SELF).reasons[:2]]
        assert outcomes == ["unsettled", "failed"]


def test_the_self_test_says_how_large_a_fault_it_would_have_found() -> None:
    """Checked by brute force: McNemar's test on so many prompts, of which so many more are lost than won."""
    reason = of_suite(letters(0.0, -0.07, 0.07, 1.0))
    (found,) = re.findall(r"A fault of ([\d.]+) points in one direction would have been found in 80%", reason.text)
    fault, discordance, draws = float(found) / 100, 0.15, np.random.default_rng(1)
    lost, won = (discordance + fault) / 2, (discordance - fault) / 2
    tables = draws.multinomial(200, [lost, won, 1 - lost - won], size=4000)
    power = np.mean([mcnemar(Pairs(0, int(a), int(b), int(rest))) <= 0.05 for a, b, rest in tables])
    assert 0.77 <= power <= 0.84


@pytest.mark.parametrize(("low", "high", "shown"), [(-0.04, 0.04, True), (-0.06, 0.04, False)])
def test_the_same_is_only_said_where_equivalence_is_shown(low: float, high: float, shown: bool) -> None:
    reason = of_suite(letters(0.0, low, high, 1.0))
    assert ("shown to be the same to within 5 points" in reason.text) == shown


def test_the_self_test_leaves_out_suites_without_a_pair() -> None:
    nothing = suite(metric(None, None), "silent", paired=0)
    reasons = decide(evaluation(letters(0.1, 0.01, 0.2, 0.03), nothing), {}, None, SELF).reasons
    assert [reason.outcome for reason in reasons[:2]] == ["failed", "unsettled"]
