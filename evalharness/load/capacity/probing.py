"""One probe of one endpoint: puts the load on, looks at it when it is time, and ends it once it is settled.

It acts, and lets held.py and search.py decide. It knows nothing of files but where to put its rows.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from evalharness.load.capacity import watch
from evalharness.load.capacity.held import HOPELESS, LOOKS, Judgement, hopeless, judge, looks
from evalharness.load.capacity.plan import Order, Pulse
from evalharness.load.capacity.process import Generators
from evalharness.load.capacity.seen import Seen, taken
from evalharness.load.capacity.server_metrics import Server
from evalharness.load.capacity.slo import ServiceLevel
from evalharness.runs.rows.capacity import ProbeRow, ScheduledRow, ServerRow, ShareRow
from evalharness.runs.summaries.load import PERCENTILES

SETTLE = 0.5  # seconds between two probes, at least
DRAIN = 30.0  # and at most, until nothing of the last runs any more on either side: both may share a machine
QUARTERS = (0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class Probed:
    row: ProbeRow
    requests: Sequence[ScheduledRow]
    server: Sequence[ServerRow]


def probe(
    generators: Generators,
    server: Server,
    order: Order,
    agreed: ServiceLevel,
    quick: bool,
    patience: float,
    closed: bool,
    say: Callable[[str], None],
) -> Probed:
    """Until a look settles it, or the queue is past helping, or `probe_seconds` are over.

    `patience`: how long a request may be under way before it counts as a miss of all, in seconds. `say` is told how far
    it is.
    """
    time.sleep(SETTLE)
    with server.watched(order.probe) as counted:
        under_load = _UnderLoad(generators, order, agreed, quick, patience, closed, say)
        under_load.run()
    return Probed(under_load.row(server.endpoint.name, counted), under_load.rows, counted)


class _UnderLoad:
    def __init__(
        self,
        generators: Generators,
        order: Order,
        agreed: ServiceLevel,
        quick: bool,
        patience: float,
        closed: bool,
        say: Callable[[str], None],
    ) -> None:
        self.generators, self.order, self.agreed, self.closed, self.say = generators, order, agreed, closed, say
        self.wants_a_glance = quick
        self.seen = Seen(agreed, patience)
        self.rows: list[ScheduledRow] = []
        self.pulses: dict[int, Pulse] = {}
        self.queue: list[tuple[float, int]] = [(0.0, 0)]
        self.looks, self.look = list(looks(quick)), LOOKS[0]  # those to come, the last
        self.lag = 0.0
        self.judgement: Judgement | None = None
        self.glanced = self.past_helping = self.over = False
        self.counted_rows = 0
        self.seconds = 0.0
        self.began = time.time()

    def run(self) -> None:
        for number, row in self.generators.probe(self.order):
            if isinstance(row, ScheduledRow):
                self.rows.append(row)
                if not self.over:
                    self.seen.ended.append(taken(row))
                continue
            self.pulses[number] = row
            self.lag = max(self.lag, row.lag)
            if not self.over and len(self.pulses) == len(self.generators.processes):
                self._consider()

    def _consider(self) -> None:
        now = min(pulse.at for pulse in self.pulses.values())
        waiting = [one for pulse in self.pulses.values() for one in pulse.under_way]
        self.seen.now, self.seen.under_way = now, waiting
        self.began = min(pulse.began for pulse in self.pulses.values())
        self.queue.append((now, len(waiting)))
        moments, lengths = np.array(self.queue, float).T
        under_way = [] if self.closed else [float(np.interp(share * now, moments, lengths)) for share in QUARTERS]
        longest = self.agreed.probe_seconds
        if now >= self.looks[0] * longest:
            self.look, *self.looks = self.looks
            self.judgement = self._judged(self.look)
            self.glanced = self.wants_a_glance and self.judgement.leans(under_way)
            if self.judgement.outcome != "unsettled" or self.glanced or not self.looks:
                self._end(now)
                return
        # Not before a request could have waited for so long: at first nothing has ended, and every queue only grows.
        enough = now >= max(LOOKS[0] * longest / 2, HOPELESS * self.seen.patience)
        if enough and hopeless(under_way, len(self.seen.ended), now, self.seen.patience):
            self.past_helping = True
            self.judgement = self.judgement or self._judged(self.look)
            self._end(now)
            return
        self.say(f"{now:.0f} of at most {longest:g} s, {len(self.seen.ended)} answered, {len(waiting)} under way")

    def _judged(self, look: float, added: float = 0.0) -> Judgement:
        """At this look; so many seconds of every latency are not the server's."""
        limits = {name: seconds + added for name, seconds in self.agreed.limits.items()}
        seen = replace(self.seen, agreed=replace(self.agreed, limits=limits))
        least = [one.least for one in self.agreed.statements]
        first = round(self.order.level) if self.closed else 0
        return judge(seen.series(), least, look, self.agreed.confidence, first)

    def _end(self, now: float) -> None:
        self.over, self.seconds, self.counted_rows = True, now, len(self.rows)
        self.generators.enough()

    def _stands(self, added: float) -> bool:
        """Is the outcome the same without the client, who made no latency longer than by so many seconds?

        It is where the level was held all the same, and where even limits that are longer by as much are not kept.
        """
        assert self.judgement
        if self.past_helping:
            return added < self.seen.patience
        if self.judgement.outcome == "failed":
            return self._judged(self.look, added).outcome == "failed"
        return self.judgement.outcome == "held"

    def row(self, endpoint: str, counted: Sequence[ServerRow]) -> ProbeRow:
        assert self.judgement
        rows = self.rows[: self.counted_rows]
        answered = [row for row in rows if not row.error]
        cpu = max(pulse.cpu_seconds / pulse.at for pulse in self.pulses.values())
        late = np.array([row.late for row in rows] or [0.0])
        late_p99 = float(np.percentile(late, 99))
        first = [row.first_token for row in answered if row.first_token is not None]
        client = float(np.mean([one - row.late for one, row in zip(first, answered, strict=True)])) if first else None
        server = watch.server_ttft(counted)
        rejected = tuple(watch.rejections(self.agreed, cpu, self.lag, late_p99))
        if rejected and cpu <= watch.BUSY and not self.closed and self._stands(float(late.max()) + self.lag):
            rejected = ()
        shown = "failed" if self.past_helping else self.judgement.outcome
        offered = (len(rows) + len(self.seen.under_way)) / self.seconds
        return ProbeRow(
            endpoint=endpoint,
            probe=self.order.probe,
            level=self.order.level,
            seed=self.order.seed,
            started=self.began,
            seconds=round(self.seconds, 3),
            outcome=None if rejected else shown,
            leaning=self.judgement.leaning and not self.past_helping,
            quick=self.glanced,
            hopeless=self.past_helping,
            offered=round(offered, 4),
            achieved=round(len(answered) / self.seconds, 4),
            requests=len(rows),
            errors=dict(Counter(row.error.kind for row in rows if row.error)),
            shares=tuple(
                ShareRow(
                    name=one.name,
                    least=one.least,
                    share=found.share,
                    low=found.low,
                    high=found.high,
                    effective=round(found.effective, 1),
                    variance=found.variance,
                )
                for one, found in zip(self.agreed.statements, self.judgement.shares, strict=True)
            ),
            latencies=_latencies(self.seen),
            client_cpu=round(cpu, 3),
            client_lag=round(self.lag, 4),
            late_p99=round(late_p99, 4),
            prefix_hit_rate=watch.hit_rate(counted),
            server_ttft=server,
            client_ttft=client,
            output_tokens_per_s=round(sum(row.output_tokens or 0 for row in answered) / self.seconds, 2),
            rejected=rejected,
        )


def _latencies(seen: Seen) -> dict[str, dict[str, float | None]]:
    """Of the answers, by percentile, from the scheduled time."""
    found: dict[str, dict[str, float | None]] = {}
    for name in ("ttft", "tpot", "e2e"):
        values = [value for one in seen.ended if (value := getattr(one, name)) is not None]
        found[name] = {
            f"p{q:g}": float(np.percentile(values, q, method="inverted_cdf")) if values else None for q in PERCENTILES
        }
    return found
