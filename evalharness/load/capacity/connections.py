"""Connections to one endpoint, kept and used again: a request's bytes go out, its answer's pieces come in with their
times. asyncio without a client library: what a library does for each chunk is what makes it late under many streams
(tests/bench has figures). It knows nothing of what is asked.
"""

import asyncio
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

from evalharness.load.capacity.answers import Head, Piece, body_of, head_of
from evalharness.load.sse import StreamError

IDLE = 3.0  # seconds: uvicorn closes a connection that has waited for five, at the moment at which it is used again
LAST = b"\r\n0\r\n\r\n"
OK = 200


def nothing() -> None: ...


class Connection(asyncio.Protocol):
    """One, for one answer at a time."""

    def __init__(self, pool: "Pool") -> None:
        self.pool = pool
        self.transport: asyncio.Transport | None = None
        self.lost = False
        self.idle_since = 0.0
        self._begin()

    def _begin(self) -> None:
        self.pieces: list[Piece] = []
        self.head: Head | None = None
        self.size = 0
        self.ended: asyncio.Future[None] | None = None

    def send(self, request: bytes) -> None:
        """Leaves at once; see `answer`."""
        assert self.transport
        self._begin()
        self.ended = asyncio.get_running_loop().create_future()
        if self.lost:
            self._end()  # before it was used
        else:
            self.transport.write(request)

    async def answer(self) -> tuple[list[Piece], Head]:
        """Of what was sent, whole. Raises ConnectionError or StreamError."""
        assert self.ended
        await self.ended
        if self.head is None:
            raise ConnectionResetError("closed before an answer came")
        return self.pieces, self.head

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._take(data)
        self.pool.between()

    def _take(self, data: bytes) -> None:
        self.pieces.append((time.perf_counter(), data))
        self.size += len(data)
        head = self.head
        if head is None:
            try:
                head = self.head = head_of(b"".join(data for _, data in self.pieces))
            except StreamError as error:
                self._end(error)
            if head is None:
                return
        if head.chunked:
            tail = data if len(data) >= len(LAST) else b"".join(data for _, data in self.pieces[-len(LAST) :])
            # No line of an event stream is `0`, so there is no need to read it all; an error's body may be anything.
            if tail.endswith(LAST) and (head.status == OK or body_of(self.pieces, head)[1]):
                self._end()
        elif head.length is not None and self.size - head.size >= head.length:
            self._end()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - what has come says all
        self.lost = True
        self._end()

    def _end(self, error: Exception | None = None) -> None:
        if self.ended and not self.ended.done():
            if error:
                self.ended.set_exception(error)
            else:
                self.ended.set_result(None)

    @property
    def usable(self) -> bool:
        closes = self.head is None or self.head.closes or not (self.head.chunked or self.head.length is not None)
        return not self.lost and not closes

    def close(self) -> None:
        if self.transport:
            self.transport.abort()


@dataclass
class Asking:
    """A request's bytes, and the connection on which they are under way."""

    request: bytes
    connection: Connection | None = None


class Pool:
    """Connections to one endpoint. `between` is called after each piece that came: of many that came together, the
    last is not to be waited for by what has a time of its own.
    """

    def __init__(self, url: str) -> None:
        self.between: Callable[[], None] = nothing
        parts = urlsplit(url)
        self.host, self.tls = parts.hostname or "", parts.scheme == "https"
        self.port = parts.port or (443 if self.tls else 80)
        self.path = f"{parts.path}/chat/completions"
        self.netloc = parts.netloc
        self.context = ssl.create_default_context() if self.tls else None
        self.idle: list[Connection] = []
        self.busy: set[Connection] = set()

    def request(self, body: bytes, headers: dict[str, str]) -> bytes:
        """The bytes of a request."""
        fields = {"Host": self.netloc, "Content-Type": "application/json", "Accept-Encoding": "identity", **headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        return f"POST {self.path} HTTP/1.1\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode("latin-1") + body

    def send(self, asking: Asking) -> None:
        """On a connection that waits, if there is one: at once, before anything else is done."""
        while self.idle:
            kept = self.idle.pop()
            if not kept.lost and time.perf_counter() - kept.idle_since <= IDLE:
                self._on(kept, asking)
                return
            kept.close()

    async def answer(self, asking: Asking) -> tuple[list[Piece], Head]:
        """Of what was sent; on a new connection where none waited, or the server had just closed it: not its fault."""
        if kept := asking.connection:
            try:
                return await self._of(kept)
            except ConnectionError:
                if kept.pieces:
                    raise
        new = await self._new()
        self._on(new, asking)
        return await self._of(new)

    async def _new(self) -> Connection:
        loop: Any = asyncio.get_running_loop()
        _, connection = await loop.create_connection(lambda: Connection(self), self.host, self.port, ssl=self.context)
        return cast(Connection, connection)

    def _on(self, connection: Connection, asking: Asking) -> None:
        asking.connection = connection
        self.busy.add(connection)
        connection.send(asking.request)

    async def _of(self, connection: Connection) -> tuple[list[Piece], Head]:
        try:
            return await connection.answer()
        finally:
            self.busy.discard(connection)
            if connection.usable and connection.ended and connection.ended.done() and not connection.ended.cancelled():
                connection.idle_since = time.perf_counter()
                self.idle.append(connection)
            else:
                connection.close()

    def let_go(self) -> None:
        """Of all that is under way."""
        for connection in self.busy:
            connection.close()
        self.busy.clear()
