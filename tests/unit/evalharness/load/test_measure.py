"""Request rows become latencies and rates by the definitions of the module."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.load.measure import latencies, measured_block, percentile, percentiles, rate, samples
from tests.parts import block, failed, requested


@given(st.floats(0.001, 10), st.floats(0.0001, 1), st.integers(2, 200))
def test_a_steady_stream_has_the_same_itl_and_tpot(ttft: float, gap: float, tokens: int) -> None:
    found = latencies(requested(chunks=[ttft + gap * n for n in range(tokens)]))
    assert found["ttft"] == pytest.approx([ttft])
    assert found["itl"] == pytest.approx([gap] * (tokens - 1), rel=1e-6)
    assert found["tpot"] == pytest.approx([gap], rel=1e-6)
    assert found["e2e"] == pytest.approx([ttft + gap * (tokens - 1)])


def test_several_tokens_in_a_chunk_count_in_tpot_and_throughput_but_are_one_itl() -> None:
    row = requested(chunks=[1.0, 2.0, 3.0], output_tokens=9)
    assert latencies(row)["itl"].size == 2
    assert latencies(row)["tpot"] == pytest.approx([2 / 8])
    assert measured_block([row], block()).tokens == 9


def test_throughput_is_what_the_blocks_brought_over_their_length() -> None:
    rows = [requested(chunks=[0.1, 0.2]), requested(chunks=[0.1, 0.2, 0.3]), requested(chunks=[], error=failed("x"))]
    blocks = [measured_block(rows, block(seconds=0.5)), measured_block(rows[:1], block(seconds=1.5))]
    assert rate(blocks, "tokens") == pytest.approx((2 + 3 + 2) / 2)
    assert rate(blocks, "requests") == pytest.approx(3 / 2)
    assert rate([], "tokens") is None


def test_a_failed_request_has_no_latencies() -> None:
    found = measured_block([requested(chunks=[0.5]), requested(chunks=[0.1], error=failed("cut_stream"))], block())
    assert list(samples([found, found], "ttft")) == [0.5, 0.5]
    assert samples([], "ttft").size == 0


@given(st.lists(st.floats(0, 100), min_size=1, max_size=200), st.sampled_from([50, 90, 95, 99, 99.9]))
def test_a_percentile_is_the_smallest_sample_that_enough_do_not_exceed(values: list[float], q: float) -> None:
    found = percentile(np.array(values), q)
    assert found in values
    assert sum(value <= found for value in values) >= len(values) * q / 100 - 1e-9
    assert sum(value < found for value in values) < len(values) * q / 100


def test_without_samples_there_is_no_percentile() -> None:
    assert percentile(np.empty(0), 50) is None


@given(values=st.lists(st.floats(0, 1000), max_size=200))
def test_percentiles_of_several_are_those_of_each(values: list[float]) -> None:
    found = percentiles(np.array(values), (50, 95, 99.9))
    assert found == {f"p{q:g}": percentile(np.array(values), q) for q in (50, 95, 99.9)}
