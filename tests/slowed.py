"""A stand-in in front of a model server that holds every chunk of an answer back: `python -m tests.slowed --help`.

What the server sent after t seconds goes on after `factor` times t, so that everything about it takes just so many
times as long. It knows HTTP/1.1 as model servers speak it: a length, or chunks.
"""

import argparse
import asyncio
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.listening import listening

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
GONE = (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError)


class Slowed:
    """In front of the server at `host`:`port`."""

    def __init__(self, host: str, port: int, factor: float) -> None:
        self.host, self.port, self.factor = host, port, factor

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client's connection, with one of its own to the server behind it."""
        with suppress(*GONE):
            behind, to_behind = await asyncio.open_connection(self.host, self.port)
            with suppress(*GONE):
                while True:
                    to_behind.write(await message(reader))
                    await self.answer((behind, to_behind), writer)
            to_behind.close()
        writer.close()

    async def answer(self, behind: Streams, writer: asyncio.StreamWriter) -> None:
        began, held = time.perf_counter(), asyncio.Queue[tuple[float, bytes]]()
        passing_on = asyncio.create_task(self.pass_on(held, writer))
        head = await behind[0].readuntil(b"\r\n\r\n")
        held.put_nowait((time.perf_counter() - began, head))
        if b"transfer-encoding: chunked" in head.lower():
            size = 1
            while size:
                line = await behind[0].readline()
                size = int(line, 16)
                part = line + await behind[0].readexactly(size + 2)
                held.put_nowait((time.perf_counter() - began, part))
        else:
            body = await behind[0].readexactly(length(head))
            held.put_nowait((time.perf_counter() - began, body))
        held.put_nowait((0.0, b""))
        await passing_on

    async def pass_on(self, held: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter) -> None:
        began = time.perf_counter()
        while True:
            after, part = await held.get()
            if not part:
                return
            await asyncio.sleep(began + self.factor * after - time.perf_counter())
            writer.write(part)


async def message(reader: asyncio.StreamReader) -> bytes:
    """A request: its head, and a body of the length that this says."""
    head = await reader.readuntil(b"\r\n\r\n")
    return head + await reader.readexactly(length(head))


def length(head: bytes) -> int:
    found = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
    return int(found[1]) if found else 0


@contextmanager
def slowed(port: int, factor: float) -> Iterator[str]:
    """The URL of a stand-in for the server at this port of this machine, until the block ends."""
    with listening(Slowed("127.0.0.1", port, factor).handle) as own:
        yield f"http://127.0.0.1:{own}/v1"


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m tests.slowed")
    arguments.add_argument("--port", type=int, required=True, help="of the server, on this machine")
    arguments.add_argument("--factor", type=float, default=1.5, help="how many times as long (default: %(default)s)")
    given = arguments.parse_args()
    with slowed(given.port, given.factor) as url:
        print(url, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
