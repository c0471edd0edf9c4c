"""What reasons add up to; what each criterion says stands in criteria/."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from evalharness.verdict.policy import Policy
from evalharness.verdict.verdict import Reason, Verdict, decide
from tests.parts import evaluation, letters

POLICY = Policy(version=1, quality="by-purpose", max_error_rate=0.01)


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
