"""The summary of a load run: its shape, and what it warns of."""

from dataclasses import replace

import pytest

from evalharness.load.profile import LoadProfile
from evalharness.load.summary import summarise
from evalharness.report.load_terminal import table
from evalharness.runs.rows import RequestRow, RoundRow
from evalharness.runs.summaries import LoadSummary
from tests.parts import failed, requested

PROFILE = LoadProfile(users=1, seconds=10, output_tokens=10)
ROUNDS = [
    RoundRow(endpoint=name, round=number, started=100.0 * number, seconds=5.0, client_cpu_seconds=0.5)
    for name in ("base", "tuned")
    for number in (1, 2)
]


def rows(ttft: float = 0.1, gap: float = 0.01, tokens: int = 10, every: float = 0.5) -> list[RequestRow]:
    """A request every `every` seconds in each window."""
    chunks = [ttft + gap * n for n in range(10)]
    return [
        requested(
            endpoint=window.endpoint,
            round=window.round,
            started=window.started + every * n,
            chunks=chunks,
            output_tokens=tokens,
        )
        for window in ROUNDS
        for n in range(int(5 / every))
    ]


def summary(requests: list[RequestRow], rounds: list[RoundRow] = ROUNDS) -> LoadSummary:
    return summarise(PROFILE, ["base", "tuned"], requests, rounds)


def test_equal_endpoints_on_a_quiet_machine_warn_of_nothing() -> None:
    found = summary(rows())
    assert found.warnings == found.invalid == ()
    assert [side.name for side in found.endpoints] == ["base", "tuned"]
    assert found.endpoints[0].requests == 20 and found.endpoints[0].seconds == 10
    assert found.endpoints[0].output_tokens_per_s == pytest.approx(20)


def test_a_load_generator_that_used_its_whole_core_is_named_as_the_bottleneck() -> None:
    busy = [replace(window, client_cpu_seconds=4.75) if window is ROUNDS[3] else window for window in ROUNDS]
    (reason,) = summary(rows(), busy).invalid
    assert "up to 95% of a core against tuned (round 2)" in reason and "--users, LOAD_USERS" in reason


def test_answers_of_another_length_are_named_as_unequal_work() -> None:
    (reason,) = summary(rows(tokens=9)).invalid
    assert "40 of 40 answers were not --output-tokens 10 long" in reason


def test_answers_that_came_in_bursts_make_ttft_itl_and_tpot_unreliable_but_not_the_run_invalid() -> None:
    bursts = [replace(row, chunks=[0.9] * 9 + [1.0], seconds=1.0) for row in rows()]
    streamed = [row if row.endpoint == "base" else burst for row, burst in zip(rows(), bursts, strict=True)]
    (warning,) = summary(streamed).warnings
    assert warning.startswith("The answers of tuned came in bursts (89% of the gaps between chunks are below 0.200 ms)")
    assert "TTFT, ITL and TPOT are unreliable" in warning
    assert summary(streamed).invalid == ()


def test_rounds_of_one_endpoint_that_disagree_are_named() -> None:
    slow_once = [row for row in rows() if (row.endpoint, row.round) != ("tuned", 2) or row.started < 202.5]
    warning, _ = summary(slow_once).warnings
    assert warning.startswith("The rounds of tuned differ: 10.0 to 20.0 output tokens/s")


def test_too_few_requests_for_a_percentile_are_named() -> None:
    assert summary(rows(every=0.6)).warnings == tuple(
        f"Only 16 requests of {name} were measured: their p95 is little else than their maximum. "
        "It takes a longer load (--seconds, LOAD_SECONDS in .env)."
        for name in ("base", "tuned")
    )


def test_the_table_shows_errors_by_kind_and_dashes_for_what_was_not_measured() -> None:
    dead = [replace(row, error=failed("connection")) if row.endpoint == "tuned" else row for row in rows()]
    shown = table(summary(dead))
    cells = {
        title: list(column.cells) for title, column in zip(("", "base", "tuned", "ratio"), shown.columns, strict=True)
    }
    at = cells[""].index
    assert cells["tuned"][at("errors")] == "100.0% (connection 20)"
    assert cells["base"][at("TTFT p95 (ms)")] == "100.0"
    assert cells["tuned"][at("TTFT p95 (ms)")] == cells["ratio"][at("TTFT p95 (ms)")] == "-"
