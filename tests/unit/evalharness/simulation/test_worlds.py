"""The worlds that are simulated have the truth and the correlations that they claim."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from evalharness.simulation.experiments import of_counts
from evalharness.simulation.worlds import World, four, graded, several, single
from evalharness.stats import Pairs, difference_interval
from evalharness.stats.clustered import effect


def variance(world: World) -> float:
    differences = world.second - world.first
    return float(world.shares @ differences**2 - world.difference**2)


@given(st.floats(0.3, 0.7), st.floats(0, 0.3), st.floats(-0.2, 0.2))
def test_single_answers_have_the_rate_the_discordance_and_the_difference(
    rate: float, discordance: float, difference: float
) -> None:
    world = single(rate, discordance, difference)
    assert world.shares.sum() == pytest.approx(1)
    assert world.shares @ world.first == pytest.approx(rate)
    assert world.difference == pytest.approx(difference, abs=1e-12)
    assert world.shares[1] + world.shares[2] == pytest.approx(max(discordance, abs(difference)), abs=1e-12)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no rate of 0\.9"):
        single(0.9, 0.4, 0.2)


@settings(deadline=None)
@given(st.integers(1, 5), st.floats(0, 0.95), st.floats(-0.2, 0.2))
def test_variants_have_the_correlation_within_a_prompt(variants: int, correlation: float, difference: float) -> None:
    assume(correlation == 0 or correlation > 0.01)
    one = single(0.5, 0.3, difference)
    world = several(one, variants, correlation)
    assert world.shares.sum() == pytest.approx(1)
    assert world.difference == pytest.approx(difference, abs=1e-9)
    assert variance(world) == pytest.approx(variance(one) * (1 + (variants - 1) * correlation) / variants)


@given(st.integers(2, 6), st.floats(0.3, 0.6), st.floats(0, 0.8), st.floats(-0.05, 0.05))
def test_graded_scores_have_the_mean_and_the_difference(
    levels: int, rate: float, alike: float, difference: float
) -> None:
    world = graded(levels, rate, alike, difference)
    assert world.shares.sum() == pytest.approx(1)
    assert world.shares @ world.first == pytest.approx(rate)
    assert world.difference == pytest.approx(difference, abs=1e-9)


@given(st.tuples(*[st.floats(0.01, 0.99)] * 4), st.floats(0, 1))
def test_four_models_have_their_rates(rates: tuple[float, float, float, float], alike: float) -> None:
    models = four(rates, alike)
    assert models.shares.sum() == pytest.approx(1)
    assert models.shares @ models.outcomes == pytest.approx(np.array(rates))
    base, base_int4, tuned, tuned_int4 = rates
    gain = (tuned - base + tuned_int4 - base_int4) / 2
    assert models.contrast(-0.5, -0.5, 0.5, 0.5).difference == pytest.approx(gain)


@settings(deadline=None)
@given(st.lists(st.integers(0, 9), min_size=4, max_size=4).filter(lambda cells: sum(cells) > 1))
def test_a_simulated_run_is_measured_as_a_real_one(cells: list[int]) -> None:
    measured = of_counts(single(0.5, 0.2, 0), np.array([cells]))
    assert (measured.low[0], measured.high[0]) == pytest.approx(difference_interval(Pairs(*cells)))
    world = several(single(0.5, 0.2, 0), 2, 0.5)
    counts = np.resize(cells, world.shares.size)
    measured = of_counts(world, counts[None])
    found = effect(np.repeat(world.second - world.first, counts))
    assert (measured.difference[0], measured.low[0], measured.high[0]) == pytest.approx(
        (found.difference, found.low, found.high)
    )
