"""An asyncio server in a thread of its own, for as long as a block lasts. It knows nothing of what is served."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextmanager
def listening(handle: Handler, host: str = "127.0.0.1") -> Iterator[int]:
    """The port, a free one, at which it listens until the block ends. What is under way then is cancelled."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(handle, host, 0, backlog=1024))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        for job in asyncio.all_tasks(loop):
            job.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        server.close()
        loop.close()
