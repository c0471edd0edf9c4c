"""What an eval run shows in a terminal: the plan, the progress, the result.

It knows run.json and summary.json and how they look; it decides nothing.
"""

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich import box
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from evalharness import wording
from evalharness.runs import Row
from evalharness.stats import POWER, smallest_difference

DISCORDANCE = 0.2  # assumed before anything is known: one prompt in five is right with one endpoint only
NO_TERMINAL_WIDTH = 100  # columns


def show_plan(run: Mapping[str, Any]) -> None:
    """Who is asked, what, and the smallest difference that could be seen (McNemar's test, Connor 1987)."""
    console = _console()
    for endpoint in run["endpoints"]:
        version = f", version {endpoint['version']}" if endpoint["version"] else ""
        console.print(f"{endpoint['name']}: {endpoint['model']} at {endpoint['url']}{version}")
    table = Table("suite", "prompts", "purpose", "could see a difference of", box=box.SIMPLE_HEAD)
    for suite in run["suites"]:
        seen = smallest_difference(suite["prompts"], DISCORDANCE)
        table.add_row(suite["suite"], str(suite["prompts"]), suite["purpose"], f"{seen * 100:.1f} points")
    console.print(table)
    console.print(f"with {POWER * 100:g} % power, if {DISCORDANCE * 100:g} % of the prompts are right on one side only")


def show_result(summary: Row) -> None:
    """Pass rates of both endpoints, suite by suite and metric by metric, and the errors."""
    first, second = summary["endpoints"]
    table = Table("right, by check", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for heading in ("n", first, second, "points", f"{summary['confidence'] * 100:g} % interval", "McNemar"):
        table.add_column(heading, justify="right", no_wrap=True)
    for suite in summary["suites"]:
        for metric in suite["metrics"]:
            table.add_row(
                suite["suite"] if metric["metric"] == "right" else f"  {metric['metric']}",
                str(metric["first"]["n"]),
                wording.percent(metric["first"]["rate"]),
                wording.percent(metric["second"]["rate"]),
                wording.points(metric["difference"]),
                f"{wording.points(metric['low'])} to {wording.points(metric['high'])}",
                wording.p_value(metric["p_value"]),
            )
    console = _console()
    console.print(table)
    for name in summary["endpoints"]:
        errors = sum(suite["errors"][name] for suite in summary["suites"])
        prompts = sum(suite["prompts"] for suite in summary["suites"])
        console.print(f"errors of {name}: {errors} in {prompts} prompts")


@contextmanager
def progress(total: int) -> Iterator[Callable[[], None]]:
    """Gives what to call after each prompt. On stderr: a bar, or ten lines where there is no terminal."""
    if not sys.stderr.isatty():
        yield _sparse_lines(total)
        return
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("prompts"), _Speed(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("prompts", total=total)
        yield lambda: bar.advance(task)


class _Speed(ProgressColumn):
    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:.1f} a second" if speed else "")


def _sparse_lines(total: int) -> Callable[[], None]:
    begun, done = time.monotonic(), 0

    def advance() -> None:
        nonlocal done
        done += 1
        if done * 10 // total > (done - 1) * 10 // total:
            rate = done / max(time.monotonic() - begun, 1e-9)
            left = (total - done) / rate
            print(f"{done} of {total} prompts, {rate:.1f} a second, {left:.0f} s left", file=sys.stderr)

    return advance


def _console() -> Console:
    width = None if sys.stdout.isatty() else NO_TERMINAL_WIDTH
    return Console(markup=False, highlight=False, emoji=False, width=width)
