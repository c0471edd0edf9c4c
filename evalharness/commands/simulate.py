"""What Tandem's statistics promise, held against simulated runs of known truth.

    python -m evalharness simulate

The command alone: the worlds, the runs and the lines are those of simulation/. It prints a Markdown
table, the one of evalharness/stats/README.md.
"""

import argparse

from evalharness.commands import options

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
    from rich import box
    from rich.console import Console
    from rich.progress import track
    from rich.table import Table

    from evalharness.simulation.table import Line, Power, cases, simulate

    def percent(share: float | None) -> str:
        return "" if share is None else f"{share * 100:.1f}"

    def power(power: Power | None) -> str:
        return "" if power is None else f"{percent(power.promised)} → {percent(power.found)}"

    def cells(line: Line) -> tuple[str, ...]:
        coverage = f"{percent(min(line.coverage))} to {percent(max(line.coverage))}"
        false = percent(line.falsely_superior), percent(line.falsely_not_inferior)
        asked = ", ".join(f"{number:.0f}" for number in line.asked)
        return (
            line.world,
            line.correlation,
            f"{line.prompts} ({asked})" if asked else str(line.prompts),
            coverage,
            *false,
            power(line.superiority),
            power(line.non_inferiority),
        )

    shown = Table(*HEADINGS, box=box.MARKDOWN)
    for case in track(list(cases()), "simulating", console=Console(stderr=True)):
        shown.add_row(*cells(simulate(case, args.runs)))
    console = Console(markup=False, highlight=False, width=WIDTH)
    with console.capture() as text:
        console.print(shown)
    print(text.get().strip())
    return 0
