"""Errors hide nothing: a row that is lost never helps, wherever it was."""

from dataclasses import replace
from itertools import product
from typing import get_args

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from evalharness.analysis.missing import Right, counted
from evalharness.analysis.robustness import robustness
from evalharness.analysis.summary import summarise
from evalharness.runs.rows.eval import Graded
from evalharness.runs.summaries.eval import SuiteSummary
from evalharness.runs.summaries.parts import Outcome, Purpose
from evalharness.stats import Pairs, difference_interval
from evalharness.verdict.criteria import no_difference
from evalharness.verdict.policy import Policy
from evalharness.verdict.verdict import decide
from tests.parts import answered

NAMES = ("base", "tuned")
RIGHTS = list(product((True, False), repeat=2))
tables = st.lists(st.sampled_from(RIGHTS), min_size=2, max_size=80)
purposes = st.sampled_from([purpose for purpose in get_args(Purpose) if purpose != "descriptive"])


def rows(rights: list[tuple[bool | None, bool | None]]) -> list[Graded]:
    return [
        answered(f"p{number}", name, right)
        for number, pair in enumerate(rights)
        for name, right in zip(NAMES, pair, strict=True)
    ]


def of(rights: list[tuple[bool | None, bool | None]], purpose: Purpose, lost: int | None = None) -> SuiteSummary:
    about = {"suite": "s", "version": 1, "title": "", "purpose": purpose, "margin": 0.1, "prompts": len(rights)}
    run = {"endpoints": [{"name": name} for name in NAMES], "suites": [about]}
    return summarise(run, [row for number, row in enumerate(rows(rights)) if number != lost]).suites[0]


def outcome(suite: SuiteSummary) -> Outcome:
    policy = Policy(version=1, quality="by-purpose", max_error_rate=1)
    run = {"endpoints": [{"name": name} for name in NAMES], "suites": []}
    return decide(replace(summarise(run, []), suites=(suite,)), {}, None, policy).reasons[0].outcome


@settings(deadline=None)
@given(tables, purposes, st.data())
def test_an_error_in_the_place_of_an_answer_meets_nothing_and_fails_nothing(
    rights: list[tuple[bool, bool]], purpose: Purpose, data: st.DataObject
) -> None:
    assume(purpose != "superiority by a margin")  # a policy's own, decided by the same function
    number = data.draw(st.integers(0, len(rights) - 1))
    side = data.draw(st.sampled_from([0, 1]))
    one, other = rights[number]
    erred = [*rights[:number], (None, other) if side == 0 else (one, None), *rights[number + 1 :]]
    before, after = outcome(of(list(rights), purpose)), outcome(of(erred, purpose))
    assert after in ("unsettled", before)


@settings(deadline=None)
@given(tables)
def test_with_errors_the_interval_reaches_at_least_as_far(rights: list[tuple[bool, bool]]) -> None:
    low, high = difference_interval(Pairs.of(*zip(*rights, strict=True)))
    without = counted(rights)
    assert (without.low, without.high) == (low, high)
    for lost in ((None, True), (None, False), (True, None), (False, None), (None, None)):
        found = counted([*rights, lost])
        assert found.low <= low and high <= found.high


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 30)), min_size=30, max_size=90),
    st.data(),
)
def test_in_groups_and_repeats_too_a_lost_row_meets_nothing_and_fails_nothing(
    prompts: list[tuple[bool, bool, int]], data: st.DataObject
) -> None:
    groups, whole = [group for *_, group in prompts], [(first, second) for first, second, _ in prompts]
    lost, side = data.draw(st.integers(0, len(prompts) - 1)), data.draw(st.integers(0, 1))
    torn: list[Right] = [*whole]
    torn[lost] = (None, whole[lost][1]) if side == 0 else (whole[lost][0], None)
    before, after = counted(whole, groups), counted(torn, groups)
    assert after.low <= before.low + 1e-9 and before.high - 1e-9 <= after.high


def test_the_errors_of_the_second_count_as_wrong_and_those_of_the_first_as_right() -> None:
    found = counted([(True, True)] * 98 + [(True, None), (None, True)])
    assert found.low == difference_interval(Pairs(99, 1, 0, 0))[0]
    assert found.high == difference_interval(Pairs(99, 0, 1, 0))[1]
    assert (found.prompts, found.first) == (100, 0.99)


def test_errors_just_where_the_tuned_model_would_be_wrong_do_not_pass_for_no_loss() -> None:
    """Five points lost of a margin of ten; four more errors, all where it would have been wrong."""
    rights: list[tuple[bool | None, bool | None]] = [(True, True)] * 180 + [(True, False)] * 8 + [(False, False)] * 12
    hidden = [(True, None)] * 4 + rights[4:]
    assert outcome(of(rights, "non-inferiority")) == "met"
    lost = [(True, False)] * 8 + rights[8:]
    masked = [(True, None)] * 8 + rights[8:]
    assert (outcome(of(lost, "non-inferiority")), outcome(of(masked, "non-inferiority"))) == ("unsettled",) * 2
    assert outcome(of(hidden, "non-inferiority")) == outcome(of([(True, False)] * 4 + rights[4:], "non-inferiority"))


def test_a_row_that_is_gone_altogether_is_counted() -> None:
    rights: list[tuple[bool | None, bool | None]] = [(True, True)] * 30
    assert of(rights, "superiority").unasked == 0
    assert of(rights, "superiority", lost=7).unasked == 1


@pytest.mark.parametrize(
    ("least", "largest", "expected"), [(0.2, 0.9, "met"), (0.04, 0.2, "unsettled"), (0.01, 0.04, "failed")]
)
def test_the_self_test_finds_no_fault_and_no_peace_that_its_errors_could_have_made(
    least: float, largest: float, expected: Outcome
) -> None:
    assert no_difference.outcome_of(least, largest, 0.05, 100) == expected


@pytest.mark.parametrize("side", NAMES)
@pytest.mark.parametrize("of_variant", [True, False])
def test_errors_of_variants_count_both_ways(side: str, of_variant: bool) -> None:
    found = []
    for erred in (False, True):
        answers: list[Graded] = []
        for number in range(30):
            for name in NAMES:
                lost = erred and number == 0 and name == side
                answers.append(answered(f"p{number}", name, None if lost and not of_variant else True))
                right = None if lost and of_variant else number % 3 > 0
                answers.append(answered(f"p{number}~typos", name, right, of=f"p{number}", variant="typos"))
        result = robustness(answers, NAMES)
        assert result and result.preserving[0].with_errors and result.preserving[0].low is not None
        found.append(result.preserving[0])
    whole, missing = found
    assert whole.with_errors and missing.with_errors
    assert (whole.with_errors.low, whole.with_errors.high) == (whole.low, whole.high)
    assert missing.with_errors.low < whole.with_errors.low or missing.with_errors.high > whole.with_errors.high
    assert missing.with_errors.low <= (whole.low or 0) and (whole.high or 0) <= missing.with_errors.high
