"""Ratios of two endpoints and their intervals, from pairs of blocks."""

import numpy as np
import pytest

from evalharness.load.measure import LATENCIES, Block, Pair
from evalharness.load.ratios import METRICS, log_ratios, pairs_a_ratio, ratio
from evalharness.runs.summaries.load import Ratio

USERS = 8


def blocks(slowness: np.ndarray, requests: int = USERS, seed: int = 0) -> list[Block]:
    """One for each factor by which all in it takes longer."""
    rng = np.random.default_rng(seed)
    values = rng.uniform(0.9, 1.1, (slowness.size, requests))
    return [
        Block(
            seconds=slow,
            tokens=requests * 64,
            requests=requests,
            values=dict.fromkeys(LATENCIES, of_block * slow),
        )
        for slow, of_block in zip(slowness, values, strict=True)
    ]


def pairs(first: np.ndarray, second: np.ndarray, **more: int) -> list[Pair]:
    return list(zip(blocks(first, **more), blocks(second, **more), strict=True))


def noise(count: int, seed: int = 1, spread: float = 0.1) -> np.ndarray:
    return np.exp(spread * np.random.default_rng(seed).standard_normal(count))


def found(of: list[Pair], metric: str) -> Ratio:
    return ratio(of, metric, USERS, 0.95)


def width(of: Ratio) -> float:
    assert of.low and of.high
    return of.high / of.low


@pytest.mark.parametrize("metric", METRICS)
def test_an_endpoint_against_itself_is_one(metric: str) -> None:
    same = noise(130)
    assert found(pairs(same, same), metric).ratio == pytest.approx(1)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("k", [0.25, 3.0])
def test_a_second_endpoint_k_times_as_slow_has_k_times_the_ratio(metric: str, k: float) -> None:
    first, second = noise(130), noise(130, seed=2)
    plain, slower = found(pairs(first, second), metric), found(pairs(first, second * k), metric)
    factor = 1 / k if metric.endswith("_per_s") else k
    for value, of_slower in ((plain.ratio, slower.ratio), (plain.low, slower.low), (plain.high, slower.high)):
        assert value and of_slower == pytest.approx(factor * value)


def test_what_both_blocks_of_a_pair_suffered_falls_out() -> None:
    hiccups = np.where(np.arange(60) % 7 == 0, 5.0, 1.0)
    calm = found(pairs(noise(60), noise(60, 2)), "e2e_p50")
    both = found(pairs(noise(60) * hiccups, noise(60, 2) * hiccups), "e2e_p50")
    assert (both.ratio, both.low, both.high) == pytest.approx((calm.ratio, calm.low, calm.high))


def test_a_block_that_was_hit_alone_moves_a_median_hardly_and_a_mean_far() -> None:
    second = noise(60, 2)
    second[::10] *= 20
    hit = found(pairs(noise(60), second), "output_tokens_per_s")
    assert hit.ratio == pytest.approx(1, abs=0.1) and hit.low and hit.low > 0.8


def test_more_pairs_narrow_the_interval_and_pairs_that_disagree_widen_it() -> None:
    few, many = (found(pairs(noise(count), noise(count, 2)), "e2e_p50") for count in (30, 270))
    assert 2 < np.log(width(few)) / np.log(width(many)) < 4.5
    rough = found(pairs(noise(30, spread=0.3), noise(30, 2, spread=0.3)), "e2e_p50")
    assert width(rough) > width(few)


@pytest.mark.parametrize(
    ("metric", "users", "pooled"),
    [("e2e_p50", 8, 1), ("requests_per_s", 8, 1), ("e2e_p95", 8, 13), ("ttft_p95", 100, 1), ("itl_p95", 1, 100)],
)
def test_a_tail_is_taken_of_so_many_pairs_that_requests_lie_beyond_it(metric: str, users: int, pooled: int) -> None:
    assert pairs_a_ratio(metric, users) == pooled


def test_a_ratio_of_a_tail_is_that_of_the_pooled_requests_and_what_is_left_over_waits() -> None:
    of = pairs(noise(30), noise(30, 2))
    logs = log_ratios(of, "e2e_p95", 13)
    firsts = np.concatenate([first.values["e2e"] for first, _ in of[13:26]])
    seconds = np.concatenate([second.values["e2e"] for _, second in of[13:26]])
    p95 = [float(np.percentile(side, 95, method="inverted_cdf")) for side in (firsts, seconds)]
    assert logs.size == 2 and logs[1] == pytest.approx(np.log(p95[1] / p95[0]))
    entry = found(of, "e2e_p95")
    assert (entry.ratios, entry.pairs_a_ratio, entry.low, entry.high) == (2, 13, None, None)


def test_where_nothing_was_measured_there_is_no_ratio() -> None:
    nothing = Block(seconds=1.0, tokens=0, requests=0, values=dict.fromkeys(LATENCIES, np.empty(0)))
    for metric in METRICS:
        for of in ([], [(nothing, nothing)]):
            entry = found(of, metric)
            assert (entry.ratio, entry.low, entry.high, entry.ratios) == (None, None, None, 0)
