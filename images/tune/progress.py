"""How far a stage of training is, in one line: step, loss, loss on rows held out, and the time that is left.

Pure but for the clock. It knows nothing of trl.
"""

import time
from collections.abc import Callable

from images.job import duration


class Progress:
    """Told of each loss. The time left goes by the steps of this run, so that one gone on with says it rightly."""

    def __init__(
        self, stage: str, steps: int, say: Callable[[str], None], now: Callable[[], float] = time.monotonic
    ) -> None:
        self.stage = stage
        self.steps = steps
        self.say = say
        self.now = now
        self.first: tuple[int, float] | None = None
        self.known: dict[str, float] = {}

    def begins(self, step: int) -> None:
        """`step`: how many were done before, by a run that was cut."""
        self.first = (step, self.now())
        if step:
            self.say(f"{self.stage}: going on from step {step} of {self.steps}")

    def at(self, step: int, **losses: float) -> None:
        """`loss` of the rows that are trained on, or `held_out`, in nats a token."""
        self.known |= losses
        begun, since = self.first or (step, self.now())
        done = step - begun
        told = [f"{self.stage}: step {step} of {self.steps}"]
        told += [f"{name.replace('_', ' ')} {value:.4g}" for name, value in self.known.items()]
        if done > 0 and step < self.steps:
            told.append(f"{duration((self.now() - since) / done * (self.steps - step))} left")
        self.say(", ".join(told))
