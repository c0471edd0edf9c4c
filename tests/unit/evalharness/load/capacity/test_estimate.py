"""A capacity lies between ends that were shown; a ratio of two in all that both intervals allow."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.load.capacity.estimate import Level, capacity, ratio
from evalharness.load.capacity.search import Found
from evalharness.runs.summaries.parts import Estimate, Probed


def level(rate: float, share: float, outcome: Probed, effective: float = 1000) -> Level:
    return Level(Found(rate, outcome, share >= 0.95), 1000, (share,), (effective,))


def misses(rate: float) -> float:
    """Of an M/M/1 queue whose knee is at 35.02 requests/s."""
    return math.exp(-(50 - rate) * 0.2)


def test_it_finds_the_knee_of_a_queue_that_has_a_formula() -> None:
    levels = [
        level(rate, 1 - misses(rate), "held" if rate < 34 else "failed" if rate > 36 else "unsettled")
        for rate in (20, 30, 33, 35.5, 38, 42)
    ]
    found = capacity(levels, [0.95])
    assert (found.low, found.high) == (33, 38)
    assert found.value == pytest.approx(35.02, rel=0.01)


def test_two_levels_are_enough_for_an_estimate_between_them() -> None:
    found = capacity([level(30, 1 - misses(30), "held"), level(40, 1 - misses(40), "failed")], [0.95])
    assert found.value == pytest.approx(35.02, rel=0.02)


def test_the_statement_that_gives_way_first_decides() -> None:
    found = [
        Level(Found(10, "held", True), 1000, (1.0, 1.0), (1000, 1000)),
        Level(Found(20, "failed", False), 1000, (1.0, 0.5), (1000, 1000)),
    ]
    assert 10 < capacity(found, [0.95, 0.95]).value < 20


def test_what_no_probe_broke_has_no_upper_end() -> None:
    found = capacity([level(10, 1.0, "held"), level(20, 1.0, "held")], [0.95])
    assert found == Estimate(20, 20, math.inf)


def test_what_no_level_held_has_no_lower_end() -> None:
    assert capacity([level(1, 0.2, "failed")], [0.95]) == Estimate(1, 0, 1)


@given(
    st.lists(
        st.tuples(st.floats(0.1, 100), st.floats(0, 1), st.sampled_from(["held", "failed", "unsettled"])),
        min_size=1,
        max_size=12,
    )
)
def test_the_estimate_never_leaves_its_interval(probes: list[tuple[float, float, Probed]]) -> None:
    found = capacity([level(*probe) for probe in probes], [0.95])
    assert found.low <= found.value <= found.high


def test_a_ratio_is_as_unsure_as_both() -> None:
    assert ratio(Estimate(10, 8, 12.5), Estimate(9, 8, 10)) == Estimate(0.9, 0.64, 1.25)
    assert ratio(Estimate(10, 8, math.inf), Estimate(9, 8, 10)) == Estimate(0.9, 0.0, 1.25)
    assert ratio(Estimate(0, 0, 1), Estimate(9, 8, 10)) is None
