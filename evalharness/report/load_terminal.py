"""What a load run shows in a terminal at its end. It knows summary.json and how it looks."""

from pathlib import Path

from rich.table import Table

from evalharness.load.measure import LATENCIES, PERCENTILES
from evalharness.report import tables
from evalharness.runs.summaries import EndpointLoad, LoadSummary, Ratio

TITLES = {"ttft": "TTFT", "itl": "ITL", "tpot": "TPOT", "e2e": "e2e"}


def show(summary: LoadSummary, folder: Path) -> None:
    console = tables.stdout()
    console.print(table(summary))
    for reason in summary.invalid:
        console.print(f"Invalid: {reason}", style="red")
    for warning in summary.warnings:
        console.print(f"Warning: {warning}", style="yellow")
    console.print(f"{folder}")


def table(summary: LoadSummary) -> Table:
    """Rates, latencies in milliseconds and errors of both endpoints, with the second's ratio to the first."""
    first, second = summary.endpoints
    ratios = {entry.metric: entry for entry in summary.ratios}
    heading = f"{second.name} / {first.name} ({summary.confidence:.0%} interval)"
    shown = tables.table([""], (first.name, second.name, heading))
    for title, metric in (("requests/s", "requests_per_s"), ("output tokens/s", "output_tokens_per_s")):
        shown.add_row(title, *(f"{side.value(metric):.1f}" for side in (first, second)), ratio(ratios[metric]))
    for latency in LATENCIES:
        for name in (f"p{q}" for q in PERCENTILES):
            values = [side.value(f"{latency}_{name}") for side in (first, second)]
            cells = ("-" if value is None else f"{value * 1000:.1f}" for value in values)
            measured = ratios.get(f"{latency}_{name}")
            shown.add_row(f"{TITLES[latency]} {name} (ms)", *cells, ratio(measured) if measured else "")
    shown.add_row("requests", *(str(side.requests) for side in (first, second)), "")
    shown.add_row("errors", *(errors(side) for side in (first, second)), "")
    return shown


def ratio(entry: Ratio) -> str:
    found = entry.estimate
    return f"{found.value:.2f} ({found.low:.2f} to {found.high:.2f})" if found else "-"


def errors(side: EndpointLoad) -> str:
    if side.error_rate is None:
        return "-"
    kinds = ", ".join(f"{kind} {count}" for kind, count in side.errors.items())
    return f"{side.error_rate:.1%}" + (f" ({kinds})" if kinds else "")
