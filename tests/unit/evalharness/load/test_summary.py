"""The summary of a load run: its shape, and what it warns of."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from evalharness.load.collecting import Collected
from evalharness.load.profile import DEFAULT
from evalharness.load.summary import summarise
from evalharness.report.terminal.load import so_far, table
from evalharness.runs.rows.load import RequestRow
from evalharness.runs.summaries.load import LoadSummary
from tests.parts import NAMES, block, failed, requested

PROFILE = replace(DEFAULT, users=2, seconds=100, output_tokens=10)
CHUNKS = [0.1 + 0.01 * n for n in range(10)]


def measured(
    seconds: dict[str, Sequence[float]] | None = None, cpu: float = 0.1, pairs: int = 12, **of_tuned: object
) -> Collected:
    """A load of so many pairs; `seconds` is how long each side's blocks took, in turn, 0.5 if it is not told."""
    found = Collected(PROFILE, NAMES)
    for pair in range(pairs):
        for side, name in enumerate(NAMES):
            lengths = (seconds or {}).get(name, [0.5])
            more = of_tuned if name == "tuned" else {}
            rows: list[RequestRow] = [
                requested(endpoint=name, pair=pair, **{"chunks": CHUNKS, "output_tokens": 10, **more})
                for _ in range(PROFILE.users)
            ]
            length = lengths[pair % len(lengths)]
            found.add(
                rows,
                block(
                    endpoint=name, pair=pair, started=2.0 * pair + side, seconds=length, client_cpu_seconds=cpu * length
                ),
            )
    return found


def summary(**more: object) -> LoadSummary:
    return summarise(measured(**more))  # type: ignore[arg-type]


def test_equal_endpoints_warn_of_nothing() -> None:
    found = summary()
    assert found.warnings == found.invalid == ()
    assert [side.name for side in found.endpoints] == ["base", "tuned"]
    assert found.endpoints[0].requests == 24 and found.endpoints[0].seconds == 6
    assert found.endpoints[0].output_tokens_per_s == pytest.approx(40)
    assert (found.pairs, found.seconds) == (12, 23.5)
    assert set(found.endpoints[0].e2e) == {"p50", "p90", "p95", "p99", "p99.9"}


def test_a_load_generator_that_used_its_whole_core_is_named_as_the_bottleneck() -> None:
    reasons = summary(cpu=0.95).invalid
    assert len(reasons) == 2
    assert "used 95% of a core against base: it was the bottleneck. It takes fewer users (--users, LOAD_" in reasons[0]


def test_answers_of_another_length_are_named_as_unequal_work() -> None:
    (reason,) = summary(output_tokens=9).invalid
    assert "24 of 48 answers were not --output-tokens 10 long" in reason


def test_answers_that_came_in_bursts_make_ttft_itl_and_tpot_unreliable_but_not_the_run_invalid() -> None:
    found = summary(chunks=[0.9] * 9 + [1.0])
    (warning,) = found.warnings
    assert warning.startswith("The answers of tuned came in bursts (89% of the gaps between chunks are below 0.200 ms)")
    assert "TTFT, ITL and TPOT are unreliable" in warning
    assert found.invalid == ()


def test_a_side_that_stalls_now_and_then_is_named_though_its_usual_block_is_as_fast() -> None:
    found = summary(pairs=100, seconds={"tuned": [0.5] * 9 + [5.0]})
    (warning,) = found.warnings
    assert warning.startswith("tuned stalls: 10% of its blocks took more than twice as long as its usual ones, 0% of")
    assert "e2e_p95" in warning
    assert {ratio.metric: ratio.ratio for ratio in found.ratios}["output_tokens_per_s"] == pytest.approx(1)


def test_stalls_that_both_have_are_the_machines() -> None:
    hit = [0.5] * 9 + [5.0]
    assert summary(pairs=100, seconds={"base": hit[::-1], "tuned": hit}).warnings == ()


def test_too_few_requests_for_a_percentile_are_named() -> None:
    assert summary(pairs=9).warnings == tuple(
        f"Only 18 requests of {name} were measured: their p95 is little else than their maximum. "
        "It takes a longer load (--seconds, LOAD_SECONDS in .env)."
        for name in NAMES
    )


def test_an_endpoint_that_answered_nothing_has_no_latencies_and_leaves_no_pair() -> None:
    found = summary(chunks=[], error=failed("connection"))
    _, tuned = found.endpoints
    assert (tuned.errors, tuned.error_rate, tuned.output_tokens_per_s) == ({"connection": 24}, 1, 0)
    assert set(tuned.ttft.values()) == {None}
    assert "12 of 12 pairs of blocks have a failed request in them and are left out" in found.warnings[0]
    assert all(ratio.ratio is None for ratio in found.ratios)


def test_the_table_shows_errors_by_kind_and_dashes_for_what_was_not_measured() -> None:
    shown = table(summary(chunks=[], error=failed("connection")))
    cells = {
        title: list(column.cells) for title, column in zip(("", "base", "tuned", "ratio"), shown.columns, strict=True)
    }
    at = cells[""].index
    assert cells["tuned"][at("errors")] == "100.0% (connection 24)"
    assert cells["base"][at("TTFT p95 (ms)")] == "100.0"
    assert cells["tuned"][at("TTFT p95 (ms)")] == cells["ratio"][at("TTFT p95 (ms)")] == "-"


def test_the_line_while_it_runs_tells_the_time_the_pairs_and_each_ratio_with_its_interval() -> None:
    assert so_far(measured(), ("e2e_p50", "ttft_p95")) == (
        "24 of at most 100 s, 12 pairs: tuned / base e2e p50 1.00 (1.00 to 1.00), TTFT p95 -"
    )
