"""What is known of a probe at one moment: the requests whose fate is sealed, statement by statement. Pure.

A request is known once it has ended, or once it has taken longer than a statement grants, ended or not. What is judged
is the schedule up to the first that is not known: whoever was sent later and answered sooner must not count alone.
"""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from evalharness.load.capacity.held import FAR, Series
from evalharness.load.capacity.slo import ServiceLevel, Statement
from evalharness.runs.rows.capacity import ScheduledRow


@dataclass(frozen=True, slots=True)
class Taken:
    """A request that ended, or that has been under way for `seconds`; times since it was due, None what never came."""

    due: float
    ttft: float | None
    tpot: float | None
    e2e: float | None
    seconds: float
    ended: bool


def taken(row: ScheduledRow) -> Taken:
    """Of an error, latencies are None: it misses whatever it did not come to."""
    tpot = None
    if not row.error and row.first_token is not None and row.last_token is not None and (row.output_tokens or 0) > 1:
        tpot = (row.last_token - row.first_token) / ((row.output_tokens or 0) - 1)
    return Taken(row.due, row.first_token, tpot, None if row.error else row.seconds, row.seconds, ended=True)


@dataclass
class Seen:
    """The requests of a probe so far, and those under way at `now`, in seconds since it began."""

    agreed: ServiceLevel
    patience: float
    ended: list[Taken] = field(default_factory=list)
    under_way: Sequence[tuple[float, float | None]] = ()
    now: float = 0.0

    def series(self) -> list[Series]:
        """One for each statement."""
        everything = [*self.ended, *self._waiting()]
        everything.sort(key=lambda one: one.due)
        return [self._of(column, statement, everything) for column, statement in enumerate(self.agreed.statements)]

    def _waiting(self) -> Iterable[Taken]:
        for due, first in self.under_way:
            yield Taken(due, first, None, None, self.now - due, ended=False)

    def _of(self, column: int, statement: Statement, everything: Sequence[Taken]) -> Series:
        known = list(itertools.takewhile(lambda one: self._known(statement, one), everything))
        hits = [self.agreed.hits(one.ttft, one.tpot, one.e2e)[column] for one in known]
        strain = [_strain(statement, one, hit) for one, hit in zip(known, hits, strict=True)]
        return Series(np.array(hits, bool), np.array(strain, float))

    def _known(self, statement: Statement, one: Taken) -> bool:
        if one.ended:
            return True
        if statement.latency == "ttft":
            return one.ttft is not None or one.seconds > statement.seconds
        if statement.latency == "e2e":
            return one.seconds > statement.seconds
        return one.seconds > self.patience


def _strain(statement: Statement, one: Taken, hit: bool) -> float:
    if statement.latency is None:
        return 0.0 if hit else FAR
    value = {"ttft": one.ttft, "tpot": one.tpot, "e2e": one.e2e}[statement.latency]
    if value is None:
        return 0.0 if hit else FAR
    return value / statement.seconds
