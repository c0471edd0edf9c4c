"""How far a run has come, while it goes on. On stderr, so that what is written to a file is the result.

It knows how many there are, or how it is going in words, nothing of what is measured.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

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
from rich.text import Text


@contextmanager
def progress(total: int, things: str = "prompts") -> Iterator[Callable[[], None]]:
    """Gives what to call after each of the things. On stderr: a bar, or ten lines where there is no terminal."""
    if not sys.stderr.isatty():
        yield _sparse_lines(total, things)
        return
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn(things), _Speed(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(things, total=total)
        yield lambda: bar.advance(task)


class Line:
    """How a measurement goes, on stderr: one line that changes on a terminal, elsewhere only what is to stay."""

    EVERY = 1.0  # seconds between two changes of the line, for the machine is being measured

    def __init__(self, column: ProgressColumn, total: float | None = None) -> None:
        self.console = Console(stderr=True, markup=False, highlight=False)
        columns = (column, TextColumn("{task.description}", markup=False))
        self.bar = Progress(*columns, console=self.console, disable=not self.console.is_terminal)
        self.task = self.bar.add_task("warming up", total=total)

    def __enter__(self) -> Self:
        self.bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.bar.stop()


class _Speed(ProgressColumn):
    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:.1f} a second" if speed else "")


def _sparse_lines(total: int, things: str) -> Callable[[], None]:
    begun, done = time.monotonic(), 0

    def advance() -> None:
        nonlocal done
        done += 1
        if done * 10 // total > (done - 1) * 10 // total:
            rate = done / max(time.monotonic() - begun, 1e-9)
            left = (total - done) / rate
            print(f"{done} of {total} {things}, {rate:.1f} a second, {left:.0f} s left", file=sys.stderr)

    return advance
