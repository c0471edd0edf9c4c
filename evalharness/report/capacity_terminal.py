"""What a capacity run shows in a terminal, while it goes on and at its end. It knows summary.json and how it looks."""

import math
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from rich import progress
from rich.console import Console
from rich.table import Table

from evalharness import wording
from evalharness.load.capacity.slo import ServiceLevel
from evalharness.load.capacity.summary import borne
from evalharness.report import tables
from evalharness.runs.rows import ProbeRow
from evalharness.runs.summaries.capacity import CapacitySummary
from evalharness.runs.summaries.parts import Estimate

EVERY = 1.0
OUTCOMES = {"held": "held", "failed": "not held", "unsettled": "not settled", None: "thrown out"}


class Progress:
    """The probe under way on a line that changes, if this is a terminal; a line for each that has ended."""

    def __init__(self, agreed: ServiceLevel, unit: str) -> None:
        self.agreed, self.unit = agreed, unit
        self.console = Console(stderr=True, markup=False, highlight=False)
        columns = (progress.SpinnerColumn(), progress.TextColumn("{task.description}", markup=False))
        self.bar = progress.Progress(*columns, console=self.console, disable=not self.console.is_terminal)
        self.task = self.bar.add_task("warming up", total=None)
        self.said = 0.0

    def __enter__(self) -> Self:
        self.bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.bar.stop()

    def update(self, said: str) -> None:
        if time.monotonic() > self.said + EVERY:
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


def outcome(row: ProbeRow) -> str:
    """`held`, or why not."""
    if row.rejected:
        return f"thrown out: {row.rejected[0]}"
    if row.hopeless:
        return "not held: its queue only grows"
    if row.outcome == "held":
        return "held"
    if row.quick:
        return "all is well so far"
    worst = min(row.shares, key=lambda one: (one.high if row.outcome == "failed" else one.low) - one.least)
    return (
        f"{OUTCOMES[row.outcome]}: {worst.name} kept by {wording.percent(worst.share)} "
        f"({wording.percent(worst.low)} to {wording.percent(worst.high)}) of {wording.percent(worst.least)}"
    )


def between(found: Estimate | None) -> str:
    """`12.1 (10.0 to 13.2)`; an end that no probe has shown is open."""
    if found is None or not _is_known(found) or math.isinf(found.high):
        return reach(found)
    return f"{wording.three_figures(found.value)} ({reach(found)})"


def reach(found: Estimate | None) -> str:
    """The interval alone: `10.0 to 13.2`, `at least 10.0`, `below 13.2`."""
    if found is None or not _is_known(found):
        return "not known"
    low, high = map(wording.three_figures, (found.low, found.high if math.isfinite(found.high) else 0.0))
    if math.isinf(found.high):
        return f"at least {low}"
    return f"{low} to {high}" if found.low else f"below {high}"


def sentences(summary: CapacitySummary) -> list[str]:
    """What came out: a sentence for each endpoint, and one for how the two compare."""
    first, second = (side.name for side in summary.endpoints)
    said = [
        f"{side.name} bears {between(side.estimate)} {summary.unit}."
        if side.estimate and _is_known(side.estimate)
        else f"What {side.name} bears was not found."
        for side in summary.endpoints
    ]
    compared = summary.ratio.estimate if summary.ratio else None
    if compared and _is_known(compared):
        return [*said, f"{second} bears {between(compared)} times what {first} does."]
    return [*said, "How the two compare was not found."]


def _is_known(found: Estimate) -> bool:
    """Has any probe shown one of its ends?"""
    return found.low > 0 or math.isfinite(found.high)


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
