"""Request rows become latencies, rates and error rates by the definitions of the module."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.load.measure import MOST_SLICES, figures, latencies, percentile, pooled, samples_of_round
from evalharness.runs.rows import RequestRow, RoundRow
from tests.parts import failed, requested

WINDOW = RoundRow(endpoint="base", round=1, started=1000.0, seconds=4.0, client_cpu_seconds=0.1)


def request(sent: float, ttft: float = 0.5, gap: float = 0.1, tokens: int = 5, **more: Any) -> RequestRow:
    """A row sent `sent` seconds after the window's start."""
    chunks = [ttft + gap * n for n in range(tokens)]
    phase = "warmup" if sent < 0 else "measured"
    return requested(
        **{"phase": phase, "started": WINDOW.started + sent, "chunks": chunks, "output_tokens": tokens, **more}
    )


FAILED = {"error": failed("timeout", "…")}


@given(st.floats(0.001, 10), st.floats(0.0001, 1), st.integers(2, 200))
def test_a_steady_stream_has_the_same_itl_and_tpot(ttft: float, gap: float, tokens: int) -> None:
    found = latencies(request(0, ttft, gap, tokens))
    assert found["ttft"] == pytest.approx([ttft])
    assert found["itl"] == pytest.approx([gap] * (tokens - 1), rel=1e-6)
    assert found["tpot"] == pytest.approx([gap], rel=1e-6)
    assert found["e2e"] == pytest.approx([ttft + gap * (tokens - 1)])


def test_several_tokens_in_a_chunk_count_in_tpot_and_throughput_but_are_one_itl() -> None:
    row = request(0, ttft=1, gap=1, tokens=3, output_tokens=9)
    assert latencies(row)["itl"].size == 2
    assert latencies(row)["tpot"] == pytest.approx([2 / 8])
    assert samples_of_round([row], WINDOW).tokens.sum() == pytest.approx(9)


def test_throughput_counts_what_arrived_inside_the_window() -> None:
    rows = [
        request(-0.85, ttft=0.5, gap=0.1),  # its tokens: -0.35 … 0.05; one arrives inside
        request(1.0, ttft=0.5, gap=0.1),  # all five inside
        request(3.35, ttft=0.5, gap=0.1),  # 3.85 … 4.25: two inside, and it ends outside
        request(2.0, **FAILED),
    ]
    found = samples_of_round(rows, WINDOW)
    assert found.tokens.sum() == pytest.approx(1 + 5 + 2)
    assert found.finished.sum() == 2


def test_latencies_are_of_the_requests_sent_in_the_window_alone() -> None:
    rows = [request(-0.2, ttft=9), request(0.2, ttft=1), request(3.9, ttft=2)]
    found = samples_of_round(rows, WINDOW)
    assert list(found.values["ttft"]) == [1, 2]
    assert list(found.slices["ttft"]) == [0, 3]


def test_a_failed_request_counts_as_an_error_of_its_kind_and_in_nothing_else() -> None:
    rows = [request(0.5), request(1.0, **FAILED), request(-1.0, **FAILED)]
    entry = figures("base", rows, samples_of_round(rows, WINDOW))
    assert (entry.requests, entry.errors, entry.error_rate) == (2, {"timeout": 1}, 0.5)
    assert entry.requests_per_s == pytest.approx(1 / 4)
    assert entry.ttft["p99"] == 0.5


def test_an_endpoint_that_answered_nothing_has_no_latencies() -> None:
    entry = figures("base", [], samples_of_round([], WINDOW))
    assert entry.error_rate is None and entry.ttft == {
        "p50": None,
        "p90": None,
        "p95": None,
        "p99": None,
    }
    assert entry.requests_per_s == entry.output_tokens_per_s == 0


def test_an_hour_is_cut_into_no_more_slices_than_the_bootstrap_can_take() -> None:
    found = samples_of_round([request(1800)], replace(WINDOW, seconds=3600.0))
    assert found.rounds == (MOST_SLICES,) and found.seconds.sum() == pytest.approx(3600)
    assert list(found.slices["e2e"]) == [MOST_SLICES // 2]


def test_rounds_pool_to_all_their_samples_and_seconds() -> None:
    first, second = samples_of_round([request(1)], WINDOW), samples_of_round([request(3), request(2)], WINDOW)
    both = pooled([first, second])
    assert both.rounds == (4, 4) and both.seconds.sum() == 8
    assert both.tokens.sum() == first.tokens.sum() + second.tokens.sum()
    assert list(both.slices["e2e"]) == [1, 4 + 3, 4 + 2]


@given(st.lists(st.floats(0, 100), min_size=1, max_size=200), st.sampled_from([50, 90, 95, 99]))
def test_a_percentile_is_the_smallest_sample_that_enough_do_not_exceed(values: list[float], q: int) -> None:
    found = percentile(np.array(values), q)
    assert found in values
    assert sum(value <= found for value in values) >= len(values) * q / 100 - 1e-9
    assert sum(value < found for value in values) < len(values) * q / 100
