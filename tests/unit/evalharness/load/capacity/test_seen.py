"""What a probe knows at a moment: who was sent later and answered sooner does not count alone."""

import pytest

from evalharness.load.capacity.seen import Seen, taken
from evalharness.load.capacity.slo import ServiceLevel
from evalharness.runs.rows.capacity import ScheduledRow
from evalharness.runs.rows.parts import Error

AGREED = ServiceLevel("", "", {"ttft_p95": 0.5, "e2e_p95": 2.0}, errors=0.1)


def row(due: float, seconds: float = 0.3, error: str = "") -> ScheduledRow:
    return ScheduledRow(
        endpoint="base",
        probe=1,
        prompt="p",
        due=due,
        late=0.0,
        first_token=None if error else 0.1,
        last_token=None if error else 0.3,
        seconds=seconds,
        prompt_tokens=5,
        output_tokens=None if error else 3,
        error=Error(kind=error, detail="") if error else None,
    )


def test_latencies_are_counted_from_when_a_request_was_due_and_an_error_has_none() -> None:
    good, bad = taken(row(1.0)), taken(row(1.0, error="http_500"))
    assert (good.ttft, good.tpot, good.e2e) == (0.1, pytest.approx(0.1), 0.3)
    assert (bad.ttft, bad.tpot, bad.e2e) == (None, None, None)


def test_those_after_the_first_that_is_not_known_wait() -> None:
    seen = Seen(AGREED, 2.0, [taken(row(0.0)), taken(row(2.0))], under_way=[(1.0, 0.2)], now=2.5)
    ttft, e2e, answered = seen.series()
    assert list(ttft.hits) == [True, True, True]  # its first token came
    assert list(e2e.hits) == [True]
    assert list(answered.hits) == [True]


def test_who_has_taken_longer_than_is_granted_has_missed_without_having_ended() -> None:
    seen = Seen(AGREED, 2.0, [taken(row(0.0)), taken(row(2.0))], under_way=[(1.0, None)], now=3.5)
    ttft, e2e, _ = seen.series()
    assert list(ttft.hits) == [True, False, True]
    assert list(e2e.hits) == [True, False, True]
    assert e2e.strain[1] > 1


def test_an_error_misses() -> None:
    seen = Seen(AGREED, 2.0, [taken(row(0.0, error="connection"))], now=3.0)
    assert [list(one.hits) for one in seen.series()] == [[False], [False], [False]]
