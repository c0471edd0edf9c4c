"""How everything looks in a terminal: its width, its tables, and what is printed as it is.

It knows nothing of what it shows: text may hold anything that a model or a server said, and none of it is markup.
"""

import sys
from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table

NO_TERMINAL_WIDTH = 100  # columns, in a file or a pipe


def stdout() -> Console:
    return Console(markup=False, highlight=False, emoji=False, width=None if sys.stdout.isatty() else NO_TERMINAL_WIDTH)


def table(words: Sequence[str], numbers: Sequence[str] = ()) -> Table:
    """Headings of its columns: those of words, which may be broken, then those of numbers, to the right and whole."""
    shown = Table(*words, box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for heading in numbers:
        shown.add_column(heading, justify="right", no_wrap=True)
    return shown
