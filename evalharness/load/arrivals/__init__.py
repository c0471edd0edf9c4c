"""When requests are to be sent: one file an arrival process. Pure: it knows levels and seeds, no clock and no endpoint.

    poisson.py   strangers who know nothing of each other
    constant.py  one every so often
    trace.py     as it was written down, faster or slower
    closed.py    so many users, each asking again as soon as it is answered

All but the last are open: they go on when the server is slow. A process yields Arrivals without end, in order of time,
counted from the beginning of a probe. The same seed gives both endpoints the same arrivals.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request: when it is due, in seconds from the beginning; and, of a trace, how long prompt and answer are."""

    due: float
    prompt_tokens: int | None = None
    output_tokens: int | None = None


class Arrivals(Protocol):
    """`unit` is what a level counts; of a `closed` process levels are whole, and nothing is due at any time."""

    name: str
    unit: str
    closed: bool

    def arrivals(self, level: float, seed: int) -> Iterator[Arrival]: ...
