"""Right or wrong, pair by pair: the difference, its interval, McNemar's test."""

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from evalharness.stats import Pairs, difference_interval, mcnemar, smallest_difference
from evalharness.stats.pairs import mcnemar_exact
from evalharness.stats.score import statistic

# Fagerland, Lydersen and Laake (2014), Recommended tests and confidence intervals for paired binomial proportions,
# Statistics in Medicine 33:2850-2875: airway hyper-responsiveness before and after a transplantation.
AIRWAYS = Pairs(both=1, only_first=7, only_second=1, neither=12)

tables = st.builds(Pairs, *[st.integers(0, 60)] * 4).filter(lambda pairs: pairs.n > 0)
exact = settings(deadline=None)  # the first example waits for scipy's import


def swapped(pairs: Pairs) -> Pairs:
    return Pairs(pairs.both, pairs.only_second, pairs.only_first, pairs.neither)


def test_the_published_example_comes_out() -> None:
    assert difference_interval(AIRWAYS) == pytest.approx((-0.517, -0.026), abs=0.0005)
    assert mcnemar(AIRWAYS) == pytest.approx(0.039, abs=0.0005)
    assert mcnemar_exact(AIRWAYS) == pytest.approx(0.070, abs=0.0005)


@pytest.mark.parametrize("n", [1, 30, 1000])
def test_where_no_pair_differs_the_interval_has_its_closed_form(n: int) -> None:
    reach = 1.959964**2 / (n + 1.959964**2)
    assert difference_interval(Pairs(n, 0, 0, 0)) == pytest.approx((-reach, reach), abs=1e-6)
    assert difference_interval(Pairs(0, 0, 0, n)) == difference_interval(Pairs(n, 0, 0, 0))


@exact
@given(tables)
@example(Pairs(0, 9, 0, 0))
def test_the_interval_contains_the_difference_and_stays_between_minus_one_and_one(pairs: Pairs) -> None:
    low, high = difference_interval(pairs)
    assert -1 <= low <= pairs.difference <= high <= 1


@exact
@given(tables)
def test_the_bounds_are_where_the_data_begin_to_contradict(pairs: Pairs) -> None:
    low, high = difference_interval(pairs)
    for bound, sign in ((low, 1), (high, -1)):
        if abs(bound) < 1 and abs(bound - pairs.difference) > 1e-9:
            z = statistic(pairs.only_second, pairs.only_first, pairs.n, bound)
            assert sign * z == pytest.approx(1.959964, abs=1e-4)


@exact
@given(tables)
def test_swapping_the_endpoints_mirrors_everything(pairs: Pairs) -> None:
    low, high = difference_interval(pairs)
    assert difference_interval(swapped(pairs)) == pytest.approx((-high, -low))
    assert mcnemar(swapped(pairs)) == pytest.approx(mcnemar(pairs))
    assert mcnemar_exact(swapped(pairs)) == pytest.approx(mcnemar_exact(pairs))


@exact
@given(tables)
def test_more_confidence_is_a_wider_interval(pairs: Pairs) -> None:
    wide, narrow = difference_interval(pairs, 0.99), difference_interval(pairs, 0.9)
    assert wide[0] <= narrow[0] <= narrow[1] <= wide[1]


@exact
@given(tables.filter(lambda pairs: pairs.only_first + pairs.neither > 0))
def test_a_gained_prompt_never_lowers_a_bound(pairs: Pairs) -> None:
    better = (
        Pairs(pairs.both + 1, pairs.only_first - 1, pairs.only_second, pairs.neither)
        if pairs.only_first
        else Pairs(pairs.both, pairs.only_first, pairs.only_second + 1, pairs.neither - 1)
    )
    before, after = difference_interval(pairs), difference_interval(better)
    assert after[0] >= before[0] - 1e-12 and after[1] >= before[1] - 1e-12


@exact
@given(tables)
def test_the_interval_excludes_no_difference_just_when_the_asymptotic_test_does(pairs: Pairs) -> None:
    low, high = difference_interval(pairs)
    discordant = pairs.only_first + pairs.only_second
    z = abs(pairs.only_second - pairs.only_first) / math.sqrt(discordant) if discordant else 0
    assert (not low <= 0 <= high) == (z > 1.959964)


def test_no_pairs_have_no_interval() -> None:
    with pytest.raises(ZeroDivisionError):
        difference_interval(Pairs(0, 0, 0, 0))


@given(st.lists(st.tuples(st.booleans(), st.booleans())))
def test_outcomes_are_counted_pair_by_pair(outcomes: list[tuple[bool, bool]]) -> None:
    pairs = Pairs.of([one for one, _ in outcomes], [other for _, other in outcomes])
    cells = [(True, True), (True, False), (False, True), (False, False)]
    assert pairs == Pairs(*(outcomes.count(cell) for cell in cells))
    with pytest.raises(ValueError, match="shorter"):
        Pairs.of([True, False], [True])


@pytest.mark.parametrize(
    ("only_first", "only_second", "p"),
    [(0, 0, 1.0), (0, 5, 2 / 2**5), (1, 9, 22 / 2**10), (3, 3, 1.0), (10, 2, 2 * (1 + 12 + 66) / 2**12)],
)
def test_mcnemars_exact_test_is_the_sign_test(only_first: int, only_second: int, p: float) -> None:
    assert mcnemar_exact(Pairs(7, only_first, only_second, 7)) == pytest.approx(p)


@exact
@given(tables)
def test_the_mid_p_value_leaves_out_half_of_what_was_seen(pairs: Pairs) -> None:
    discordant = pairs.only_first + pairs.only_second
    seen = binom.pmf(pairs.only_first, discordant, 0.5)
    whole = binomtest(pairs.only_first, discordant).pvalue if discordant else 1.0
    assert mcnemar(pairs) == pytest.approx(1.0 if pairs.only_first == pairs.only_second else whole - seen)


@pytest.mark.parametrize("n", [20, 30, 50, 100, 200])
def test_the_mid_p_test_keeps_its_level_and_finds_more_than_the_exact_one(n: int) -> None:
    """Both tests' chance to reject at 5 %, added up over every number of discordant pairs and gains among them."""
    discordant = np.arange(n + 1)
    gains = np.arange(n + 1)[:, None]
    fewer = np.minimum(gains, discordant - gains)
    possible = fewer >= 0
    whole = 2 * binom.cdf(fewer, discordant, 0.5)
    half = whole - binom.pmf(fewer, discordant, 0.5)

    def rejected(p_values: np.ndarray, discordance: float, share: float) -> float:
        weights = binom.pmf(discordant, n, discordance) * binom.pmf(gains, discordant, share)
        return float(weights[possible & (p_values < 0.05)].sum())

    for discordance in np.linspace(0.01, 0.9, 30):
        level = rejected(half, discordance, 0.5)
        assert rejected(whole, discordance, 0.5) <= min(level, 0.042)
        assert level <= 0.051
    gain = smallest_difference(n, 0.5)  # of what the interval sees in four runs of five
    assert rejected(half, 0.5, 0.5 + gain) > rejected(whole, 0.5, 0.5 + gain) + 0.02
