"""Constant arrivals: one request every so often, whatever becomes of the others."""

import itertools
from collections.abc import Iterator

from evalharness.load.arrivals import Arrival


class Constant:
    name, unit, closed = "constant", "requests/s", False

    def arrivals(self, level: float, seed: int) -> Iterator[Arrival]:  # noqa: ARG002 - nothing is drawn
        return (Arrival(number / level) for number in itertools.count(1))
