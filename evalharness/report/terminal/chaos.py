"""What a chaos run shows in a terminal at its end. It knows what was found and how it looks."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.table import Table

from evalharness import wording
from evalharness.load.outages import Account, Outage
from evalharness.report.terminal import tables


def show(found: Sequence[Outage], counted: Mapping[str, Account], folder: Path) -> None:
    console = tables.stdout()
    console.print(table(found))
    for name, account in counted.items():
        console.print(
            f"{name}: {wording.count(account.asked, 'request')}, {wording.count(account.rows, 'row')}"
            + (f", {account.twice} twice" if account.twice else "")
        )
    console.print(f"{folder}")


def table(found: Sequence[Outage]) -> Table:
    """A row for each endpoint of each fault; all but counts in seconds. `wait` is the median one before the fault."""
    numbers = ("errors", "from", "to", "silent for", "back after", "wait", "meanwhile")
    shown = tables.table(["what was done", "seen of"], numbers)
    told = None
    for outage in found:
        lasted = f" ({outage.lasted:.0f} s)" if outage.lasted >= 0.5 else ""
        done = f"{outage.server} {outage.fault}{lasted}"
        shown.add_row(
            "" if done == told else done,
            outage.endpoint,
            "\n".join(f"{count} {kind}" for kind, count in outage.errors.items()) or "0",
            seconds(outage.first_error),
            seconds(outage.last_error),
            seconds(outage.silence),
            "never" if outage.recovered is None else seconds(outage.recovered),
            seconds(outage.usual),
            seconds(outage.during),
        )
        told = done
    return shown


def seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"
