"""Do requests leave when they are due, and is a stall charged in full? `python -m tests.bench.bench_schedule`

The capacity's generator on one core, 500 Poisson arrivals a second, against a server on the other that knows when it
received and sent everything, for a few seeds; then once more, and for three seconds that server does nothing.

    late       p99 of how long after its time a request left
    Poisson    of the gaps between requests, as they were due and as they left: how far their distribution is from the
               exponential one (Kolmogorov and Smirnov's D) and the test's p-value, which is small where they are no
               Poisson process, one that was rescaled, or one whose short gaps the client makes longer
    p99        of answers, from when they were due: as it is reported, and as the server knows it
"""

import os
import threading
import time
from itertools import pairwise

from scipy.stats import kstest

from evalharness.load.capacity.plan import Order, Plan, Question
from evalharness.load.capacity.process import generating
from evalharness.load.profile import Target
from evalharness.runs.rows.capacity import ScheduledRow
from tests.bench.bench_load_clients import messages
from tests.bench.bench_streams import Server, p99, server
from tests.bench.streaming import STALL, STALL_SECONDS

RATE, SECONDS = 500.0, 12.0
SEEDS = range(1, 6)  # of true Poisson processes one in twenty has a p-value below 0.05, so one says little
TTFT, ITL, TOKENS = 0.05, 0.005, 8  # so that some fifty answers are under way at once


def asked(truth: Server, seed: int = 1, stall_after: float | None = None) -> list[ScheduledRow]:
    """The requests of so many seconds, in the order in which they were due; the last second's not, of which some have
    not ended.
    """
    plan = Plan(
        [Target("any", truth.url, "any", {})], [[Question("p", messages(0), TOKENS)]], "poisson", salt="s", warm=False
    )
    rows: list[ScheduledRow] = []
    with generating(plan, 1) as generators:
        began = time.monotonic()
        if stall_after is not None:
            threading.Timer(stall_after, lambda: print(STALL, file=truth.tell, flush=True)).start()
        for _, row in generators.probe(Order(side=0, probe=1, level=RATE, seed=seed)):
            if isinstance(row, ScheduledRow):
                assert row.error is None, row.error
                rows.append(row)
            elif time.monotonic() - began > SECONDS:
                generators.enough()
    rows.sort(key=lambda row: row.due)
    return [row for row in rows if row.due < rows[-1].due - 1]


def known(truth: Server, rows: list[ScheduledRow]) -> list[float]:
    """Seconds from when each of these was due until the server had answered it."""
    served = truth.served()[: len(rows)]
    begin = min(received - row.due for (received, _, _), row in zip(served, rows, strict=True))
    return [ended - begin - row.due for (_, _, ended), row in zip(served, rows, strict=True)]


def poisson(moments: list[float]) -> str:
    """How near they are to a Poisson process of this rate, by the gaps between them."""
    found = kstest([after - before for before, after in pairwise(moments)], "expon", args=(0, 1 / RATE))
    return f"{found.statistic:.3f}, p {found.pvalue:.2g}"


def main() -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"On one core: {RATE:.0f} starts a second")
    table.add_column("server", no_wrap=True)
    for heading in ("requests", "late, p99", "Poisson, as due", "as sent", "p99 reported", "p99 known", "off by"):
        table.add_column(heading, justify="right")
    every = os.sched_getaffinity(0)
    served_on, *_, asked_from = sorted(every)
    steady = [(f"steady, seed {seed}", seed, None) for seed in SEEDS]
    for name, seed, stall_after in (*steady, (f"does nothing for {STALL_SECONDS:g} s", 1, SECONDS / 3)):
        with server(str(served_on), TTFT, ITL, TOKENS) as truth:
            os.sched_setaffinity(0, {asked_from})
            rows = asked(truth, seed, stall_after)
            os.sched_setaffinity(0, every)
            reported, true = p99([row.seconds for row in rows]), p99(known(truth, rows))
        table.add_row(
            name,
            str(len(rows)),
            f"{p99([row.late for row in rows]) * 1000:.1f} ms",
            poisson([row.due for row in rows]),
            poisson(sorted(row.due + row.late for row in rows)),
            f"{reported:.3f} s",
            f"{true:.3f} s",
            f"{reported / true - 1:+.1%}",
        )
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
