"""What measurements that follow each other are worth."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from evalharness.stats.autocorrelation import FEWEST, inflation


def wandering(kept: float, runs: int, count: int) -> np.ndarray:
    """Series in which each value keeps so much of the one before it."""
    rng = np.random.default_rng(0)
    found = rng.standard_normal((runs, count))
    for at in range(1, count):
        found[:, at] = kept * found[:, at - 1] + np.sqrt(1 - kept**2) * found[:, at]
    return found


def test_independent_values_are_worth_nearly_as_many_as_they_are() -> None:
    assert 1 <= np.median(inflation(wandering(0.0, 500, 200))) < 1.15


def test_of_values_that_keep_half_of_the_one_before_three_are_worth_one() -> None:
    assert 2.5 < np.median(inflation(wandering(0.5, 500, 1000))) < 3.5


def test_what_stays_for_long_leaves_next_to_nothing() -> None:
    steps = np.repeat([0.0, 1.0], 25) + np.linspace(0, 1e-3, 50)
    assert inflation(steps) > 10


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60), st.floats(0.001, 1000))
def test_it_is_never_below_one_and_knows_no_unit(values: list[float], unit: float) -> None:
    found = inflation(np.array(values))
    assert found >= 1
    assert len(values) >= FEWEST or found == 1
    ordered = len(set(values)) == len(values) == len({value * unit for value in values})
    assert not ordered or inflation(np.array(values) * unit) == found
