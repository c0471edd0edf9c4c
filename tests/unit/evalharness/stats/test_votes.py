"""A judge's votes."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from evalharness.stats import Pairs
from evalharness.stats.pairs import mcnemar_exact
from evalharness.stats.votes import Votes, share_interval, sign_test

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
