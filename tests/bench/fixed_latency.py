"""A chat-completions server that answers every request after the same time: `python -m tests.bench.fixed_latency 0.25`

One asyncio loop in a process of its own, no HTTP library: it must cost less than any client it measures. It prints
its port, and ends with whoever started it (when its standard input closes).
"""

import asyncio
import json
import os
import sys

HEAD_END = b"\r\n\r\n"
MESSAGE = {"role": "assistant", "content": "end"}
BODY = json.dumps(
    {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "any",
        "choices": [{"index": 0, "message": MESSAGE, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4},
    }
).encode()
REPLY = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
NO_SUCH_PAGE = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


class Connection(asyncio.Protocol):
    """One request after the other; what is asked does not matter, only where it ends."""

    def __init__(self, latency: float) -> None:
        self.latency, self.received = latency, b""
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.received += data
        head, end, body = self.received.partition(HEAD_END)
        if end and len(body) >= length(head):
            self.received = b""
            if head.startswith(b"POST"):
                asyncio.get_running_loop().call_later(self.latency, self.transport.write, REPLY)
            else:  # what a server says of itself takes it no time
                self.transport.write(NO_SUCH_PAGE)


def length(head: bytes) -> int:
    """Of the body that follows."""
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


async def serve(latency: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(latency), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    closed = asyncio.Event()
    loop.add_reader(sys.stdin.fileno(), lambda: None if os.read(0, 1) else closed.set())
    await closed.wait()


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1])))
