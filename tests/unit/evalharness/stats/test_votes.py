"""A judge's votes."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from evalharness.stats import Pairs
from evalharness.stats.pairs import mcnemar_exact
from evalharness.stats.votes import InGroups, Votes, share_interval, sign_test

counts = st.integers(0, 200)


@settings(deadline=None)
@given(counts, counts, counts)
def test_ties_decide_nothing(wins: int, losses: int, ties: int) -> None:
    votes, without = Votes(wins, losses, ties), Votes(wins, losses)
    assert sign_test(votes) == sign_test(without)
    assert share_interval(votes) == share_interval(without)


@settings(deadline=None)
@given(counts, counts)
def test_the_sign_test_is_mcnemars(wins: int, losses: int) -> None:
    assert sign_test(Votes(wins, losses)) == pytest.approx(mcnemar_exact(Pairs(3, losses, wins, 3)))


@settings(deadline=None)
@given(counts, counts)
def test_the_interval_holds_the_share_and_is_mirrored_for_the_other_side(wins: int, losses: int) -> None:
    low, high = share_interval(Votes(wins, losses))
    assert share_interval(Votes(losses, wins)) == pytest.approx((1 - high, 1 - low))
    assert 0 <= low <= high <= 1
    if wins + losses:
        assert low - 1e-12 <= Votes(wins, losses).share <= high + 1e-12


@settings(deadline=None)
@given(counts, counts, st.sampled_from([0.9, 0.95, 0.99]))
def test_the_interval_is_scipys(wins: int, losses: int, confidence: float) -> None:
    assume(wins + losses)
    scipys = binomtest(wins, wins + losses).proportion_ci(confidence, method="wilson")
    assert share_interval(Votes(wins, losses), confidence) == pytest.approx((scipys.low, scipys.high), abs=1e-9)


def test_a_textbook_interval() -> None:
    assert share_interval(Votes(8, 2)) == pytest.approx((0.4902, 0.9433), abs=1e-4)


def test_nothing_decided_is_nothing_known() -> None:
    assert share_interval(Votes(0, 0, 9)) == (0, 1)
    assert sign_test(Votes(0, 0, 9)) == 1
    with pytest.raises(ZeroDivisionError):
        _ = Votes(0, 0, 9).share


in_groups = st.lists(st.tuples(st.booleans(), st.integers(0, 9)), min_size=2, max_size=60)


@settings(deadline=None)
@given(in_groups)
def test_in_groups_too_the_interval_is_mirrored_for_the_other_side(votes: list[tuple[bool, int]]) -> None:
    won, groups = [one for one, _ in votes], [group for _, group in votes]
    counts, mine, other = Votes(sum(won), len(won) - sum(won)), InGroups.of(won, groups), [not one for one in won]
    low, high = share_interval(counts, in_groups=mine)
    swapped = share_interval(Votes(counts.losses, counts.wins), in_groups=InGroups.of(other, groups))
    assert swapped == pytest.approx((1 - high, 1 - low), abs=1e-6)
    assert low - 1e-6 <= counts.share <= high + 1e-6


def test_votes_on_copies_of_a_prompt_say_no_more_than_one_of_them() -> None:
    won = [number < 22 for number in range(30)]
    once, often = share_interval(Votes(22, 8)), share_interval(Votes(220, 80))
    copies = InGroups.of(won * 10, [*range(30)] * 10)
    assert InGroups.of(won, range(30)) is None and copies and copies.groups == 30
    together = share_interval(Votes(220, 80), in_groups=copies)
    assert often[0] > 0.5 and together[0] <= once[0] + 0.01
    assert share_interval(Votes(10, 0), in_groups=InGroups.of([True] * 10, [0] * 10)) == (0, 1)
