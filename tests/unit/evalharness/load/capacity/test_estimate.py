"""A capacity comes of all probes together, with an interval that holds it; a ratio is as unsure as both."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.load.capacity.estimate import Level, capacity, ratio
from evalharness.runs.summaries.parts import Estimate, Probed

KNEE = 35.02  # requests/s of this M/M/1 queue


def misses(rate: float) -> float:
    return math.exp(-(50 - rate) * 0.2)


def level(rate: float, share: float, effective: float = 1000, outcome: Probed = "unsettled") -> Level:
    return Level(rate, outcome, share >= 0.95, (share,), (effective,), (share * (1 - share) / max(effective, 1),))


def around(effective: float) -> list[Level]:
    return [level(rate, 1 - misses(rate), effective) for rate in (30, 33, 34, 36, 37, 40)]


def test_it_finds_the_knee_of_a_queue_that_has_a_formula() -> None:
    found = capacity(around(1000), [0.95], 0.95)
    assert found.value == pytest.approx(KNEE, rel=0.015)
    assert found.low < KNEE < found.high


def test_the_more_the_requests_are_worth_the_narrower_is_the_interval() -> None:
    few, many = (capacity(around(effective), [0.95], 0.95) for effective in (100, 1600))
    assert many.high - many.low == pytest.approx((few.high - few.low) / 4, rel=0.4)


def test_the_interval_holds_the_knee_as_often_as_it_says() -> None:
    rng, held = np.random.default_rng(5), 0
    for _ in range(400):
        levels = [level(rate, 1 - rng.binomial(150, misses(rate)) / 150, 150) for rate in (25, 33, 36, 40)]
        found = capacity(levels, [0.95], 0.95)
        held += found.low <= KNEE <= found.high
    assert 0.925 <= held / 400 <= 0.98


def test_two_levels_leave_most_open_that_lies_between_them() -> None:
    found = capacity([level(30, 1.0), level(40, 0.0)], [0.95], 0.95)
    assert 30 < found.low < 32
    assert 36 < found.high < 40


def test_the_statement_that_gives_way_first_decides() -> None:
    found = capacity(
        [
            Level(10, "held", True, (1.0, 1.0), (1000, 1000), (0, 0)),
            Level(20, "failed", False, (1.0, 0.5), (1000, 1000), (0, 0.25 / 1000)),
        ],
        [0.95, 0.95],
        0.95,
    )
    assert 10 < found.value < 20


def test_a_queue_that_only_grew_missed_all_however_few_had_by_then() -> None:
    grew = Level(40, "failed", False, (1.0,), (100.0,), (0.0,), hopeless=True)
    assert capacity([level(30, 1.0), grew], [0.95], 0.95).high < 40


def test_all_who_were_answered_before_a_queue_grew_are_not_as_many_misses() -> None:
    """Of the demo on two cores: three in four had their first token in time, and all were answered."""
    levels = [
        Level(64, "unsettled", True, (1.0, 1.0), (180, 210), (0, 0), quick=True),
        Level(128, "unsettled", True, (1.0, 1.0), (2, 296), (0, 0), quick=True),
        Level(256, "failed", False, (0.0, 1.0), (2, 528), (0, 0), hopeless=True),
        Level(108, "failed", False, (0.745, 1.0), (7.1, 2460), (0.0094, 0), hopeless=True),
    ]
    in_time = capacity(
        [replace(one, shares=one.shares[:1], effective=one.effective[:1]) for one in levels], [0.95], 0.95
    )
    both = capacity(levels, [0.95, 0.95], 0.95)
    assert both.high == pytest.approx(in_time.high, rel=0.1)


def test_probes_that_saw_few_misses_do_not_make_each_other_sure() -> None:
    """Of a closed loop of short probes whose knee is at 224: one batch of one probe had all misses but a handful."""
    levels = [
        Level(167, "unsettled", True, (1.0,), (7.0,), (0.0,)),
        Level(264, "failed", False, (0.0,), (5.0,), (0.0,)),
        Level(184, "unsettled", True, (1.0,), (7.0,), (0.0,)),
        Level(231, "unsettled", True, (0.995,), (6.0,), (0.995 * 0.005 / 90,)),
        Level(225, "unsettled", True, (1.0,), (8.0,), (0.0,)),
    ]
    assert capacity(levels, [0.95], 0.95).low < 224


def test_what_no_probe_broke_has_no_upper_end() -> None:
    levels = [level(10, 1.0, outcome="held"), level(20, 1.0, outcome="held")]
    assert capacity(levels, [0.95], 0.95) == Estimate(20, 20, math.inf)


def test_what_no_level_held_has_no_lower_end() -> None:
    assert capacity([level(1, 0.2, outcome="failed")], [0.95], 0.95) == Estimate(1, 0, 1)


def test_a_level_of_too_few_requests_to_be_worth_anything_is_no_lower_end() -> None:
    levels = [level(0.2, 1.0, effective=0), level(0.4, 0.2, outcome="failed")]
    assert capacity(levels, [0.95], 0.95) == Estimate(0.2, 0, 0.4)


@given(st.lists(st.tuples(st.floats(0.1, 100), st.floats(0, 1), st.floats(0, 1e5)), min_size=1, max_size=12))
def test_the_estimate_never_leaves_its_interval(probes: list[tuple[float, float, float]]) -> None:
    found = capacity([level(*probe) for probe in probes], [0.95], 0.95)
    assert found.low <= found.value <= found.high


def test_a_ratio_is_as_unsure_as_both() -> None:
    found = ratio(Estimate(10, 8, 12.5), Estimate(9, 8.1, 10))
    assert found is not None
    assert found.value == 0.9
    assert 9 / 12.5 > found.low > 8.1 / 12.5  # less sure than by either alone, surer than both at their worst
    assert 9 / 8 < found.high < 10 / 8
    assert ratio(Estimate(10, 8, math.inf), Estimate(9, 8, 10)) == Estimate(
        0.9, 0.0, pytest.approx(found.high, rel=0.01)
    )
    assert ratio(Estimate(0, 0, 1), Estimate(9, 8, 10)) is None
