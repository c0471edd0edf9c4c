"""Who has the card: when a request may enter, and when the next model takes over.

It knows models by name and how long requests have waited, nothing of HTTP or vLLM. What a change takes is
`hand_over`'s business, which never runs twice at once, nor while a request is under way.
"""

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

SLICE = 5.0  # seconds for which the holder goes on admitting requests while another model waits
LINGER = 0.2  # seconds that it keeps the card after its last answer: whoever read that may be about to ask again


@dataclass(eq=False)
class Place:
    """A request's: waited for, then held."""

    model: str
    since: float
    called: asyncio.Event = field(default_factory=asyncio.Event)
    admitted: bool = False
    error: Exception | None = None


class Turns:
    def __init__(self, hand_over: Callable[[str], Awaitable[None]], slice_seconds: float = SLICE) -> None:
        self.hand_over, self.slice_seconds = hand_over, slice_seconds
        self.holder: str | None = None  # the model that has the card; None: none, or it is not known
        self.running = 0  # requests under way, all the holder's
        self.waiting: list[Place] = []  # in order of arrival
        self.change: asyncio.Task[None] | None = None  # not one of a request: those end when their client goes away
        self.began = self.last_left = -math.inf  # when the holder's turn began, and when it last finished a request

    @asynccontextmanager
    async def turn(self, model: str) -> AsyncIterator[None]:
        """Waits for a place on the card, and holds it. Raises what `hand_over` raised, where it failed."""
        place = Place(model, now())
        self.waiting.append(place)
        self.review()
        try:
            await place.called.wait()
            if place.error:
                raise place.error
            yield
        finally:  # also when its client went away, be it before it was called or since
            self.release(place)

    def release(self, place: Place) -> None:
        if place.admitted:
            self.running -= 1
            self.last_left = now()
        elif place in self.waiting:
            self.waiting.remove(place)
        self.review()

    def review(self) -> None:
        """Admits whom it may, and begins a change that is due. Called whenever either answer may have changed."""
        if self.change:
            return
        rival = next((place for place in self.waiting if place.model != self.holder), None)
        # Counted from its turn's beginning too: requests that waited through a long turn may each be past the slice.
        closes = max(rival.since, self.began) + self.slice_seconds if rival else math.inf
        if now() < closes:
            for place in [place for place in self.waiting if place.model == self.holder]:
                self.waiting.remove(place)
                self.running += 1
                place.admitted = True
                place.called.set()
        if rival and not self.running:
            due = min(closes, self.last_left + LINGER)
            if now() < due:
                asyncio.get_running_loop().call_at(due, self.review)
            else:
                self.change = asyncio.create_task(self.change_to(rival.model))

    async def change_to(self, model: str) -> None:
        self.holder = None
        try:
            await self.hand_over(model)
            self.holder = model
        except Exception as error:  # whatever it is, they must not wait for ever
            for place in [place for place in self.waiting if place.model == model]:
                self.waiting.remove(place)
                place.error = error
                place.called.set()
        self.began = self.last_left = now()
        self.change = None
        self.review()


def now() -> float:
    return asyncio.get_running_loop().time()
