"""Poisson arrivals: exponential times between them, drawn and left as they are.

Drawn times that are rescaled to a wished-for number or length, as some load generators do, are no Poisson process any
more: they vary less, and queues are shorter than in life.
"""

import random
from collections.abc import Iterator

from evalharness.load.arrivals import Arrival


class Poisson:
    name, unit, closed = "poisson", "requests/s", False

    def arrivals(self, level: float, seed: int) -> Iterator[Arrival]:
        """The same seed draws the same times at every level, in another unit: what one level met, the next does."""
        draw, due = random.Random(seed), 0.0
        while True:
            due += draw.expovariate(1.0) / level
            yield Arrival(due)
