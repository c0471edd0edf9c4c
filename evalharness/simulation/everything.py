"""Every table of simulated truth, its lines made on all cores: each is simulated by itself, from a seed of its own.

So a line is the same wherever it is made, and beside whatever. It knows no world, no promise and no figure.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import get_context
from typing import Any

from evalharness.simulation import bounds, capacity, load, shipped, table

KINDS: dict[str, Any] = {"quality": table, "bounds": bounds, "suites": shipped, "load": load, "capacity": capacity}
"""Where each kind of line has its `cases` and its `simulate`."""
FEWER = {"suites": 20, "load": 10, "capacity": 200}
"""By so many times fewer than of `quality`: a load is hundreds of values, looked at eleven times; a search is a dozen
probes of thousands of requests, of two sides."""


@dataclass(frozen=True)
class Tables:
    """The lines of each table, in the order of its cases."""

    quality: Sequence[table.Line]
    bounds: Sequence[bounds.Line]
    suites: Sequence[shipped.Line]
    load: Sequence[load.Line]
    capacity: Sequence[capacity.Line]


def simulate(runs: int, watch: Callable[[Sequence[Future[Any]]], Iterable[Future[Any]]] = iter) -> Tables:
    """`runs` of each case of quality, and accordingly of the others; `watch` hands on each line that is waited for."""
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        lines = {
            kind: [pool.submit(_line, kind, number, of_kind(kind, runs)) for number in range(len(_cases(kind)))]
            for kind in reversed(KINDS)  # those that take longest first, so that no core waits for the other at the end
        }
        try:
            for line in watch([line for own in lines.values() for line in own]):
                line.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        return Tables(**{kind: [line.result() for line in lines[kind]] for kind in KINDS})


def of_kind(kind: str, runs: int) -> int:
    return -(-runs // FEWER.get(kind, 1))


def _line(kind: str, number: int, runs: int) -> Any:
    return KINDS[kind].simulate(_cases(kind)[number], runs)


@lru_cache
def _cases(kind: str) -> Sequence[Any]:
    return list(KINDS[kind].cases())
