"""Probes of both endpoints in turn, on the same seeds, until both capacities are known or the time is up.

It acts, and lets search.py decide. probes.jsonl is all it goes by, so that a run can be resumed. It knows neither flags
nor what all of it comes to.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from evalharness.client.endpoints import Endpoint
from evalharness.errors import UsageError
from evalharness.load.arrivals import Arrivals
from evalharness.load.capacity import watch
from evalharness.load.capacity.plan import Order, Plan
from evalharness.load.capacity.probing import DRAIN, Probed, probe
from evalharness.load.capacity.process import Generators, generating
from evalharness.load.capacity.search import Next, Range, next_probe
from evalharness.load.capacity.server_metrics import Server
from evalharness.load.capacity.slo import ServiceLevel
from evalharness.load.capacity.summary import levels
from evalharness.runs.jsonl import append_row, open_rows, read_rows
from evalharness.runs.rows.capacity import ProbeRow, redacted


class Progress(Protocol):
    """Who is told how far it is: of the probe under way, and of each that has ended, with all until then."""

    def update(self, said: str) -> None: ...
    def probed(self, row: ProbeRow, rows: Sequence[ProbeRow]) -> None: ...


@dataclass
class Turns:
    """The searches of both endpoints in a run's folder; `rows` are its probes, those of before it was resumed too."""

    folder: Path
    endpoints: Sequence[Endpoint]
    agreed: ServiceLevel
    process: Arrivals
    plan: Plan
    within: Range
    output_tokens: int
    seed: int

    def __post_init__(self) -> None:
        self.servers = [Server(endpoint) for endpoint in self.endpoints]
        self.rows = list(read_rows(self.folder / "probes.jsonl", ProbeRow))
        self.before = len(self.rows)  # of a run that is resumed, perhaps on a machine that has become quieter

    def run(self, seconds: float, processes: int, progress: Progress) -> bool:
        """Whether all was probed that both searches wanted."""
        probed = 0.0  # seconds
        with (
            open_rows(self.folder / "probes.jsonl") as probes,
            open_rows(self.folder / "requests.jsonl") as requests,
            open_rows(self.folder / "server.jsonl") as counted,
            generating(self.plan, processes) as generators,
        ):
            while turn := self.next():
                if probed >= seconds:
                    return False
                side, wanted = turn
                found = self.probe(generators, side, wanted, progress)
                for row in found.requests:
                    append_row(requests, redacted(row, self.endpoints[side].redacted))
                for sample in found.server:
                    append_row(counted, sample)
                self.refuse(found)
                append_row(probes, found.row)
                self.rows.append(found.row)
                probed += found.row.seconds
                progress.probed(found.row, self.rows)
        return not any(watch.spoilt(self.rows[self.before :], endpoint.name) for endpoint in self.endpoints)

    def next(self) -> tuple[int, Next] | None:
        """Whose turn it is, and at which level: the side that was probed less often, as long as it wants to be."""
        asked = [one.least for one in self.agreed.statements]
        sides = sorted(range(len(self.endpoints)), key=lambda side: len(self.of(side)))
        for side in sides:
            if watch.spoilt(self.rows[self.before :], self.endpoints[side].name):
                continue
            own = levels(self.rows, self.endpoints[side].name)
            if wanted := next_probe(own, asked, self.agreed.confidence, self.within):
                return side, wanted
        return None

    def of(self, side: int) -> list[ProbeRow]:
        return [row for row in self.rows if row.endpoint == self.endpoints[side].name]

    def probe(self, generators: Generators, side: int, wanted: Next, progress: Progress) -> Probed:
        own = self.of(side)
        longest = max((one.output_tokens or 0 for one in getattr(self.process, "requests", ())), default=0)
        order = Order(side, len(self.rows) + 1, wanted.level, self.seed + len(own))
        name = self.endpoints[side].name
        for server in self.servers:
            server.idle(DRAIN)
        return probe(
            generators,
            self.servers[side],
            order,
            self.agreed,
            wanted.quick,
            self.agreed.patience(longest or self.output_tokens),
            self.process.closed,
            lambda said: progress.update(f"{name} at {wanted.level:.3g} {self.process.unit}: {said}"),
        )

    def refuse(self, found: Probed) -> None:
        """Raises UsageError where going on would measure something else."""
        for reason in watch.refusals(found.requests, found.row.prefix_hit_rate, self.plan.warm):
            raise UsageError(f"endpoint {found.row.endpoint}: {reason}")
