"""Looks at a run before it is over."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from evalharness.stats.sequential import Spending, boundaries, confidences, early, late

looks = st.sets(st.integers(1, 19), max_size=5).map(lambda parts: [part / 20 for part in sorted(parts)] + [1.0])


@pytest.mark.parametrize(
    ("shares", "published"),
    [
        ([1.0], [1.95996]),
        ([0.5, 1.0], [2.9626, 1.9686]),
        ([0.2, 0.4, 0.6, 0.8, 1.0], [4.8769, 3.3569, 2.6803, 2.2898, 2.0310]),
    ],
)
def test_the_boundaries_are_those_of_the_published_tables(shares: list[float], published: list[float]) -> None:
    assert boundaries(shares) == pytest.approx(published, abs=2e-4)


@settings(deadline=None, max_examples=25)
@given(looks)
def test_no_look_is_easier_for_the_looks_before_it(shares: list[float]) -> None:
    found = boundaries(shares)
    for look, bound in zip(shares, found, strict=True):
        alone = norm.isf(2 * norm.sf(norm.isf(0.0125) / look**0.5))  # if all that may be spent by then were still there
        assert bound >= alone - 1e-9
    assert found[0] == pytest.approx(norm.isf(2 * norm.sf(norm.isf(0.0125) / shares[0] ** 0.5)))
    assert confidences(shares) == pytest.approx([1 - 2 * norm.sf(bound) for bound in found])


@pytest.mark.parametrize("number", [2, 3, 5, 10])
def test_equally_spaced_looks_become_easier_and_the_last_costs_little(number: int) -> None:
    found = boundaries([(look + 1) / number for look in range(number)])
    assert all(early > late for early, late in pairwise(found))
    assert 1.96 < found[-1] < 2.1


def test_early_looks_may_end_a_run_sooner_and_pay_for_it_at_the_end() -> None:
    shares = [0.1, 0.5, 1.0]
    soon, later = boundaries(shares, spending=early), boundaries(shares, spending=late)
    assert soon[0] < later[0] / 2 and soon[-1] > later[-1]
    assert soon[0] == pytest.approx(norm.isf(0.05 * 0.1**1.5 / 2))


@settings(deadline=None, max_examples=20)
@given(looks, st.sampled_from([early, late]))
def test_all_looks_together_err_as_often_as_one(shares: list[float], spending: Spending) -> None:
    runs = 20_000
    steps = np.diff([0.0, *shares])
    paths = np.cumsum(np.random.default_rng(0).standard_normal((runs, len(shares))) * np.sqrt(steps), axis=1)
    ended = (np.abs(paths / np.sqrt(shares)) > boundaries(shares, spending=spending)).any(axis=1).mean()
    assert ended == pytest.approx(0.05, abs=4 * (0.05 * 0.95 / runs) ** 0.5)


@pytest.mark.parametrize("shares", [[], [0.5], [0.0, 1.0], [0.6, 0.5, 1.0], [0.5, 0.5, 1.0], [0.5, 1.5, 1.0]])
def test_looks_must_rise_to_the_end(shares: list[float]) -> None:
    with pytest.raises(ValueError, match="looks must rise"):
        boundaries(shares)
