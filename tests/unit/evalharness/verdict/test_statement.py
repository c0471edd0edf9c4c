"""A criterion follows the truth: more of the same evidence never turns it round, and swapped models mirror it."""

import math
from functools import reduce
from operator import add
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalharness.runs.summaries.parts import Outcome
from evalharness.stats import Pairs, difference_interval
from evalharness.stats.clustered import Sums, effect
from evalharness.stats.votes import Votes, share_interval
from evalharness.verdict.criteria import preference, quality, robustness
from evalharness.verdict.criteria.statement import FEWEST, above, of_enough, within
from evalharness.verdict.policy import Purpose, allowed

counts = st.integers(0, 60)
tables = st.builds(Pairs, counts, counts, counts, counts).filter(lambda pairs: pairs.n > 0)
purposes = st.sampled_from(get_args(Purpose))
margins = st.sampled_from([0.02, 0.05, 0.1, 0.3])
times = st.integers(2, 40)
limits = st.sampled_from([{"at_most": 1.25}, {"at_least": 0.8}, {"equal_within": 0.25}])
bounds = st.floats(-2, 2)
differences = st.lists(st.sampled_from([-1, -0.5, -0.25, 0, 0.25, 0.5, 1]), min_size=2, max_size=60)


def of_table(pairs: Pairs, purpose: Purpose, margin: float) -> Outcome:
    low, high = difference_interval(pairs)
    return quality.outcome_of(purpose, margin, pairs.first / pairs.n, low, high, pairs.n)


# A statement


@given(bounds, bounds, bounds, st.floats(0, 1), st.floats(0, 1))
def test_an_interval_within_another_says_the_same_wherever_that_says_anything(
    bound: float, one: float, other: float, left: float, right: float
) -> None:
    low, high = sorted((one, other))
    inner = sorted((low + left * (high - low), low + right * (high - low)))
    inner = [min(max(edge, low), high) for edge in inner]
    for judged in (
        (above(bound, low, high), above(bound, *inner)),
        (within(bound, 2, low, high), within(bound, 2, *inner)),
    ):
        assert judged[0] in ("unsettled", judged[1])


@given(bounds, bounds, bounds)
def test_a_statement_that_is_met_is_true_of_all_the_interval_and_one_that_failed_of_none(
    bound: float, one: float, other: float
) -> None:
    low, high = sorted((one, other))
    inside = [edge > bound for edge in (low, high)]
    assert above(bound, low, high) == ("met" if all(inside) else "unsettled" if any(inside) else "failed")


@pytest.mark.parametrize("interval", [(math.nan, math.nan), (1.0, math.nan), (math.nan, -1.0), (0.3, 0.1)])
def test_what_is_no_interval_settles_nothing(interval: tuple[float, float]) -> None:
    for bound in (-2.0, 0.0, 2.0):
        assert above(bound, *interval) == within(bound, 3, *interval) == within(-3, bound, *interval) == "unsettled"


@given(st.integers(0, 100))
def test_a_handful_meets_nothing_and_may_fail(witnesses: int) -> None:
    assert (of_enough("met", witnesses) == "met") == (witnesses >= FEWEST)
    assert of_enough("failed", witnesses) == "failed"


# More of the same evidence never flips a settled outcome


@settings(deadline=None)
@given(tables, purposes, margins, times)
def test_more_of_the_same_answers_never_flip_a_suite(pairs: Pairs, purpose: Purpose, margin: float, more: int) -> None:
    before = of_table(pairs, purpose, margin)
    after = Pairs(*(more * cell for cell in (pairs.both, pairs.only_first, pairs.only_second, pairs.neither)))
    assert before in ("unsettled", of_table(after, purpose, margin))


prompts_in_groups = st.lists(st.tuples(st.sampled_from((-1, 0, 0, 1)), st.integers(0, 40)), min_size=2, max_size=120)


def of_groups(prompts: list[tuple[int, int]], purpose: Purpose, margin: float, copies: int = 1) -> Outcome:
    """Of the same groups of prompts, or repeats of a prompt, so many times over."""
    found = effect(
        [difference for _ in range(copies) for difference, _ in prompts],
        [(copy, group) for copy in range(copies) for _, group in prompts],
    )
    return quality.outcome_of(purpose, margin, 0.7, found.low, found.high, found.groups)


@settings(deadline=None)
@given(prompts_in_groups, purposes, margins, times)
def test_more_of_the_same_groups_never_flip_a_suite(
    prompts: list[tuple[int, int]], purpose: Purpose, margin: float, more: int
) -> None:
    assert of_groups(prompts, purpose, margin) in ("unsettled", of_groups(prompts, purpose, margin, more))


