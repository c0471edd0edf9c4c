"""A probe has three outcomes, and none is guessed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.load.capacity.held import GLANCE, LOOKS, Series, confidences, hopeless, judge, looks, share_of


def series(hits: list[bool]) -> Series:
    found = np.array(hits, bool)
    return Series(found, np.where(found, 0.1, 2.0))


def rows(share: float, count: int, seed: int = 0) -> Series:
    return series(list(np.random.default_rng(seed).random(count) < share))


LAST = LOOKS[-1]


def test_what_is_clear_is_settled_and_what_is_on_the_edge_is_not() -> None:
    outcomes = {share: judge([rows(share, 4000)], [0.95], LAST, 0.95).outcome for share in (0.99, 0.95, 0.9)}
    assert outcomes == {0.99: "held", 0.95: "unsettled", 0.9: "failed"}


def test_a_handful_without_a_miss_shows_nothing() -> None:
    assert judge([rows(1.0, 60)], [0.95], LAST, 0.95).outcome == "unsettled"
    assert judge([rows(1.0, 200)], [0.95], LAST, 0.95).outcome == "held"
    assert judge([rows(1.0, 5)], [0.95], LAST, 0.95).outcome == "unsettled"


def test_too_few_for_batches_lean_as_they_fared_and_are_worth_nothing() -> None:
    for share, leaning in ((1.0, True), (0.0, False)):
        found = judge([rows(share, 5)], [0.95], LAST, 0.95)
        assert (found.outcome, found.leaning, found.shares[0].share) == ("unsettled", leaning, share)
        assert (found.shares[0].low, found.shares[0].high, found.shares[0].effective) == (0, 1, 0)
    assert not judge([rows(1.0, 0)], [0.95], LAST, 0.95).leaning


def test_a_glance_settles_nothing_however_clear_it_is() -> None:
    for share, leaning in ((1.0, True), (0.2, False)):
        found = judge([rows(share, 4000)], [0.95], GLANCE, 0.95)
        assert (found.outcome, found.leaning) == ("unsettled", leaning)
    assert looks(quick=True) == (GLANCE, *looks(quick=False))


def test_a_glance_at_nothing_leans_nowhere() -> None:
    assert judge([rows(0.2, 4000)], [0.95], GLANCE, 0.95).leans([])
    assert not judge([rows(1.0, 5)], [0.95], GLANCE, 0.95).leans([])
    assert not judge([rows(1.0, 4000)], [0.95], LAST, 0.95).leans([])  # settled


def test_while_the_queue_only_grows_a_glance_at_those_who_were_in_time_is_not_enough() -> None:
    held, missed = (judge([rows(share, 4000)], [0.95], GLANCE, 0.95) for share in (1.0, 0.2))
    assert not held.leans([10, 20, 30, 40])
    assert held.leans([10, 20, 20, 30])
    assert missed.leans([10, 20, 30, 40])


def test_every_statement_has_to_be_held_and_one_failed_is_enough() -> None:
    good, bad, edge = rows(1.0, 2000), rows(0.5, 2000), rows(0.95, 2000)
    assert judge([good, good], [0.95, 0.9], LAST, 0.95).outcome == "held"
    assert judge([good, edge], [0.95, 0.95], LAST, 0.95).outcome == "unsettled"
    assert judge([edge, bad], [0.95, 0.95], LAST, 0.95).outcome == "failed"


def test_requests_of_one_moment_are_no_independent_witnesses() -> None:
    apart = rows(0.97, 4000, seed=1)
    together = series([bool(hit) for hit in np.repeat(np.random.default_rng(1).random(40) < 0.97, 100)])
    assert share_of(apart, 0.95).low > 0.95
    assert share_of(together, 0.95).low < 0.9
    assert share_of(together, 0.95).effective < 200
    assert share_of(together, 0.95).variance > 10 * share_of(apart, 0.95).variance


def test_a_queue_that_comes_near_the_limit_for_long_is_worth_few_requests_before_its_first_miss() -> None:
    waves = np.repeat([0.1, 0.9], 500)
    assert share_of(Series(np.ones(1000, bool), waves), 0.95).effective < 50
    assert share_of(Series(np.ones(1000, bool), waves / 10), 0.95).effective == 1000  # far from it, waves mean nothing


def test_users_who_ask_for_the_first_time_all_at_once_count_for_nothing() -> None:
    wave, after = [True] * 1000, [False] * 1000
    assert judge([series(wave + after)], [0.95], LAST, 0.95, first=1000).shares[0].share == 0.0
    assert judge([series(wave)], [0.95], LAST, 0.95, first=1000).leaning is False  # nothing is known yet


@given(st.lists(st.booleans(), min_size=0, max_size=300), st.floats(0.5, 0.999))
def test_an_interval_holds_its_share_and_lies_among_shares(hits: list[bool], confidence: float) -> None:
    found = share_of(series(hits), confidence)
    assert 0 <= found.low <= found.share + 1e-12
    assert found.share - 1e-12 <= found.high <= 1
    assert found.effective <= len(hits)


def test_all_looks_together_have_the_confidence_of_one() -> None:
    each = confidences(0.95)
    assert len(each) == len(LOOKS)
    assert all(confidence > 0.95 for confidence in each)
    assert sum(1 - confidence for confidence in each) < 3 * 0.05


@pytest.mark.parametrize(
    ("under_way", "ended", "expected"),
    [
        ([10, 20, 30, 40], 100, True),  # 4 s to clear at 10 a second, where 1 s is granted
        ([10, 20, 15, 40], 100, False),  # it went down meanwhile: a stall, not an overload
        ([1, 2, 3, 4], 100, False),
        ([1, 2, 3, 50], 0, True),  # nothing ends at all
        ([0, 1, 2, 3], 2, False),  # so few are a matter of chance, whatever became of them
    ],
)
def test_a_queue_that_only_grows_is_past_helping(under_way: list[float], ended: int, expected: bool) -> None:
    assert hopeless(under_way, ended, seconds=10, granted=1.0) is expected
