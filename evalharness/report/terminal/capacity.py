"""What a capacity run shows in a terminal, while it goes on and at its end. It knows summary.json and how it looks."""

import time
from collections.abc import Sequence
from pathlib import Path

from rich.progress import SpinnerColumn
from rich.table import Table

from evalharness import wording
from evalharness.load.capacity.slo import ServiceLevel
from evalharness.load.capacity.summary import borne
from evalharness.report.sentences.capacity import between, outcome, sentences
from evalharness.report.terminal import tables
from evalharness.report.terminal.progress import Line
from evalharness.runs.rows.capacity import ProbeRow
from evalharness.runs.summaries.capacity import CapacitySummary


class Progress(Line):
    """The probe under way on a line that changes, if this is a terminal; a line for each that has ended."""

    def __init__(self, agreed: ServiceLevel, unit: str) -> None:
        super().__init__(SpinnerColumn())
        self.agreed, self.unit, self.said = agreed, unit, 0.0

    def update(self, said: str) -> None:
        if time.monotonic() > self.said + self.EVERY:
            self.said = time.monotonic()
            self.bar.update(self.task, description=said)

    def probed(self, row: ProbeRow, rows: Sequence[ProbeRow]) -> None:
        found = borne(rows, row.endpoint, self.agreed.confidence)
        known = f"; capacity {between(found)}" if found and not row.rejected else ""
        self.console.print(
            f"{row.endpoint} at {wording.three_figures(row.level)} {self.unit}, {row.seconds:.0f} s: "
            f"{outcome(row)}{known}",
            soft_wrap=True,
        )


def show(summary: CapacitySummary, folder: Path) -> None:
    console = tables.stdout()
    console.print(table(summary))
    console.print(f"Service level {summary.agreed.name}: {summary.agreed.title}")
    for sentence in sentences(summary):
        console.print(sentence)
    for warning in summary.warnings:
        console.print(f"Warning: {warning}", style="yellow")
    console.print(f"{folder / 'capacity.html'}")


def table(summary: CapacitySummary) -> Table:
    """Every probe, by endpoint and level."""
    headings = ("TTFT p95", "e2e p95", "kept", "worth", "s", "")
    shown = tables.table(["endpoint", summary.unit], headings)
    for row in sorted(summary.probes, key=lambda row: (row.endpoint != summary.endpoints[0].name, row.level)):
        worst = min(row.shares, key=lambda one: one.share - one.least)
        shown.add_row(
            row.endpoint,
            wording.three_figures(row.level),
            wording.duration(row.latencies["ttft"]["p95"]),
            wording.duration(row.latencies["e2e"]["p95"]),
            wording.percent(worst.share),
            f"{worst.effective:.0f} of {row.requests}",
            f"{row.seconds:.0f}",
            outcome(row).partition(":")[0],
        )
    return shown
