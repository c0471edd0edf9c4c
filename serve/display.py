"""How progress and tables look: a live line a step on a terminal, plain lines elsewhere."""

import time
from collections.abc import Sequence
from types import TracebackType

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from serve.steps import NotAwaited

console = Console(highlight=False, soft_wrap=True)
WIDEST = 70  # characters of a step's own words


class StepDisplay:
    """Shows steps as they start, proceed and end; a context manager. A Display of serve.steps."""

    def __init__(self) -> None:
        self.live = console.is_terminal
        self.progress = Progress(
            SpinnerColumn(finished_text="[green]✓[/]"),
            TextColumn("{task.description:<26}"),
            TimeElapsedColumn(),
            TextColumn("[dim]{task.fields[line]}[/]"),
            console=console,
            disable=not self.live,
        )
        self.tasks: dict[str, TaskID] = {}
        self.begun: dict[str, float] = {}

    def __enter__(self) -> "StepDisplay":
        self.progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.progress.stop()

    def started(self, title: str) -> None:
        self.begun[title] = time.monotonic()
        self.tasks[title] = self.progress.add_task(title, total=1, line="")

    def at(self, title: str, line: str) -> None:
        self.progress.update(self.tasks[title], line=escape(line[:WIDEST]))

    def ended(self, title: str, error: BaseException | None) -> None:
        seconds = time.monotonic() - self.begun[title]
        if isinstance(error, NotAwaited):
            self.progress.update(self.tasks[title], line="not waited for")
        elif error:
            self.progress.update(self.tasks[title], line="[red]failed[/]")
            console.print(f"FAILED  {title}: {error}", markup=False)
        else:
            self.progress.update(self.tasks[title], completed=1, line="")
            if not self.live:
                console.print(f"done  {title}  {seconds:.0f} s", markup=False)


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Whole words, such as a version that somebody will type: where it gets narrow, the last column alone gives way."""
    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns[:-1]:
        drawn.add_column(column, no_wrap=True)
    drawn.add_column(columns[-1], overflow="fold")
    for row in rows:
        drawn.add_row(*row)
    console.print(drawn)
