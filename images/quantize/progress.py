"""How far a quantizer is, in one line a layer, with the time that is left by what the layers before took."""

import time
from collections.abc import Callable

from images.job import duration


class Layers:
    """Told of each layer as it begins. Says nothing of the first's time: there is none to go by."""

    def __init__(self, count: int, say: Callable[[str], None], now: Callable[[], float] = time.monotonic) -> None:
        self.count = count
        self.say = say
        self.now = now
        self.first: tuple[int, float] | None = None

    def begins(self, layer: int) -> None:
        """`layer` counts from 1. One that an earlier run had finished is simply never told of."""
        if self.first is None:
            self.first = (layer, self.now())
        number, begun = self.first
        done = layer - number
        left = (self.now() - begun) / done * (self.count - layer + 1) if done > 0 else None
        self.say(f"quantizing layer {layer} of {self.count}" + (f", {duration(left)} left" if left is not None else ""))
