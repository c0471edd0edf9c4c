"""A chat-completions server of known timing for hundreds of streams: `python -m tests.bench.streaming [TTFT ITL N]`.

One asyncio loop in a process of its own, one timer for all streams, no HTTP library. A line on its standard input is
answered with what it has served since the last: [received, first token sent, ended] of each request, by
time.perf_counter(), which is the same clock for every process of a machine; the line `stall` is answered with nothing,
and so is everybody for STALL_SECONDS. It ends with whoever started it.
"""

import asyncio
import heapq
import itertools
import json
import random
import sys
import time
from dataclasses import dataclass, field

from tests.ground_truth import chunked, event

TOKENS, TTFT_SECONDS, ITL_SECONDS = 50, 0.1, 0.02
REST_SECONDS = 0.1  # at most, between the last token and the answer's end: or all streams would go on in step
STALL, STALL_SECONDS = "stall", 3.0
HEAD_END = b"\r\n\r\n"
TICK_SECONDS = 0.001
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def chunk(delta: dict[str, str] | None, finish_reason: str | None = None, **more: object) -> bytes:
    """With all that vLLM's have; without a delta, the one that has the usage alone."""
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason, "token_ids": None}
    about = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "any"}
    return event({**about, "choices": [] if delta is None else [choice], **more})


TOKEN, LAST_TOKEN = chunk({"content": "word "}), chunk({"content": "end"}, "length")
# As vLLM does, which says whose turn it is when it has the first token.
FIRST = HEAD + chunk({"role": "assistant", "content": ""}) + TOKEN
USAGE = {"prompt_tokens": 7, "completion_tokens": TOKENS, "total_tokens": TOKENS + 7}
END = chunk(None, usage=USAGE) + chunked(b"data: [DONE]\n\n") + b"0\r\n\r\n"


@dataclass
class Truth:
    """`due` is a heap of (when, number, answer, which token); `served` is told and emptied when it is asked for."""

    due: list[tuple[float, int, "Answer", int]] = field(default_factory=list)
    served: list[tuple[float, float, float]] = field(default_factory=list)
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)
    ttft: float = TTFT_SECONDS
    itl: float = ITL_SECONDS
    tokens: int = TOKENS
    draw: random.Random = field(default_factory=lambda: random.Random(0))

    def plan(self, when: float, answer: "Answer", token: int) -> None:
        heapq.heappush(self.due, (when, next(self.numbers), answer, token))

    async def run(self) -> None:
        while True:
            now = time.perf_counter()
            while self.due and self.due[0][0] <= now:
                when, _, answer, token = heapq.heappop(self.due)
                answer.send(when, token)
            await asyncio.sleep(TICK_SECONDS)


@dataclass
class Answer:
    truth: Truth
    transport: asyncio.Transport
    received: float
    first: float = 0.0

    def send(self, when: float, token: int) -> None:
        """The token of this number, counted from 0; after the last, the end; nothing to somebody who has gone."""
        if self.transport.is_closing():
            return
        last = self.truth.tokens - 1
        if token > last:
            self.truth.served.append((self.received, self.first, time.perf_counter()))  # before the client can know
            self.transport.write(END)
            return
        self.transport.write(FIRST if token == 0 else LAST_TOKEN if token == last else TOKEN)
        if token == 0:
            self.first = time.perf_counter()
        if token == last:
            when += self.truth.draw.uniform(0, REST_SECONDS)
        self.truth.plan(when + self.truth.itl if token < last else when, self, token + 1)


class Connection(asyncio.Protocol):
    """One request after the other; what is asked does not matter, only where it ends."""

    def __init__(self, truth: Truth) -> None:
        self.truth, self.data = truth, b""
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.data += data
        while (end := self.data.find(HEAD_END)) >= 0:
            head = self.data[:end].lower()
            whole = end + len(HEAD_END) + length(head)
            if len(self.data) < whole:
                return
            self.data = self.data[whole:]
            if head.startswith(b"post"):
                now = time.perf_counter()
                self.truth.plan(now + self.truth.ttft, Answer(self.truth, self.transport, now), 0)
            else:
                body = json.dumps({"object": "list", "data": [{"id": "any", "object": "model"}]}).encode()
                self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))


def length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line[len(b"content-length:") :])
    return 0


async def main() -> None:
    truth, loop = Truth(), asyncio.get_running_loop()
    if len(sys.argv) > 1:
        truth.ttft, truth.itl, truth.tokens = float(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
    server = await loop.create_server(lambda: Connection(truth), "127.0.0.1", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    asked = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(asked), sys.stdin)
    ticking = asyncio.create_task(truth.run())
    while line := await asked.readline():
        if line.decode().strip() == STALL:
            time.sleep(STALL_SECONDS)
            continue
        print(json.dumps(truth.served), flush=True)
        truth.served.clear()
    ticking.cancel()


if __name__ == "__main__":
    asyncio.run(main())
