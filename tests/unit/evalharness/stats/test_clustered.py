"""Differences that are not only 0 and 1, one a prompt."""

import time
from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.stats import bootstrap, ttest_1samp

from evalharness.simulation.worlds import several, single
from evalharness.stats import Pairs, difference_interval, mcnemar
from evalharness.stats.clustered import Effect, Sums, effect, means, paired_effect, sign_flip

steps = st.integers(-8, 8).map(lambda step: step / 8)
some = arrays.arrays(float, st.integers(2, 60), elements=steps)


@given(some)
def test_an_effect_lies_in_its_interval_and_both_in_what_is_possible(differences: np.ndarray) -> None:
    found = effect(differences)
    assert -1 <= found.low <= found.difference + 1e-12 and found.difference - 1e-12 <= found.high <= 1
    assert found.difference == pytest.approx(differences.mean()) and found.prompts == differences.size


@given(some)
def test_the_other_way_round_everything_is_mirrored(differences: np.ndarray) -> None:
    one, other = effect(differences), effect(-differences)
    assert (other.difference, other.low, other.high) == pytest.approx((-one.difference, -one.high, -one.low))


@given(some, st.randoms())
def test_the_order_of_prompts_says_nothing(differences: np.ndarray, chance: st.DrawFn) -> None:
    shuffled = differences.tolist()
    chance.shuffle(shuffled)
    one, other = effect(differences), effect(shuffled)
    assert (other.low, other.high) == pytest.approx((one.low, one.high))


@given(some)
def test_more_confidence_is_a_wider_interval(differences: np.ndarray) -> None:
    wide, narrow = effect(differences, confidence=0.99), effect(differences, confidence=0.9)
    assert wide.low <= narrow.low <= narrow.high <= wide.high


@given(some)
def test_a_larger_reach_only_changes_the_unit(differences: np.ndarray) -> None:
    one, two = effect(differences), effect(2 * differences, reach=2)
    assert (two.difference, two.low, two.high) == pytest.approx(
        (2 * one.difference, 2 * one.low, 2 * one.high), abs=1e-9
    )


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))
def test_of_prompts_alone_that_are_right_or_wrong_it_is_that_of_pairs(up: int, down: int, no: int) -> None:
    found = effect([1.0] * up + [-1.0] * down + [0.0] * (no + 2))
    assert (found.low, found.high) == difference_interval(Pairs(no + 2, down, up, 0))
    assert found.groups == found.prompts and found.design_effect == pytest.approx(1)


in_groups = st.lists(st.tuples(st.sampled_from((-1, 0, 0, 1)), st.integers(0, 12)), min_size=2, max_size=60)
Prompts = list[tuple[int, int]]


def of(prompts: Prompts) -> Effect:
    return effect([difference for difference, _ in prompts], [group for _, group in prompts])


@settings(deadline=None)
@given(in_groups)
def test_in_groups_too_the_other_way_round_everything_is_mirrored(prompts: Prompts) -> None:
    one, other = of(prompts), of([(-difference, group) for difference, group in prompts])
    assert (other.difference, other.low, other.high) == pytest.approx((-one.difference, -one.high, -one.low))
    assert one.low <= one.difference + 1e-9 and one.difference - 1e-9 <= one.high


@settings(deadline=None)
@given(st.lists(st.sampled_from((-1, 0, 0, 1)), min_size=2, max_size=60), st.integers(2, 20))
def test_copies_of_every_prompt_in_a_group_with_it_say_nothing_more(differences: list[int], times: int) -> None:
    once, often = effect(differences), effect(differences * times, [*range(len(differences))] * times)
    assert often.difference == pytest.approx(once.difference) and often.groups == once.groups
    assert often.low <= once.low + 1e-9 and once.high - 1e-9 <= often.high


@settings(deadline=None)
@given(in_groups)
def test_groups_never_narrow_the_interval(prompts: Prompts) -> None:
    apart, together = effect([difference for difference, _ in prompts]), of(prompts)
    assert together.low <= apart.low + 1e-9 and apart.high - 1e-9 <= together.high


def test_a_whole_group_that_is_lost_weighs_as_one_loss_and_not_as_ten() -> None:
    lost = [(-1, 0)] * 10 + [(0, group) for group in range(1, 30) for _ in range(10)]
    scattered = [(-1 if place == 0 and group < 10 else 0, group) for group in range(30) for place in range(10)]
    assert of(lost).difference == of(scattered).difference
    assert of(lost).low < of(scattered).low
    assert of(lost).design_effect == pytest.approx(10)


def test_a_few_large_groups_are_few_whatever_stands_alone_beside_them() -> None:
    prompts = [(0, "one")] * 100 + [(0, f"{number}") for number in range(100)]
    found = effect([difference for difference, _ in prompts], [group for _, group in prompts])
    assert found.groups == 3 and found.low < -0.5


def test_differences_by_chance_do_not_hide_that_no_whole_group_was_met() -> None:
    """Of 60 groups of ten, a fifth of all prompts differ, as many either way: as clear of a loss of 5 points as 200."""
    noise = [(-1 if place == 0 else 1 if place == 1 else 0, group) for group in range(60) for place in range(10)]
    assert effect([difference for difference, _ in noise]).low > -0.05
    assert of(noise).low < -0.05


