"""The generator's event loop wakes when a time has come, not up to a millisecond later."""

import asyncio
import socket
import time
from selectors import EVENT_READ, BaseSelector, EpollSelector

import pytest

from evalharness.load.capacity import punctual

WAIT = 0.0013  # seconds, of which epoll makes two milliseconds
TRIES = 50


def waited(selector: BaseSelector) -> float:
    began = time.perf_counter()
    assert selector.select(WAIT) == []
    return time.perf_counter() - began


def test_it_waits_as_long_as_was_asked_where_asyncios_own_waits_for_whole_milliseconds() -> None:
    """The shortest of many waits: a busy machine makes some longer, and none shorter."""
    for selector, least in ((punctual.Punctual(), WAIT), (EpollSelector(), 0.002)):
        with selector:
            shortest = min(waited(selector) for _ in range(TRIES))
        assert least <= shortest < least + 0.0005


@pytest.mark.parametrize("timeout", [None, 0, 30.0])
def test_what_has_come_ends_the_wait(timeout: float | None) -> None:
    ours, theirs = socket.socketpair()
    with punctual.Punctual() as selector, ours, theirs:
        selector.register(ours, EVENT_READ, "ours")
        assert selector.select(0) == []
        theirs.send(b"here")
        ((key, events),) = selector.select(timeout)
        assert (key.data, events) == ("ours", EVENT_READ)


def test_a_loop_of_it_sleeps_to_the_fraction_of_a_millisecond() -> None:
    async def slept() -> float:
        began = time.perf_counter()
        await asyncio.sleep(WAIT)
        return time.perf_counter() - began

    with asyncio.Runner(loop_factory=punctual.loop) as runner:
        assert min(runner.run(slept()) for _ in range(TRIES)) < 0.0018
