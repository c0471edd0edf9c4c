"""A search closes in on a knee from both sides, whatever it was told on the way."""

import math

from hypothesis import given
from hypothesis import strategies as st

from evalharness.load.capacity.search import Found, Range, bracket, next_probe
from evalharness.runs.summaries.parts import Probed

MOST = 100


def searched(knee: float, within: Range, open_within: float = 0.0) -> list[Found]:
    """Probes of a server with a sharp knee, around which so large a share either way is never settled."""
    found: list[Found] = []
    while (wanted := next_probe(found, within)) and len(found) < MOST:
        held: Probed = "held" if wanted.level <= knee else "failed"
        near = abs(math.log(wanted.level / knee)) < open_within
        glanced = wanted.quick and held == "held"
        outcome: Probed = "unsettled" if near or glanced else held
        found.append(Found(wanted.level, outcome, wanted.level <= knee, quick=glanced))
    return found


@given(st.floats(0.2, 900), st.floats(0.1, 1000), st.floats(0.02, 0.3), st.floats(0, 0.2))
def test_it_ends_with_the_knee_between_ends_that_were_shown(
    knee: float, start: float, precision: float, open_within: float
) -> None:
    within = Range(start, least=0.01, most=10_000, precision=precision)
    found = searched(knee, within, open_within)
    low, high = bracket(found)
    assert len(found) < MOST
    assert 0 < low <= knee * (1 + 1e-9) < high * (1 + 1e-6)
    assert math.isfinite(high)
    assert high / low <= (1 + precision) ** 4 * math.exp(2 * open_within) * 1.01 + 0.35 * open_within


@given(st.integers(1, 500), st.integers(1, 64))
def test_whole_levels_end_side_by_side(knee: int, start: int) -> None:
    found = searched(knee, Range(start, least=1, most=1024, precision=0.001, whole=True))
    assert all(one.level == int(one.level) for one in found)
    low, high = bracket(found)
    assert (low, high) == (knee, knee + 1)


def test_a_server_that_bears_everything_is_asked_for_the_most_and_no_more() -> None:
    found = searched(1e9, Range(1, least=0.1, most=64))
    assert [one.level for one in found] == [1, 2, 4, 8, 16, 32, 64]
    assert bracket(found) == (64, math.inf)


def test_a_server_that_bears_nothing_is_asked_for_the_least_and_no_less() -> None:
    found = searched(0.001, Range(1, least=0.25, most=64))
    assert [one.level for one in found] == [1, 0.5, 0.25]
    assert bracket(found) == (0, 0.25)


def test_on_the_way_up_one_look_is_enough() -> None:
    assert next_probe([], Range(4, 1, 64)) == next_probe([Found(2, "unsettled", True, quick=True)], Range(4, 1, 64))


def test_what_contradicts_itself_leaves_all_between_open() -> None:
    found = [Found(4, "held", True), Found(8, "failed", False), Found(10, "held", True), Found(16, "failed", False)]
    assert bracket(found) == (4, 16)


def test_the_search_follows_from_its_probes_alone() -> None:
    within = Range(1, 0.1, 1000, precision=0.05)
    found = searched(37.0, within)
    for count in range(len(found)):
        wanted = next_probe(found[:count], within)
        assert wanted is not None
        assert wanted.level == found[count].level
