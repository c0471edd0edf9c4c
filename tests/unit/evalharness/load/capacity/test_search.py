"""A search closes in on a knee from both sides, and ends when its interval is as narrow as was asked."""

import math
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from evalharness.load.capacity.estimate import Level, capacity
from evalharness.load.capacity.search import Range, next_probe
from evalharness.runs.summaries.parts import Estimate, Probed

MOST = 100
ASKED = [0.95]


def probed(level: float, knee: float, quick: bool, slope: float) -> Level:
    """By a server whose odds of a miss rise so steeply with load; what is far from the knee is settled at once."""
    distance = slope * math.log(level / knee)
    share = 1 / (1 + math.exp(min(distance, 50)) / 19)
    leaning = level <= knee
    outcome: Probed = "unsettled" if abs(distance) < 1 else "held" if leaning else "failed"
    glanced = quick and outcome == "unsettled"
    return Level(level, outcome, leaning, (share,), (200.0,), (share * (1 - share) / 200,), quick=glanced)


def searched(knee: float, within: Range, slope: float = 100.0) -> list[Level]:
    found: list[Level] = []
    while (wanted := next_probe(found, ASKED, 0.95, within)) and len(found) < MOST:
        found.append(probed(wanted.level, knee, wanted.quick, slope))
    return found


def borne(found: list[Level]) -> Estimate:
    return capacity(found, ASKED, 0.95)


@settings(max_examples=20, deadline=None)
@given(st.floats(0.2, 900), st.floats(0.1, 1000), st.floats(0.03, 0.3), st.sampled_from([5.0, 20.0, 100.0]))
def test_it_ends_with_the_knee_in_an_interval_as_narrow_as_was_asked(
    knee: float, start: float, precision: float, slope: float
) -> None:
    found = searched(knee, Range(start, least=0.01, most=10_000, precision=precision), slope)
    ends = borne(found)
    assert len(found) < MOST
    assert ends.low * 0.999 <= knee <= ends.high * 1.001
    assert ends.high - ends.low <= 2 * precision * ends.value


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 12), st.integers(1, 64))
def test_few_users_end_between_two_that_stand_side_by_side(knee: int, start: int) -> None:
    found = searched(knee + 0.5, Range(start, least=1, most=1024, precision=0.001, whole=True))
    assert all(one.level == int(one.level) for one in found)
    ends = borne(found)
    assert ends.high - ends.low <= 1
    assert knee - 0.5 <= ends.low < ends.high <= knee + 1.5


def test_a_server_that_bears_everything_is_asked_for_the_most_and_no_more() -> None:
    found = searched(1e9, Range(1, least=0.1, most=64))
    assert [one.level for one in found] == [1, 2, 4, 8, 16, 32, 64]
    assert borne(found) == Estimate(64, 64, math.inf)


def test_a_server_that_bears_nothing_is_asked_for_the_least_and_no_less() -> None:
    found = searched(0.001, Range(1, least=0.25, most=64))
    assert [one.level for one in found] == [1, 0.5, 0.25]
    assert borne(found) == Estimate(0.25, 0, 0.25)


def test_a_server_that_bears_less_than_probes_can_show_is_not_taken_for_one_that_bears_nothing() -> None:
    """Of a handful of requests, all in time, nothing is known but that."""
    within = Range(4, least=0.05, most=64)
    found: list[Level] = []
    while (wanted := next_probe(found, ASKED, 0.95, within)) and len(found) < MOST:
        one = probed(wanted.level, 0.2, wanted.quick, 100.0)
        found.append(replace(one, outcome="unsettled", effective=(0.0,)) if one.leaning else one)
    assert len(found) < 20
    assert borne(found).low == 0
    assert 0.15 < borne(found).value <= borne(found).high < 0.3


def test_on_the_way_up_one_look_is_enough_and_at_the_top_it_is_not() -> None:
    within = Range(4, 1, 64)
    glanced = Level(32, "unsettled", True, (1.0,), (20.0,), (0.0,), quick=True)
    first = next_probe([], ASKED, 0.95, within)
    assert first is not None
    assert (first.level, first.quick) == (4, True)
    top = next_probe([glanced], ASKED, 0.95, within)
    assert top is not None
    assert (top.level, top.quick) == (64, False)


def test_the_lowest_level_is_never_given_up_by_a_glance() -> None:
    """One that is borne just so leans down in many a glance."""
    glanced = Level(1, "unsettled", False, (0.8,), (8.0,), (0.0,), quick=True)
    within = Range(1, 1, 64, whole=True)
    again = next_probe([glanced], ASKED, 0.95, within)
    assert again is not None
    assert (again.level, again.quick) == (1, False)
    assert next_probe([glanced, replace(glanced, quick=False)], ASKED, 0.95, within) is None


def test_between_levels_far_apart_a_glance_is_enough_and_close_by_it_is_not() -> None:
    def glanced(level: float, leaning: bool) -> Level:
        return Level(level, "unsettled", leaning, (1.0 if leaning else 0.8,), (8.0,), (0.0,), quick=True)

    within = Range(4, 1, 1024, whole=True)
    wanted = next_probe([glanced(128, True), glanced(256, False)], ASKED, 0.95, within)
    assert wanted is not None
    assert (wanted.level, wanted.quick) == (181, True)
    wanted = next_probe([glanced(181, True), glanced(215, False)], ASKED, 0.95, within)
    assert wanted is not None
    assert not wanted.quick
    wanted = next_probe([glanced(1, True), glanced(2, False)], ASKED, 0.95, within)  # nothing whole lies between them
    assert wanted is None or not wanted.quick


def test_a_probe_that_was_wrong_does_not_hold_the_search_back() -> None:
    found = [
        Level(4, "unsettled", True, (1.0,), (20.0,), (0.0,), quick=True),
        Level(8, "unsettled", False, (0.9,), (20.0,), (0.005,)),  # by bad luck: it bears ten times as much
    ]
    within = Range(4, 1, 1000, precision=0.05)
    while (wanted := next_probe(found, ASKED, 0.95, within)) and len(found) < MOST:
        found.append(probed(wanted.level, 80.0, wanted.quick, 20.0))
    assert borne(found).value > 60


def test_the_search_follows_from_its_probes_alone() -> None:
    within = Range(1, 0.1, 1000, precision=0.05)
    found = searched(37.0, within, 20.0)
    for count in range(len(found)):
        wanted = next_probe(found[:count], ASKED, 0.95, within)
        assert wanted is not None
        assert wanted.level == found[count].level
