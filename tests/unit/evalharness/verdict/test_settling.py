"""How much more evidence an open criterion is said to need."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalharness.load.profile import DEFAULT, within_limits
from evalharness.stats import ALPHA, Pairs, difference_interval
from evalharness.stats.power import power_at
from evalharness.verdict.settling import (
    longer_run,
    more_of_the_same,
    more_prompts,
    prompts_to_leave,
    times,
    times_within,
)


@given(st.floats(-1, 1), st.floats(0.01, 1), st.floats(0.01, 1))
def test_the_reach_shrinks_to_the_distance(estimate: float, reach: float, share: float) -> None:
    bound = estimate - reach * share
    factor = times(estimate, estimate - reach, estimate + reach, bound)
    assert reach / factor**0.5 == pytest.approx(estimate - bound, rel=1e-6)


def test_an_estimate_on_its_bound_is_never_settled() -> None:
    assert times(0.0, -0.1, 0.1, 0.0) == float("inf")
    assert prompts_to_leave(0.0, 0.0, 0.2, 200, alpha=ALPHA) is None
    assert "hardly" in more_prompts(200, None)
    assert "hardly" in more_of_the_same(200, float("inf"), "share")
    assert "hardly" in longer_run(20, float("inf"))


@settings(deadline=None)  # the first example waits for scipy's import
@given(st.integers(20, 600), st.integers(20, 600), st.floats(0.2, 1))
def test_the_advice_comes_true(only_first: int, only_second: int, share: float) -> None:
    """With a tenth more than the advised evidence, in the same proportions, the interval leaves the bound."""
    cells = (1000, only_first, only_second, 1000)
    difference, (low, high) = Pairs(*cells).difference, difference_interval(Pairs(*cells))
    bound = difference - (difference - low) * share
    factor = 1.1 * times(difference, low, high, bound)
    assert difference_interval(Pairs(*(round(cell * factor) for cell in cells)))[0] > bound


@given(st.floats(1, 3600), st.floats(1, 200))
def test_no_load_is_advised_that_would_be_refused(seconds: float, factor: float) -> None:
    text = longer_run(seconds, factor)
    number = int(next(iter(re.findall(r"about (\d+) s", text)), 0))
    if number:
        assert int(seconds * factor) <= number <= 3600
        assert within_limits(replace(DEFAULT, seconds=number))
    else:
        assert seconds * factor > 3600 and "hardly" in text


def test_the_flag_and_the_setting_of_a_longer_load_are_named() -> None:
    assert "(--seconds, LOAD_SECONDS in .env)" in longer_run(20, 4)


@settings(deadline=None, max_examples=30)
@given(st.floats(-0.3, 0.3), st.floats(0.0, 0.5), st.sampled_from([-0.05, 0.0, 0.05]))
def test_so_many_prompts_leave_the_bound_with_the_promised_power(
    difference: float, beside: float, bound: float
) -> None:
    discordance = min(1.0, abs(difference) + beside)
    enough = prompts_to_leave(bound, difference, discordance, 1000, alpha=ALPHA)
    if enough is None or enough > 20_000:
        assert abs(difference - bound) < 0.03
        return
    # The interval of a loss lies below a bound when, turned round, that of a gain lies above it.
    sign = 1 if difference > bound else -1
    assert power_at(enough, max(discordance, abs(difference)), sign * difference, -sign * bound) >= 0.8


@given(st.floats(0.85, 1.2), st.floats(0.02, 1), st.floats(0.02, 1))
def test_so_many_times_the_evidence_takes_a_ratio_wholly_into_its_limits(
    estimate: float, below: float, above: float
) -> None:
    factor = times_within(estimate, estimate - below, estimate + above, 0.8, 1.25)
    low, high = estimate - below / factor**0.5, estimate + above / factor**0.5
    assert low >= 0.8 - 1e-9 and high <= 1.25 + 1e-9


@given(st.floats(1.3, 3), st.floats(0.2, 4), st.floats(0.02, 1))
def test_a_ratio_outside_its_limits_has_only_the_nearest_to_leave(estimate: float, below: float, above: float) -> None:
    assert times_within(estimate, estimate - below, estimate + above, 0.8, 1.25) == times(
        estimate, estimate - below, estimate + above, 1.25
    )


@given(st.integers(1, 100_000), st.floats(1, 100))
def test_the_advice_is_a_round_number_and_never_too_small(prompts: int, factor: float) -> None:
    for text in (more_prompts(prompts, int(prompts * factor)), more_of_the_same(prompts, factor, "share")):
        (number,) = re.findall(r"About (\d+) more prompts? would", text)
        assert int(number) >= max(1, int(prompts * factor) - prompts)
        assert len(number.rstrip("0")) <= 2
