"""Requests and what was done to a server meanwhile → what its users saw of it. Pure.

It knows nothing of how a server is broken or load put on. All moments are seconds since 1970, by this machine's clock.
"""

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from evalharness.runs.rows.load import FaultRow, RequestRow

USUAL_SECONDS = 10.0  # before a fault, in which the usual wait is looked up


@dataclass(frozen=True)
class Outage:
    """What the users of one endpoint saw of one fault, from its beginning to that of the next (or the load's end).

    `first_error` and `last_error` are in seconds since the fault began, None without errors. `silence` is the longest
    time in which no answer came to its end. `recovered`: from the fault's end until an answer was whole that had been
    asked for since; None: never. `usual` and `during` are median waits for an answer, before the fault and while it
    lasted; None where there was none.
    """

    fault: str
    server: str
    endpoint: str
    lasted: float
    answers: int
    errors: dict[str, int]
    first_error: float | None
    last_error: float | None
    silence: float
    recovered: float | None
    usual: float | None
    during: float | None


def outages(rows: Sequence[RequestRow], faults: Sequence[FaultRow], endpoints: Sequence[str]) -> list[Outage]:
    """Of every fault, in turn, one for each endpoint. `rows` of phase `cut` count as neither answer nor error."""
    over = max((row.started + row.seconds for row in rows), default=0.0)
    ends = [fault.began for fault in faults[1:]] + [over]
    return [
        outage([row for row in rows if row.endpoint == endpoint and row.phase != "cut"], fault, end, endpoint)
        for fault, end in zip(faults, ends, strict=True)
        for endpoint in endpoints
    ]


def outage(rows: Sequence[RequestRow], fault: FaultRow, end: float, endpoint: str) -> Outage:
    """`rows` are all of one endpoint; `end` is where the fault's time is over."""
    mine = [row for row in rows if fault.began <= row.started + row.seconds <= end]
    answered = sorted(row.started + row.seconds for row in mine if not row.error)
    failed = sorted(row.started + row.seconds - fault.began for row in mine if row.error)
    since = [row.started + row.seconds for row in mine if not row.error and row.started >= fault.ended]
    moments = [fault.began, *answered, end]
    before = [row for row in rows if fault.began - USUAL_SECONDS <= row.started + row.seconds < fault.began]
    return Outage(
        fault=fault.fault,
        server=fault.server,
        endpoint=endpoint,
        lasted=fault.ended - fault.began,
        answers=len(answered),
        errors=dict(Counter(row.error.kind for row in mine if row.error)),
        first_error=failed[0] if failed else None,
        last_error=failed[-1] if failed else None,
        silence=max(later - earlier for earlier, later in itertools.pairwise(moments)),
        recovered=min(since) - fault.ended if since else None,
        usual=waited(before),
        during=waited([row for row in mine if row.started + row.seconds <= fault.ended]),
    )


def waited(rows: Sequence[RequestRow]) -> float | None:
    waits = [row.seconds for row in rows if not row.error]
    return median(waits) if waits else None


@dataclass(frozen=True)
class Account:
    """Of one endpoint: requests that the users sent, rows that were written of them, and rows written twice."""

    asked: int
    rows: int
    twice: int

    @property
    def whole(self) -> bool:
        return self.asked == self.rows and not self.twice


def accounts(rows: Sequence[RequestRow], asked: dict[str, int]) -> dict[str, Account]:
    """No request of a user begins while its last is under way, so a moment and a prompt are one request's alone."""
    found = {}
    for endpoint, count in asked.items():
        seen = Counter((row.started, row.prompt) for row in rows if row.endpoint == endpoint)
        found[endpoint] = Account(count, seen.total(), seen.total() - len(seen))
    return found
