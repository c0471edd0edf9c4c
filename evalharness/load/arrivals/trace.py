"""Arrivals as they were written down: a CSV file with a line a request, played again at another speed, round and round.

Its columns are `time` (seconds, from any zero), `prompt_tokens` and `output_tokens`; others are left alone. A level is
the mean rate: at twice the trace's own, everything comes twice as fast, bursts and lulls alike.
"""

import csv
import itertools
import math
from collections.abc import Iterator
from pathlib import Path

from evalharness.errors import UsageError
from evalharness.load.arrivals import Arrival

COLUMNS = ("time", "prompt_tokens", "output_tokens")
FEWEST = 2
MOST_TOKENS = 10_000_000
SHORTEST, LONGEST = 1e-3, 1e9  # seconds, from the first request to the last


class Trace:
    name, unit, closed = "trace", "requests/s", False

    def __init__(self, requests: list[Arrival]) -> None:
        """`requests` in order of time, the first due at 0, not all at one moment."""
        self.requests = requests
        count = len(requests)
        # After the last comes the first again, after a pause as long as the mean one.
        self.seconds = requests[-1].due * count / (count - 1)

    @property
    def rate(self) -> float:
        """Its own mean rate, in requests a second."""
        return len(self.requests) / self.seconds

    def arrivals(self, level: float, seed: int) -> Iterator[Arrival]:
        """The seed says where in the trace it begins."""
        first = seed % len(self.requests)
        speed, zero = level / self.rate, self.requests[first].due
        for lap in itertools.count():
            for number, request in enumerate(self.requests):
                if lap == 0 and number < first:
                    continue
                due = (lap * self.seconds + request.due - zero) / speed
                yield Arrival(due, request.prompt_tokens, request.output_tokens)


def read_trace(path: Path) -> Trace:
    """Raises UsageError naming the file, the line and what is wrong there."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
            if missing:
                raise UsageError(f"{path}: no column {missing[0]}; a trace has {', '.join(COLUMNS)}")
            found = sorted((_arrival(row, f"{path}, line {rows.line_num}") for row in rows), key=lambda one: one.due)
    except OSError as error:
        raise UsageError(f"{path}: the trace cannot be read ({error.strerror})") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path}: no CSV ({error})") from None
    if len(found) < FEWEST or not SHORTEST <= found[-1].due - found[0].due <= LONGEST:
        raise UsageError(
            f"{path}: a trace needs {FEWEST} requests at least, from {SHORTEST:g} to {LONGEST:g} s apart in all"
        )
    zero = found[0].due
    return Trace([Arrival(one.due - zero, one.prompt_tokens, one.output_tokens) for one in found])


def _arrival(row: dict[str, str], where: str) -> Arrival:
    try:
        due, prompt, output = float(row["time"]), int(row["prompt_tokens"]), int(row["output_tokens"])
    except (TypeError, ValueError):
        raise UsageError(
            f"{where}: time, prompt_tokens and output_tokens must be numbers, the last two whole"
        ) from None
    if not math.isfinite(due) or not 1 <= prompt <= MOST_TOKENS or not 1 <= output <= MOST_TOKENS:
        raise UsageError(f"{where}: a finite time, and lengths from 1 to {MOST_TOKENS:,}")
    return Arrival(due, prompt, output)
