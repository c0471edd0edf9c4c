"""A closed loop: so many users, each of whom asks again as soon as it is answered. For services that bound concurrency.

A slow server is asked less here, so nobody waits in a queue that is not there in life: a capacity in users is none in
requests a second.
"""

import itertools
from collections.abc import Iterator

from evalharness.load.arrivals import Arrival


class Closed:
    name, unit, closed = "closed", "users", True

    def arrivals(self, level: float, seed: int) -> Iterator[Arrival]:  # noqa: ARG002 - users do not wait for a time
        """Each is due when a user is free."""
        return (Arrival(0.0) for _ in itertools.count())
