"""A scale keeps the order of values, and its ticks are few and within."""

from hypothesis import given
from hypothesis import strategies as st

from evalharness.report.drawing import Scale, linear_ticks, log_ticks


@given(st.floats(-1, 1), st.floats(0.01, 2))
def test_linear_ticks_are_few_and_within(low: float, width: float) -> None:
    ticks = linear_ticks(low, low + width)
    assert 2 <= len(ticks) <= 7
    assert all(low - 1e-9 <= tick <= low + width + 1e-9 for tick in ticks)


@given(st.floats(1e-6, 1e3), st.floats(1.2, 1e6))
def test_log_ticks_are_few_and_within(low: float, factor: float) -> None:
    ticks = log_ticks(Scale(low, low * factor, log=True))
    assert 2 <= len(ticks) <= 10
    assert ticks == sorted(ticks)
    assert all(low * 0.999 <= tick <= low * factor * 1.001 for tick in ticks)


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_larger_value_is_never_further_left(one: float, other: float) -> None:
    small, large = sorted([one, other])
    for scale in (Scale(0, 1), Scale(0.001, 1, log=True)):
        assert scale.x(small) <= scale.x(large)
