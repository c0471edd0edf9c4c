"""Hodges and Lehmann's estimate of paired differences, and Wilcoxon's interval."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.stats import wilcoxon

from evalharness.stats.signed_rank import EXACT, centre, reach_of, statistic

series = arrays.arrays(float, st.integers(1, 40), elements=st.floats(-10, 10, allow_subnormal=False), unique=True)


def walsh(differences: np.ndarray) -> np.ndarray:
    sums = np.add.outer(differences, differences) / 2
    return np.sort(sums[np.triu_indices(differences.size)])


@given(series)
def test_the_estimate_is_the_median_of_all_averages_of_two(differences: np.ndarray) -> None:
    assert centre(differences, 0.95).estimate == pytest.approx(np.median(walsh(differences)), abs=1e-9)


@pytest.mark.parametrize(("count", "outermost"), [(5, None), (6, 1), (8, 4), (12, 14), (19, 47)])
def test_the_interval_is_that_of_the_published_tables(count: int, outermost: int | None) -> None:
    """`outermost`: which of the ordered averages bounds the 95 % interval (Hollander and Wolfe, table A.4)."""
    differences = np.random.default_rng(count).standard_normal(count)
    found = centre(differences, 0.95)
    if outermost is None:
        assert (found.low, found.high) == (-np.inf, np.inf)
    else:
        averages = walsh(differences)
        assert (found.low, found.high) == pytest.approx((averages[outermost - 1], averages[-outermost]))


@pytest.mark.parametrize("count", [12, 19, 40, EXACT + 40])
def test_the_interval_ends_where_wilcoxons_test_begins_to_reject(count: int) -> None:
    ordered = np.sort(np.random.default_rng(1).standard_normal(count))
    differences = np.stack([ordered[::-1], ordered], axis=1).ravel()[:count]  # high, low, high: no autocorrelation
    found = centre(differences, 0.95)
    for end, inwards in ((found.low, 1e-6), (found.high, -1e-6)):
        inside, outside = (wilcoxon(differences - end - step).pvalue for step in (inwards, -inwards))
        assert outside < 0.05 <= inside + 1e-3


@given(series, st.floats(-5, 5), st.sampled_from([0.9, 0.95, 0.999]))
def test_what_the_interval_holds_is_what_the_statistic_does_not_reject(
    differences: np.ndarray, value: float, confidence: float
) -> None:
    found = centre(differences, confidence)
    edges = walsh(differences)
    if np.min(np.abs(edges - value)) < 1e-6:
        return
    rejected = abs(statistic(differences, value)) > reach_of(differences, confidence) + 1e-9
    assert (found.low <= value <= found.high) == (not rejected)


@given(series, st.floats(-5, 5))
def test_it_moves_with_what_it_measures(differences: np.ndarray, shift: float) -> None:
    found, moved = centre(differences, 0.9), centre(differences + shift, 0.9)
    assert moved.estimate == pytest.approx(found.estimate + shift, abs=1e-6)
    turned = centre(-differences, 0.9)
    assert turned.estimate == pytest.approx(-found.estimate, abs=1e-6)
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low), abs=1e-6)


def test_one_block_that_took_a_minute_moves_nothing() -> None:
    usual = np.random.default_rng(2).normal(0, 0.05, 41)
    hit = usual.copy()
    hit[20] = 5.0
    assert abs(centre(hit, 0.95).estimate - centre(usual, 0.95).estimate) < 0.01


def test_what_comes_in_long_stretches_widens_the_interval() -> None:
    values = np.random.default_rng(3).normal(0, 1, 200)
    stretches = centre(np.sort(values), 0.95)
    mixed = centre(values, 0.95)
    assert stretches.high - stretches.low > 2 * (mixed.high - mixed.low)


def test_an_hour_of_pairs_is_no_matter() -> None:
    found = centre(np.random.default_rng(4).normal(0.1, 1, 7000), 0.95)
    assert found.low < 0.1 < found.high and found.high - found.low < 0.06
