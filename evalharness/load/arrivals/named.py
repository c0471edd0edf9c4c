"""An arrival process by its name, or a trace by its path."""

from pathlib import Path

from evalharness.errors import UsageError
from evalharness.load.arrivals import Arrivals
from evalharness.load.arrivals.closed import Closed
from evalharness.load.arrivals.constant import Constant
from evalharness.load.arrivals.poisson import Poisson
from evalharness.load.arrivals.trace import read_trace

PROCESSES: dict[str, Arrivals] = {process.name: process for process in (Poisson(), Constant(), Closed())}


def named(given: str) -> Arrivals:
    """Raises UsageError for what is neither."""
    if given in PROCESSES:
        return PROCESSES[given]
    if not given.endswith(".csv"):
        raise UsageError(
            f"--arrivals {given}: no such process; there is {', '.join(PROCESSES)}, or a trace (a .csv file)"
        )
    return read_trace(Path(given))
