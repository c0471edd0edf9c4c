"""Several answers a prompt: the two variances are told apart, and the advice on the next answers comes true."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.simulation.worlds import Repeated, single
from evalharness.stats.clustered import effect
from evalharness.stats.repeats import Split, split

differences = st.lists(st.tuples(st.sampled_from((-1, 0, 1)), st.integers(0, 9)), min_size=1, max_size=60)


def test_what_varies_within_prompts_is_told_from_what_varies_between_them() -> None:
    rng = np.random.default_rng(0)
    own = rng.normal(0, 0.3, 4000)
    found = split(np.repeat(own, 5) + rng.normal(0, 0.6, 20_000), np.repeat(np.arange(4000), 5).tolist())
    assert found and (found.prompts, found.repeats) == (4000, 5)
    assert (found.within, found.between) == pytest.approx((0.36, 0.09), rel=0.06)
    assert found.share_within == pytest.approx(0.8, abs=0.02)


@given(differences)
def test_neither_is_negative_and_swapped_models_have_the_same(answers: list[tuple[int, int]]) -> None:
    prompts = [prompt for _, prompt in answers]
    found = split([difference for difference, _ in answers], prompts)
    swapped = split([-difference for difference, _ in answers], prompts)
    assert found == swapped
    assert (found is None) == (len(set(prompts)) < 2 or len(set(prompts)) == len(prompts))
    assert found is None or (found.within >= 0 and found.between >= 0)


VARIANCES = st.just(0.0) | st.floats(1e-9, 1)


@given(VARIANCES, VARIANCES, st.integers(2, 20))
def test_as_many_answers_are_never_worth_more_as_repeats_than_as_prompts(
    within: float, between: float, repeats: int
) -> None:
    found = Split(100, repeats, within, between)
    assert -1e-9 <= found.narrower(repeats=2) <= found.narrower(prompts=2) + 1e-9
    assert not within + between or found.narrower(prompts=4) == pytest.approx(0.5)


def test_the_interval_narrows_as_much_as_was_said() -> None:
    rng, runs = np.random.default_rng(1), 200

    def width(prompts: int, repeats: int) -> float:
        drawn = Repeated(prompts, repeats, 0.3).drawn(single(0.5, 0.2, 0.0), runs, rng)
        found = [effect(values, whose) for values, whose in map(as_differences, drawn)]
        return float(np.mean([one.high - one.low for one in found]))

    [told] = [split(*as_differences(one)) for one in Repeated(20_000, 5, 0.3).drawn(single(0.5, 0.2, 0.0), 1, rng)]
    assert told
    before = width(200, 5)
    assert 1 - width(400, 5) / before == pytest.approx(told.narrower(prompts=2), abs=0.05)
    assert 1 - width(200, 10) / before == pytest.approx(told.narrower(repeats=2), abs=0.05)


def as_differences(cases: np.ndarray) -> tuple[np.ndarray, list[int]]:
    """Of one run, prompts x cases: a difference each, and whose it is."""
    prompts, kinds = cases.shape
    each = np.tile([0, -1, 1, 0], (prompts, 1))
    return np.repeat(each.ravel(), cases.ravel()), np.repeat(np.arange(prompts).repeat(kinds), cases.ravel()).tolist()
