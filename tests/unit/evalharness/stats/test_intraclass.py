"""How alike the prompts of one group are, held against what is known of made-up groups."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.stats.intraclass import intraclass

outcomes = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 1)), min_size=2, max_size=80)


@given(outcomes, st.randoms())
def test_it_lies_in_its_interval_and_no_order_changes_it(given_: list[tuple[int, int]], chance: st.DrawFn) -> None:
    found = intraclass([value for _, value in given_], [group for group, _ in given_])
    shuffled = list(given_)
    chance.shuffle(shuffled)
    again = intraclass([value for _, value in shuffled], [group for group, _ in shuffled])
    assert (found is None) == (again is None)
    if found and again:
        assert -1 <= found.low <= found.correlation <= found.high <= 1
        assert again.correlation == pytest.approx(found.correlation)


def test_of_groups_that_are_right_or_wrong_as_a_whole_it_is_one() -> None:
    found = intraclass([at // 4 % 2 for at in range(80)], [at // 4 for at in range(80)])
    assert found is not None and found.correlation > 0.99


def test_it_is_what_the_textbook_makes_of_groups_of_one_size() -> None:
    """Fisher's anova estimator, worked out by hand: nine groups of two, three each of 1 1, 0 1 and 0 0."""
    found = intraclass([1, 1, 0, 1, 0, 0] * 3, [at // 2 for at in range(18)])
    between, within = 2 * (6 * 0.25) / 8, 9 * (0.5 / 3) / 9
    assert found is not None and found.correlation == pytest.approx((between - within) / (between + within))


def test_where_hardly_a_group_differs_or_each_prompt_stands_alone_nothing_tells() -> None:
    pairs = [at // 2 for at in range(60)]
    assert intraclass([1] * 60, pairs) is None
    assert intraclass([0] * 8 + [1] * 52, pairs) is None  # four groups lost as a whole
    assert intraclass([0, 1] * 30, range(60)) is None
    assert intraclass([0] * 20 + [1] * 40, pairs) is not None


@pytest.mark.parametrize(("rate", "correlation"), [(0.5, 0.0), (0.5, 0.3), (0.2, 0.1)])
def test_its_interval_holds_the_truth_nine_times_in_ten_at_least(rate: float, correlation: float) -> None:
    rng, held, runs = np.random.default_rng(7), 0, 400
    groups = np.repeat(np.arange(60), 4)
    for _ in range(runs):
        whole = 1 / correlation - 1 if correlation else np.inf
        rates = rng.beta(rate * whole, (1 - rate) * whole, 60) if correlation else np.full(60, rate)
        found = intraclass(rng.random(240) < rates[groups], groups.tolist())
        held += found is not None and found.low <= correlation <= found.high
    assert held >= 0.9 * runs
