"""What a run can see, said before it begins."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from evalharness.stats import POWER, Pairs, difference_interval, smallest_difference
from evalharness.stats.power import Company, fewest_groups, power_at, prompts_needed, worth

shares = st.floats(0.01, 1.0)
slow = settings(deadline=None, max_examples=40)


@pytest.mark.parametrize(
    ("n", "discordance", "difference", "margin"),
    [(20, 0.3, 0.2, 0), (24, 0.2, 0, 0.2), (24, 0.2, -0.2, 0.2), (12, 1.0, 1, 0)],
)
def test_power_is_the_chance_of_every_table_whose_interval_lies_above_the_bound(
    n: int, discordance: float, difference: float, margin: float
) -> None:
    found = 0.0
    for discordant in range(n + 1):
        for gains in range(discordant + 1):
            low, _ = difference_interval(Pairs(n - discordant, discordant - gains, gains, 0))
            if low > -margin:
                share = (discordance + difference) / (2 * discordance)
                found += binom.pmf(discordant, n, discordance) * binom.pmf(gains, discordant, share)
    assert power_at(n, discordance, difference, margin) == pytest.approx(found, abs=1e-9)


@slow
@given(st.integers(1, 400), shares, st.floats(-1, 1), st.floats(-1, 1), st.floats(0, 0.5))
def test_a_larger_gain_and_a_wider_margin_are_easier_to_show(
    n: int, discordance: float, one: float, other: float, margin: float
) -> None:
    less, more = sorted((one * discordance, other * discordance))
    assert power_at(n, discordance, less) <= power_at(n, discordance, more) + 1e-9
    assert power_at(n, discordance, less) <= power_at(n, discordance, less, margin) + 1e-9


@pytest.mark.parametrize("difference", [0.3, -0.3])
def test_a_difference_beyond_the_discordance_cannot_be(difference: float) -> None:
    with pytest.raises(ValueError, match="exceeds the discordance"):
        power_at(100, 0.2, difference)


@pytest.mark.parametrize("n", [5, 8, 10, 20, 30, 54, 80, 100, 200, 500])
def test_a_false_pass_is_rare_in_every_world_of_independent_prompts(n: int) -> None:
    """No simulation: added up exactly, for both purposes, over all discordances and four margins."""
    worst = max(power_at(n, discordance, 0) for discordance in np.linspace(0.01, 1, 50))
    for margin in (0.02, 0.05, 0.1, 0.2):
        worst = max(worst, *(power_at(n, d, -margin, margin) for d in np.linspace(margin, 1, 50)))
    assert worst < (0.05 if n < 40 else 0.033)


@slow
@given(st.integers(1, 2000), shares)
def test_the_smallest_difference_is_found_just_as_often_as_promised(n: int, discordance: float) -> None:
    d = smallest_difference(n, discordance)
    assert 0 < d <= 1
    if d < 1:
        assert power_at(n, max(discordance, d), d) == pytest.approx(POWER, abs=1e-6)


@pytest.mark.parametrize("discordance", [0.1, 0.3, 0.6])
def test_of_many_prompts_the_smallest_difference_is_connors(discordance: float) -> None:
    """Connor RJ (1987), Sample size for testing differences in proportions for the paired-sample design, Biometrics
    43:207-211."""
    n = 20_000
    d = smallest_difference(n, discordance)
    needed = (1.959964 * math.sqrt(discordance) + 0.841621 * math.sqrt(discordance - d * d)) ** 2 / d**2
    assert needed == pytest.approx(n, rel=0.01)


@slow
@given(st.integers(4, 1000), shares)
def test_twice_the_prompts_see_smaller_differences(n: int, discordance: float) -> None:
    assert smallest_difference(2 * n, discordance) < smallest_difference(n, discordance)


@slow
@given(st.floats(0.05, 1), st.floats(0.1, 1))
def test_so_many_prompts_are_needed_and_not_one_less(share: float, discordance: float) -> None:
    for difference, margin in ((share * discordance, 0.0), (0.0, share)):
        n = prompts_needed(difference, discordance, margin)
        assert n is not None
        assert power_at(n, discordance, difference, margin) >= POWER
        assert n == 1 or power_at(n - 1, discordance, difference, margin) < POWER


def test_needed_for_non_inferiority_is_about_the_textbooks() -> None:
    """(1.96 + 0.84)^2 times the discordance over the squared margin: 628 where a fifth differs and 5 points count."""
    assert prompts_needed(0, 0.2, 0.05) == pytest.approx(628, rel=0.03)
    assert prompts_needed(0.0, 0.2) is None  # nothing there to be shown


@given(st.integers(2, 500), st.integers(1, 8), st.floats(0, 1))
def test_company_makes_prompts_worth_something_between_one_a_group_and_all(
    groups: int, size: int, correlation: float
) -> None:
    prompts = groups * size
    found = worth(prompts, Company(size, correlation))
    assert worth(prompts, Company(size, 1.0)) <= found <= prompts
    assert worth(prompts, Company(size, 1.0)) <= groups
    assert worth(prompts, Company(1.0, correlation)) == prompts


def test_one_group_is_worth_nothing() -> None:
    assert worth(50, Company(50, 0.1)) == 0
    assert power_at(50, 0.3, 0.1, company=Company(50, 0.1)) == 0


@slow
@given(st.integers(40, 300), shares, st.floats(2, 8), st.floats(0, 1))
def test_prompts_in_company_see_no_more_than_as_many_that_stand_alone(
    n: int, discordance: float, size: float, correlation: float
) -> None:
    alone, company = smallest_difference(n, discordance), Company(size, correlation)
    assert smallest_difference(n, discordance, company=company) >= alone - 0.02  # counts are whole: no smooth line
    assert power_at(n, discordance, 0, 0.1, company=company) <= power_at(n, discordance, 0, 0.1) + 0.05


@given(st.floats(0.005, 0.5))
def test_a_loss_in_whole_groups_of_the_fewest_shows_itself_in_twenty_four_of_twenty_five_runs(margin: float) -> None:
    fewest = fewest_groups(margin)
    assert (1 - margin) ** fewest <= 0.04 + 1e-9 < (1 - margin) ** (fewest - 1) + 2e-9


@given(st.integers(1, 300), st.floats(0.01, 0.25))
def test_the_fewest_groups_ask_nothing_more_of_prompts_that_stand_alone(n: int, margin: float) -> None:
    if n < fewest_groups(margin):
        assert difference_interval(Pairs(n, 0, 0, 0))[0] < -margin
