"""What is simulated of criteria is what the product computes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalharness.analysis.missing import Right, counted
from evalharness.simulation.criteria import with_errors

cells = st.lists(st.integers(0, 30), min_size=5, max_size=5).filter(lambda found: sum(found[:4]) > 0)


@settings(deadline=None)
@given(cells)
def test_simulated_errors_are_counted_as_real_ones(found: list[int]) -> None:
    rights: list[Right] = [(True, True), (True, False), (False, True), (False, False), (True, None)]
    real = counted([right for right, times in zip(rights, found, strict=True) for _ in range(times)])
    low, high = with_errors(*(np.array([times]) for times in found))
    assert (low[0], high[0]) == pytest.approx((real.low, real.high), abs=1e-9)
