"""How far a run of questions has come, while it is asked. On stderr, so that what is written to a file is the result.

It knows how many there are, nothing of what they are.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

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
