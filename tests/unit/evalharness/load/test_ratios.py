"""Ratios of two endpoints and their intervals."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from evalharness.load.measure import LATENCIES, Samples
from evalharness.load.ratios import LATENCY_RATIOS, RATE_RATIOS, expanded_tail, ratios, resampled_percentile
from evalharness.runs.summaries import Estimate

METRICS = {*LATENCY_RATIOS, *RATE_RATIOS}


def drawn(seed: int, slower: tuple[float, ...] = (1,) * 10) -> Samples:
    """Ten rounds of two seconds, five requests in every second; the latencies of each round multiplied by `slower`."""
    rounds = (2,) * 10
    rng, count = np.random.default_rng(seed), sum(rounds)
    factors = np.repeat(np.repeat(slower, rounds), 5)
    return Samples(
        rounds=rounds,
        seconds=np.ones(count),
        tokens=rng.normal(100, 5, count),
        finished=np.full(count, 5.0),
        values={name: rng.gamma(20, 0.05, 5 * count) * factors for name in LATENCIES},
        slices={name: np.repeat(np.arange(count), 5) for name in LATENCIES},
    )


def by_metric(first: Samples, second: Samples) -> dict[str, Estimate]:
    return {entry.metric: found for entry in ratios(first, second, seed=0) if (found := entry.estimate)}


def test_an_endpoint_against_itself_is_one_and_its_interval_contains_one() -> None:
    found = by_metric(drawn(1), drawn(1))
    assert set(found) == METRICS
    for ratio, low, high in found.values():
        assert ratio == 1 and low <= 1 <= high


@pytest.mark.parametrize("k", [0.25, 3.0])
def test_a_second_endpoint_k_times_as_slow_has_k_times_the_ratio(k: float) -> None:
    first, second = drawn(1), drawn(2)
    scaled = replace(second, values={name: values * k for name, values in second.values.items()})
    plain, slower = by_metric(first, second), by_metric(first, scaled)
    for metric in LATENCY_RATIOS:
        assert slower[metric] == pytest.approx([k * value for value in plain[metric]])


def test_an_interval_holds_its_ratio_and_a_clear_difference_excludes_one() -> None:
    found = by_metric(drawn(1), drawn(2, slower=(2,) * 10))
    for ratio, low, high in found.values():
        assert low <= ratio <= high
    assert found["ttft_p95"][1] > 1.5
    assert found["requests_per_s"] == (1, 1, 1)


def test_rounds_that_disagree_widen_the_interval() -> None:
    def width(slower: tuple[float, ...]) -> float:
        _, low, high = by_metric(drawn(1), drawn(2, slower=slower))["e2e_p50"]
        return high / low

    assert width((1, 2) * 5) > 1.5 * width((1,) * 10)


def test_what_both_endpoints_suffered_in_the_same_round_falls_out() -> None:
    hiccup = (1, 3) * 5
    _, low, high = by_metric(drawn(1, slower=hiccup), drawn(2, slower=hiccup))["ttft_p50"]
    assert 0.8 < low < 1 < high < 1.25


def test_fewer_rounds_make_an_interval_less_sure() -> None:
    tails = [expanded_tail(rounds) for rounds in (2, 4, 10, 1000)]
    assert tails == sorted(tails)
    assert tails[-2:] == pytest.approx([0.0086, 0.025], abs=0.0002)


def test_an_interval_of_ten_short_rounds_holds_the_true_ratio_nearly_as_often_as_it_says() -> None:
    """Two equal endpoints; each round as a whole 10 % faster or slower, each second 5 %."""
    rng, rounds, seconds, runs = np.random.default_rng(0), 10, 2, 200

    def side() -> Samples:
        noise = np.repeat(rng.normal(0, 0.1, rounds), seconds) + rng.normal(0, 0.05, rounds * seconds)
        return Samples(
            rounds=(seconds,) * rounds,
            seconds=np.ones(rounds * seconds),
            tokens=np.exp(noise),
            finished=np.exp(noise),
            values={name: np.empty(0) for name in LATENCIES},
            slices={name: np.empty(0, np.int64) for name in LATENCIES},
        )

    intervals = [by_metric(side(), side())["output_tokens_per_s"] for _ in range(runs)]
    assert 0.91 <= sum(low <= 1 <= high for _, low, high in intervals) / runs <= 0.99


def test_the_same_seed_gives_the_same_interval() -> None:
    assert ratios(drawn(1), drawn(2), seed=7) == ratios(drawn(1), drawn(2), seed=7)
    assert ratios(drawn(1), drawn(2), seed=7) != ratios(drawn(1), drawn(2), seed=8)


def test_where_an_endpoint_answered_nothing_there_is_no_ratio() -> None:
    count = 20
    silent = replace(
        drawn(1),
        tokens=np.zeros(count),
        finished=np.zeros(count),
        values={name: np.empty(0) for name in LATENCIES},
        slices={name: np.empty(0, np.int64) for name in LATENCIES},
    )
    for entry in ratios(silent, drawn(2), seed=0):
        assert (entry.ratio, entry.low, entry.high) == (None, None, None)


@settings(deadline=None)
@given(
    arrays.arrays(float, st.integers(1, 60), elements=st.integers(0, 50).map(float)),
    arrays.arrays(np.int64, 60, elements=st.integers(0, 4)),
    arrays.arrays(np.int64, 5, elements=st.integers(0, 3)),
    st.sampled_from([50, 95]),
)
def test_a_resampled_percentile_is_that_of_the_samples_repeated(
    values: np.ndarray, slices: np.ndarray, times: np.ndarray, q: int
) -> None:
    slices = slices[: values.size]
    repeated = np.repeat(values, times[slices])
    found = resampled_percentile(values, slices, times[None, :].astype(float), q)[0]
    if repeated.size:
        assert found == np.percentile(repeated, q, method="inverted_cdf")
    else:
        assert np.isnan(found)
