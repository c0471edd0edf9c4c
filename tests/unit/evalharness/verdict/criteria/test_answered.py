"""Answered: what a verdict makes of errors, and of endpoints that said nothing."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.verdict.policy import Policy
from evalharness.verdict.verdict import decide
from tests.parts import evaluation, letters, load, ratio, side, under_load

POLICY = Policy(version=1, quality="by-purpose", max_error_rate=0.01)
AT_MOST = replace(POLICY, load={"ttft_p95": {"at_most": 1.5}})
BETTER = letters(0.2, 0.1, 0.3, 0.0001)


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
