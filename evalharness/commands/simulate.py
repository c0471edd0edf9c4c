"""What Tandem's statistics promise, held against simulated runs of known truth.

    python -m evalharness simulate

The command alone: the worlds, the runs and the lines are those of simulation/. It prints Markdown
tables, those of evalharness/stats/README.md and of evalharness/load/README.md.
"""

import argparse
from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from evalharness.commands import options

if TYPE_CHECKING:
    from evalharness.simulation.everything import Tables
    from evalharness.simulation.table import Line, Power

NAME = "simulate"
HELP = "hold the statistics against simulated runs of known truth: coverage, false PASS, power"
RUNS = 20_000
HEADINGS = (
    "run",
    "correlation",
    "prompts",
    "95 % interval holds the truth",
    "false PASS, superiority",
    "false PASS, non-inferiority",
    "PASS for a gain, promised → found",
    "PASS for no loss, promised → found",
)
WIDTH = 250  # columns: a line of the table must not be broken


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--runs", type=options.positive, default=RUNS, metavar="N", help="simulated runs of each (default: %(default)s)"
    )


def main(args: argparse.Namespace) -> int:
    print(shown(made(args.runs)))
    return 0


def made(runs: int) -> "Tables":
    """All lines, with a bar on a terminal while they are made."""
    from rich.console import Console
    from rich.progress import track

    from evalharness.simulation import everything

    return everything.simulate(runs, partial(track, description="simulated", console=Console(stderr=True)))


def shown(tables: "Tables") -> str:
    """All tables in Markdown, an empty line between two."""
    from evalharness.simulation import bounds, capacity, load, shipped

    return "\n\n".join(
        _markdown(headings, rows)
        for headings, rows in (
            (HEADINGS, map(_cells, tables.quality)),
            (bounds.columns(), map(bounds.cells, tables.bounds)),
            (shipped.HEADINGS, map(shipped.cells, tables.suites)),
            (load.columns(), map(load.cells, tables.load)),
            (capacity.columns(), map(capacity.cells, tables.capacity)),
        )
    )


def _cells(line: "Line") -> Sequence[str]:
    coverage = f"{_percent(min(line.coverage))} to {_percent(max(line.coverage))}"
    asked = ", ".join(f"{number:.0f}" for number in line.asked)
    return (
        line.world,
        line.correlation,
        f"{line.prompts} ({asked})" if asked else str(line.prompts),
        coverage,
        _percent(line.falsely_superior),
        _percent(line.falsely_not_inferior),
        _power(line.superiority),
        _power(line.non_inferiority),
    )


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share * 100:.1f}"


def _power(power: "Power | None") -> str:
    return "" if power is None else f"{_percent(power.promised)} → {_percent(power.found)}"


def _markdown(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    shown = Table(*headings, box=box.MARKDOWN)
    for row in rows:
        shown.add_row(*row)
    console = Console(markup=False, highlight=False, width=WIDTH)
    with console.capture() as text:
        console.print(shown)
    return text.get().strip()
