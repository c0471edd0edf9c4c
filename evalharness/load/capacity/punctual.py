"""An event loop that wakes when it is time: asyncio's own waits for whole milliseconds, one more than it has to.

At 500 requests a second that is half of the gap between two. It knows nothing of load.
"""

import asyncio
import select
from selectors import DefaultSelector, SelectorKey


class Punctual(DefaultSelector):
    """Waits to the microsecond: by select(), which knows fractions of a second, for the descriptor of its own epoll,
    which knows milliseconds alone. What has come is there then without waiting.
    """

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        if timeout is not None and timeout > 0:
            select.select([self.fileno()], [], [], timeout)
            timeout = 0
        return super().select(timeout)


def loop() -> asyncio.AbstractEventLoop:
    return asyncio.SelectorEventLoop(Punctual())
