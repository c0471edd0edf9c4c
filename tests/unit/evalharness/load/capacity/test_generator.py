"""Requests leave when they are due, and what else is to be done waits until they have left."""

import asyncio
import io
import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from evalharness.load.arrivals import Arrival
from evalharness.load.capacity.answers import Head, Piece
from evalharness.load.capacity.connections import Asking, Connection, Pool
from evalharness.load.capacity.generator import AWAKE, PAUSE_AFTER_ERROR, SPARE, Probing
from evalharness.load.capacity.plan import Order, Plan, Question
from evalharness.load.profile import Target

SECONDS = 20.0  # at most, for what takes a tenth of one
FIRST = 0.1  # seconds until something is due: until then all is ready
URL = "http://127.0.0.1:9/v1"
ANSWERED = Head(status=200, size=0, chunked=True, length=None, closes=False)


class Noting(Pool):
    """Sends nothing, says that all is answered, and notes what it is told to do."""

    def __init__(self) -> None:
        super().__init__(URL)
        self.said: list[str] = []

    def send(self, asking: Asking) -> None:  # noqa: ARG002
        self.said.append("send")

    async def answer(self, asking: Asking) -> tuple[list[Piece], Head]:  # noqa: ARG002
        self.said.append("answer")
        return [], ANSWERED


class Rows(io.StringIO):
    """Notes each row between what the pool does, and says when so many are there."""

    def __init__(self, pool: Noting, wanted: int) -> None:
        super().__init__()
        self.pool, self.wanted, self.enough = pool, wanted, asyncio.Event()

    def write(self, text: str) -> int:
        if '"endpoint"' in text:
            self.pool.said.append("row")
            if self.pool.said.count("row") == self.wanted:
                self.enough.set()
        return super().write(text)


class Listed:
    """Due at these times, and then not for long."""

    name, unit, closed = "listed", "requests/s", False

    def __init__(self, due: Sequence[float]) -> None:
        self.due = due

    def arrivals(self, level: float, seed: int) -> Iterator[Arrival]:  # noqa: ARG002
        return map(Arrival, itertools.chain(self.due, itertools.count(1000.0)))


class Refusing(Noting):
    """Has no place for anybody, and says so at once."""

    async def answer(self, asking: Asking) -> tuple[list[Piece], Head]:
        pieces, head = await super().answer(asking)
        return pieces, replace(head, status=429)


async def probed(pool: Noting, *due: float) -> list[str]:
    out = Rows(pool, len(due))
    plan = Plan([Target("any", URL, "any", {})], [[Question("p", [], 1)]], "poisson", salt="s", warm=False)
    probing = Probing(plan, [pool], Order(side=0, probe=1, level=1.0, seed=1), out)
    probing.process = Listed(due)
    await asyncio.wait_for(probing.run(out.enough), SECONDS)
    return pool.said


def test_what_is_due_within_the_time_of_one_send_has_left_before_an_answer_is_waited_for() -> None:
    due = [FIRST, *(FIRST + number * 0.9 * AWAKE for number in range(4))]
    said = asyncio.run(probed(Noting(), *due))
    assert said[: 2 * len(due)] == ["send"] * len(due) + ["answer"] * len(due)


def test_no_answer_is_read_while_a_request_is_about_to_be_due() -> None:
    said = asyncio.run(probed(Noting(), *(FIRST + number * 0.9 * SPARE for number in range(4))))
    assert said.count("send") == said[: said.index("row")].count("send") == 4


def test_of_many_pieces_that_came_together_the_last_is_not_waited_for() -> None:
    async def read() -> list[str]:
        pool = Noting()
        connection = Connection(pool)

        def pieces() -> None:
            """Until the second has left, and without a turn of the loop."""
            began = time.perf_counter()
            while pool.said.count("send") < 2 and time.perf_counter() - began < SECONDS:
                connection.data_received(b"HTTP")
            pool.said.append("read")

        asyncio.get_running_loop().call_later(FIRST / 2, pieces)
        return await probed(pool, FIRST, FIRST + SPARE)

    assert asyncio.run(read())[:3] == ["send", "send", "read"]


def test_a_user_who_is_refused_asks_again_only_after_a_pause() -> None:
    async def asked() -> int:
        pool = Refusing()
        plan = Plan([Target("any", URL, "any", {})], [[Question("p", [], 1)]], "closed", salt="s", warm=False)
        probing = Probing(plan, [pool], Order(side=0, probe=1, level=3.0, seed=1), io.StringIO())
        enough = asyncio.Event()
        asyncio.get_running_loop().call_later(PAUSE_AFTER_ERROR / 2, enough.set)
        await asyncio.wait_for(probing.run(enough), SECONDS)
        return pool.said.count("send")

    assert asyncio.run(asked()) == 3
