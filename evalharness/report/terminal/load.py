"""What a load run shows in a terminal, while it goes on and at its end. It knows summary.json and how it looks."""

import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from rich.progress import BarColumn
from rich.table import Table

from evalharness import wording
from evalharness.load.collecting import Collected
from evalharness.load.measure import LATENCIES
from evalharness.report.terminal import tables
from evalharness.report.terminal.progress import Line
from evalharness.runs.summaries.load import PERCENTILES, EndpointLoad, LoadSummary, Ratio
from evalharness.verdict.policy import Limit, LoadMetric

TITLES = {"ttft": "TTFT", "itl": "ITL", "tpot": "TPOT", "e2e": "e2e"}
FOREMOST: tuple[LoadMetric, ...] = ("e2e_p50", "output_tokens_per_s")  # where the policy bounds nothing


class Progress(Line):
    """How far a load is: on a terminal a line whose ratios narrow, elsewhere a line at every look."""

    def __init__(self, found: Collected, limits: Mapping[LoadMetric, Limit]) -> None:
        super().__init__(BarColumn(20), found.profile.seconds)
        self.found, self.metrics = found, tuple(limits) or FOREMOST
        self.said, self.looks = time.monotonic(), 0

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None and self.found.pairs:
            self.bar.update(self.task, completed=self.found.seconds, description=so_far(self.found, self.metrics))
        super().__exit__(kind, error, trace)

    def update(self) -> None:
        new_look = self.found.looks > self.looks
        if not self.found.pairs or not (new_look or time.monotonic() > self.said + self.EVERY):
            return
        self.said, self.looks = time.monotonic(), self.found.looks
        if self.console.is_terminal:
            self.bar.update(self.task, completed=self.found.seconds, description=so_far(self.found, self.metrics))
        elif new_look:
            self.console.print(so_far(self.found, self.metrics), soft_wrap=True)


def so_far(found: Collected, metrics: tuple[LoadMetric, ...]) -> str:
    """`15 of at most 150 s, 27 pairs: tuned / base e2e p50 1.02 (0.95 to 1.10), …`"""
    first, second = found.sides
    ratios = ", ".join(f"{wording.METRICS[row.metric]} {ratio(row)}" for row in found.ratios(metrics))
    pairs = wording.count(len(found.pairs), "pair")
    return f"{found.seconds:.0f} of at most {found.profile.seconds:g} s, {pairs}: {second} / {first} {ratios}"


def show(summary: LoadSummary, folder: Path) -> None:
    console = tables.stdout()
    console.print(table(summary))
    console.print(
        f"Columns are of all requests; a ratio is the middle of what {wording.count(summary.pairs, 'pair')} of blocks "
        "say each, without what the machine did to both: it need not be what the columns divide to."
    )
    for reason in summary.invalid:
        console.print(f"Invalid: {reason}", style="red")
    for warning in summary.warnings:
        console.print(f"Warning: {warning}", style="yellow")
    console.print(f"{folder}")


def table(summary: LoadSummary) -> Table:
    """Rates, latencies in milliseconds and errors of both endpoints, with the second's ratio to the first."""
    first, second = summary.endpoints
    ratios = {entry.metric: entry for entry in summary.ratios}
    heading = f"{second.name} / {first.name}, pair by pair ({summary.confidence:.0%})"
    shown = tables.table([""], (first.name, second.name, heading))
    for title, metric in (("requests/s", "requests_per_s"), ("output tokens/s", "output_tokens_per_s")):
        shown.add_row(title, *(f"{side.value(metric):.1f}" for side in (first, second)), ratio(ratios[metric]))
    for latency in LATENCIES:
        for name in (f"p{q:g}" for q in PERCENTILES):
            values = [side.value(f"{latency}_{name}") for side in (first, second)]
            cells = ("-" if value is None else f"{value * 1000:.1f}" for value in values)
            measured = ratios.get(f"{latency}_{name}")
            shown.add_row(f"{TITLES[latency]} {name} (ms)", *cells, ratio(measured) if measured else "")
    shown.add_row("requests", *(str(side.requests) for side in (first, second)), "")
    shown.add_row("errors", *(errors(side) for side in (first, second)), "")
    return shown


def ratio(entry: Ratio) -> str:
    """`1.02 (0.95 to 1.10)`; a ratio of too few pairs has no interval yet."""
    if entry.ratio is None:
        return "-"
    if entry.low is None or entry.high is None:
        return f"{wording.ratio(entry.ratio)} (-)"
    return f"{wording.ratio(entry.ratio)} ({wording.ratio(entry.low)} to {wording.ratio(entry.high)})"


def errors(side: EndpointLoad) -> str:
    if side.error_rate is None:
        return "-"
    kinds = ", ".join(f"{kind} {count}" for kind, count in side.errors.items())
    return f"{side.error_rate:.1%}" + (f" ({kinds})" if kinds else "")
