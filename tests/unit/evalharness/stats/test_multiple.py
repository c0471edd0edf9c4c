"""Holm's adjustment."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.stats.multiple import holm

p_values = st.lists(st.floats(0, 1), max_size=12)


def test_the_textbook_example() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


@given(p_values)
def test_adjusting_never_lowers_and_never_exceeds_bonferroni_or_one(given_p: list[float]) -> None:
    for p, adjusted in zip(given_p, holm(given_p), strict=True):
        assert p <= adjusted <= min(1, len(given_p) * p) or adjusted == max(holm(given_p))
        assert adjusted <= 1


@given(p_values, st.randoms())
def test_the_order_is_kept_and_does_not_matter(given_p: list[float], chance: st.DrawFn) -> None:
    places = list(range(len(given_p)))
    chance.shuffle(places)
    assert holm([given_p[place] for place in places]) == [holm(given_p)[place] for place in places]


@given(p_values.filter(bool))
def test_the_smallest_is_bonferronis(given_p: list[float]) -> None:
    assert min(holm(given_p)) == min(1, len(given_p) * min(given_p))


def test_one_of_many_true_nothings_is_called_something_in_at_most_one_run_of_twenty() -> None:
    drawn = np.random.default_rng(0).random((20_000, 5))
    false = np.mean([min(holm(row)) < 0.05 for row in drawn.tolist()])
    assert false < 0.05 + 3 * (0.05 * 0.95 / 20_000) ** 0.5
    assert np.mean(drawn.min(axis=1) < 0.05) > 0.2  # unadjusted