@settings(deadline=None)
@given(st.lists(prompts_in_groups, min_size=2, max_size=3), margins, times)
def test_more_of_the_same_suites_never_flip_what_they_say_together(
    suites: list[list[tuple[int, int]]], margin: float, more: int
) -> None:
    def together(copies: int) -> Outcome:
        sums = [Sums.of([difference for difference, _ in own], [group for _, group in own]) for own in suites * copies]
        found = reduce(add, sums).effect()
        return quality.outcome_of("non-inferiority", margin, 0.7, found.low, found.high, found.groups)

    assert together(1) in ("unsettled", together(more))


@settings(deadline=None)
@given(counts, counts, counts, st.sampled_from([0.4, 0.5, 0.6]), times)
def test_more_of_the_same_votes_never_flip_a_preference(
    wins: int, losses: int, unread: int, least: float, more: int
) -> None:
    before = preference.outcome_of(wins, losses, unread, least, 0.95)
    assert before in ("unsettled", preference.outcome_of(more * wins, more * losses, more * unread, least, 0.95))


@settings(deadline=None)
@given(differences, margins, times)
def test_more_of_the_same_losses_never_flip_robustness(lost: list[float], margin: float, more: int) -> None:
    def outcome(values: list[float]) -> Outcome:
        found = effect(values, reach=2)
        return robustness.outcome_of(margin, 0.9, found.low, found.high, len(values))

    assert outcome(lost) in ("unsettled", outcome(lost * more))


@settings(deadline=None)
@given(st.floats(0.3, 3), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), limits)
def test_a_narrower_ratio_around_the_same_value_never_flips_a_limit(
    ratio: float, below: float, above: float, share: float, limit: dict[str, float]
) -> None:
    wide = within(*allowed(limit), ratio - below, ratio + above)
    assert wide in ("unsettled", within(*allowed(limit), ratio - share * below, ratio + share * above))


@pytest.mark.parametrize(
    ("purpose", "truth", "outcome"),
    [
        ("superiority", 0.045, "met"),  # a gain, if a smaller one than matters: it passes, and goes on passing
        ("superiority", -0.01, "failed"),
        ("superiority by a margin", 0.045, "failed"),
        ("superiority by a margin", 0.06, "met"),
        ("non-inferiority", -0.045, "met"),
        ("non-inferiority", -0.06, "failed"),
    ],
)
def test_with_more_evidence_the_truth_comes_out_and_nothing_else_before(
    purpose: Purpose, truth: float, outcome: Outcome
) -> None:
    found = []
    for n in (200, 1_000, 2_000, 10_000, 50_000, 200_000):
        gains, losses = round((0.2 + truth) / 2 * n), round((0.2 - truth) / 2 * n)
        found.append(of_table(Pairs(n // 2 - losses, losses, gains, n - n // 2 - gains), purpose, 0.05))
    assert found == sorted(found, key=["unsettled", outcome].index)
    assert found[-1] == outcome


# Swapping base and tuned mirrors every interval


@settings(deadline=None)
@given(tables)
def test_swapped_models_mirror_the_interval_of_their_difference(pairs: Pairs) -> None:
    low, high = difference_interval(pairs)
    swapped = difference_interval(Pairs(pairs.both, pairs.only_second, pairs.only_first, pairs.neither))
    assert swapped == pytest.approx((-high, -low), abs=1e-9)


@settings(deadline=None)
@given(differences)
def test_swapped_models_mirror_the_interval_of_their_scores(values: list[float]) -> None:
    found, swapped = effect(values), effect([-value for value in values])
    assert (swapped.low, swapped.high) == pytest.approx((-found.high, -found.low), abs=1e-9)


@settings(deadline=None)
@given(st.lists(prompts_in_groups, min_size=1, max_size=3))
def test_swapped_models_mirror_the_interval_of_groups_repeats_and_suites_together(
    suites: list[list[tuple[int, int]]],
) -> None:
    one, other = (
        reduce(add, [Sums.of([sign * d for d, _ in own], [group for _, group in own]) for own in suites]).effect()
        for sign in (1, -1)
    )
    assert (other.low, other.high) == pytest.approx((-one.high, -one.low), abs=1e-6)


@settings(deadline=None)
@given(counts, counts, counts)
def test_swapped_models_mirror_the_interval_of_their_votes(wins: int, losses: int, unread: int) -> None:
    low, high = share_interval(Votes(wins, losses))
    assert share_interval(Votes(losses, wins)) == pytest.approx((1 - high, 1 - low), abs=1e-9)
    low, high = preference.bounds(wins, losses, unread, 0.95)
    assert preference.bounds(losses, wins, unread, 0.95) == pytest.approx((1 - high, 1 - low), abs=1e-9)
