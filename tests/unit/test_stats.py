import math
import random
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from evalharness.stats import Pairs, difference_interval, mcnemar, smallest_difference

# Newcombe (1998), Statistics in Medicine 17:2635-2650, Table III, method 10: cells e, f, g, h and the 95 %
# limits of (f - g)/n. With e both, f only the second and g only the first that is second minus first.
TABLE_III = [
    ((36, 12, 2, 0), (0.0569, 0.3404)),
    ((20, 12, 2, 16), (0.0562, 0.3292)),
    ((18, 12, 2, 18), (0.0562, 0.3290)),
    ((36, 14, 0, 0), (0.1528, 0.4167)),
    ((35, 14, 0, 1), (0.1461, 0.4175)),
    ((18, 14, 0, 18), (0.1441, 0.3963)),
    ((2, 97, 1, 0), (0.8721, 0.9854)),
    ((0, 29, 1, 0), (0.6666, 0.9882)),
    ((2, 98, 0, 0), (0.9178, 0.9945)),
    ((1, 98, 0, 1), (0.9171, 0.9916)),
    ((0, 30, 0, 0), (0.8395, 1.0)),
    ((54, 0, 0, 0), (-0.0664, 0.0664)),
    ((53, 0, 0, 1), (-0.0729, 0.0729)),
    ((30, 0, 0, 24), (-0.0358, 0.0358)),
    ((29, 0, 0, 25), (-0.0354, 0.0354)),
    ((28, 0, 0, 26), (-0.0352, 0.0352)),
    ((27, 0, 0, 27), (-0.0351, 0.0351)),
    # Printed as 0.8736, but method 8, which is the same where e*h < f*g, is printed as 0.8737.
    ((1, 97, 1, 1), (0.8737, 0.9850)),
]

tables = st.builds(Pairs, *[st.integers(0, 60)] * 4).filter(lambda pairs: pairs.n > 0)


@pytest.mark.parametrize(("cells", "limits"), TABLE_III)
def test_interval_reproduces_the_published_table(cells: tuple[int, ...], limits: tuple[float, float]) -> None:
    both, only_second, only_first, neither = cells
    found = difference_interval(Pairs(both, only_first, only_second, neither))
    assert found == pytest.approx(limits, abs=0.5e-4)


@settings(deadline=None)
@given(tables)
def test_interval_contains_the_difference_and_stays_between_minus_one_and_one(pairs: Pairs) -> None:
    low, high = difference_interval(pairs)
    assert -1 <= low <= pairs.difference <= high <= 1


@settings(deadline=None)
@given(tables)
def test_swapping_the_endpoints_mirrors_everything(pairs: Pairs) -> None:
    swapped = Pairs(pairs.both, pairs.only_second, pairs.only_first, pairs.neither)
    low, high = difference_interval(pairs)
    assert difference_interval(swapped) == pytest.approx((-high, -low))
    assert mcnemar(swapped) == pytest.approx(mcnemar(pairs))


@settings(deadline=None)
@given(tables)
def test_more_confidence_is_a_wider_interval(pairs: Pairs) -> None:
    wide, narrow = difference_interval(pairs, 0.99), difference_interval(pairs, 0.9)
    assert wide[0] <= narrow[0] <= narrow[1] <= wide[1]


def test_no_pairs_have_no_interval() -> None:
    with pytest.raises(ZeroDivisionError):
        difference_interval(Pairs(0, 0, 0, 0))


@pytest.mark.parametrize("n", [30, 100])
@pytest.mark.parametrize("shares", [(0.5, 0.1, 0.2, 0.2), (0.1, 0.1, 0.6, 0.2), (0.3, 0.2, 0.2, 0.3)])
def test_interval_covers_the_truth_as_often_as_it_says(n: int, shares: tuple[float, ...]) -> None:
    assert 0.92 <= coverage(n, shares) <= 0.98


def test_interval_errs_on_the_careful_side_when_few_pairs_differ() -> None:
    assert coverage(30, (0.85, 0.05, 0.05, 0.05)) >= 0.95


def coverage(n: int, shares: tuple[float, ...]) -> float:
    """How often the interval held the true difference in 400 seeded draws of n pairs."""
    rng, interval = random.Random(0), cache(difference_interval)
    truth, repetitions, covered = shares[2] - shares[1], 400, 0
    for _ in range(repetitions):
        drawn = rng.choices(range(4), shares, k=n)
        low, high = interval(Pairs(*(drawn.count(cell) for cell in range(4))))
        covered += low <= truth <= high
    return covered / repetitions


@pytest.mark.parametrize(
    ("only_first", "only_second", "p"),
    [(0, 0, 1.0), (0, 5, 2 / 2**5), (1, 9, 22 / 2**10), (3, 3, 1.0), (10, 2, 2 * (1 + 12 + 66) / 2**12)],
)
def test_mcnemar_is_the_exact_two_sided_sign_test(only_first: int, only_second: int, p: float) -> None:
    assert mcnemar(Pairs(7, only_first, only_second, 7)) == pytest.approx(p)


@given(st.integers(4, 5000), st.floats(0.01, 1.0))
def test_smallest_difference_solves_connors_sample_size(n: int, discordance: float) -> None:
    d = smallest_difference(n, discordance)
    share = max(discordance, d)
    needed = (1.959964 * math.sqrt(share) + 0.841621 * math.sqrt(max(share - d * d, 0))) ** 2 / d**2
    assert needed == pytest.approx(n, rel=1e-3)


@given(st.integers(1, 2000), st.floats(0.01, 1.0))
def test_more_prompts_see_smaller_differences(n: int, discordance: float) -> None:
    assert 0 < smallest_difference(n + 1, discordance) <= smallest_difference(n, discordance) <= 1


@pytest.mark.parametrize("n", [120, 200])
def test_the_smallest_difference_is_found_about_as_often_as_promised(n: int) -> None:
    """Exact power of the exact test, which is a little more careful than the formula's."""
    discordance = 0.2
    better = (discordance + smallest_difference(n, discordance)) / 2 / discordance
    power = 0.0
    for discordant in range(n + 1):
        weight = binom.pmf(discordant, n, discordance)
        if weight > 1e-6:
            wins = range(discordant + 1)
            found = [k for k in wins if k > discordant / 2 and mcnemar(Pairs(0, discordant - k, k, 0)) < 0.05]
            power += weight * sum(binom.pmf(found, discordant, better)) if found else 0.0
    assert 0.7 < power < 0.85