def test_what_nobody_has_seen_is_feared_in_whole_groups() -> None:
    """Nothing differs: of 300 prompts alone no more than 1.3 points are lost, of 30 groups of ten ten times as many."""
    alone, groups = effect([0.0] * 300), effect([0.0] * 300, [number // 10 for number in range(300)])
    assert alone.low == pytest.approx(-3.8415 / (300 + 3.8415), abs=1e-4)
    feared = 0.75 + 0.25 / 10  # of Student's quantile of 29 degrees, squared
    assert groups.low == pytest.approx(-4.183 * feared / (30 + 4.183 * feared), abs=1e-3)


@settings(deadline=None)
@given(in_groups, in_groups)
def test_the_sums_of_two_suites_add_up_to_those_of_both(one: Prompts, other: Prompts) -> None:
    sums = [Sums.of([d for d, _ in prompts], [group for _, group in prompts]) for prompts in (one, other)]
    both = of([*one, *((difference, group + 100) for difference, group in other)])
    found = (sums[0] + sums[1]).effect()
    assert (found.low, found.high, found.groups) == pytest.approx((both.low, both.high, both.groups))


def test_one_group_says_nothing() -> None:
    found = effect([1.0] * 50, ["all"] * 50)
    assert (found.low, found.high, found.groups) == (-1, 1, 1)


@settings(deadline=None)
@given(st.lists(st.sampled_from((-1, 0, 1)), min_size=1, max_size=60))
def test_of_prompts_alone_the_sign_flip_is_mcnemars_mid_p(differences: list[int]) -> None:
    pairs = Pairs(0, differences.count(-1), differences.count(1), differences.count(0))
    assert sign_flip(differences) == pytest.approx(mcnemar(pairs))


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.sampled_from((-1, 0, 1)), st.integers(0, 7)), min_size=1, max_size=30))
def test_the_sign_flip_counts_every_way_in_which_groups_could_turn(prompts: Prompts) -> None:
    differences, groups = [d for d, _ in prompts], [group for _, group in prompts]
    totals = [sum(d for d, own in prompts if own == group) for group in sorted(set(groups))]
    sums = [abs(sum(sign * total for sign, total in zip(signs, totals, strict=True))) for signs in turns(len(totals))]
    seen = abs(sum(totals))
    share = sum(one > seen for one in sums) / len(sums) + sum(one == seen for one in sums) / len(sums) / 2
    assert sign_flip(differences, groups) == pytest.approx(share if seen else 1.0)


def turns(many: int) -> Iterator[tuple[int, ...]]:
    return product((-1, 1), repeat=many)


@pytest.mark.parametrize("scale", [0.3, 0.8])
def test_of_many_prompts_it_is_students_interval(scale: float) -> None:
    differences = np.random.default_rng(0).uniform(-scale, scale, 2000)
    student = ttest_1samp(differences, 0).confidence_interval()
    found = effect(differences)
    assert (found.low, found.high) == pytest.approx((student.low, student.high), abs=0.0005)


def test_variants_that_always_agree_count_as_one_answer() -> None:
    first, second = [1.0, 0, 1, 0, 1, 1, 0, 1] * 5, [1.0, 1, 1, 1, 1, 0, 0, 1] * 5
    clusters = list(range(40))
    once, thrice = paired_effect(first, second, clusters), paired_effect(first * 3, second * 3, clusters * 3)
    assert once == thrice


def test_variants_that_differ_by_themselves_say_more_than_one_answer() -> None:
    rng = np.random.default_rng(0)
    clusters = list(range(60)) * 4
    first, second = rng.random(240) < 0.5, rng.random(240) < 0.6
    one = paired_effect(first[:60], second[:60], clusters[:60])
    four = paired_effect(first, second, clusters)
    assert four.high - four.low < 0.6 * (one.high - one.low)


def test_each_prompt_weighs_the_same_however_many_variants_it_has() -> None:
    assert means([1, 0, 0, 0, 1], ["a", "a", "a", "a", "b"]) == {"a": 0.25, "b": 1.0}
    assert paired_effect([0, 0, 0, 0, 0], [1, 0, 0, 0, 1], ["a", "a", "a", "a", "b"]).difference == 0.625


def test_one_prompt_in_grades_says_nothing() -> None:
    assert (effect([0.5]).low, effect([0.5]).high) == (-1, 1)


@pytest.mark.parametrize("differences", [[], [1.5], [float("nan")], [[0.1, 0.2]]])
def test_what_is_no_difference_of_scores_is_refused(differences: list[float]) -> None:
    with pytest.raises(ValueError, match="difference"):
        effect(differences)
    with pytest.raises(ValueError, match="cluster"):
        means([1, 0], ["a"])


def test_ten_thousand_prompts_take_well_under_a_second() -> None:
    scores = np.random.default_rng(0).random((2, 40_000))
    clusters = [f"prompt-{number % 10_000}" for number in range(40_000)]
    begun = time.process_time()
    assert paired_effect(*scores, clusters).prompts == 10_000
    assert time.process_time() - begun < 0.5


@pytest.mark.filterwarnings("ignore::scipy.stats.DegenerateDataWarning", "ignore:invalid value:RuntimeWarning")
def test_the_bootstrap_knows_too_little_of_few_prompts() -> None:
    """Why it is not taken: 30 prompts of four variants that are alike, the models mostly right, and alike too.

    Runs without any difference, where it has no interval at all, are even left out."""
    world = several(single(0.8, 0.108, -0.05), 4, 0.5)
    rng = np.random.default_rng(0)
    drawn = (world.second - world.first)[rng.choice(world.shares.size, (2000, 30), p=world.shares)]
    bca = bootstrap((drawn,), np.mean, axis=1, n_resamples=999, batch=50, method="BCa", rng=rng).confidence_interval
    ups, downs = np.maximum(drawn, 0).sum(axis=1), np.maximum(-drawn, 0).sum(axis=1)
    low, high = Sums.alone(30, ups, downs, (drawn**2).sum(axis=1)).bounds()
    assert ((bca.low <= -0.05) & (bca.high >= -0.05))[np.isfinite(bca.low)].mean() < 0.9
    assert 0.94 < ((low <= -0.05) & (high >= -0.05)).mean() < 0.995
