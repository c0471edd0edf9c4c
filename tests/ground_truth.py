"""A chat-completions server whose timing is known: it is told its latencies, and logs when it sent what.

One asyncio loop in a thread, bare streams, answers rendered beforehand: it must cost less than any client it
measures. A prompt that contains one of FAULTS gets that instead of an answer.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field

from tests.listening import listening

FAULTS = ("HTTP-500", "CUT-STREAM", "MALFORMED", "SERVER-ERROR", "RESET", "STALL", "NO-USAGE")


@dataclass
class Served:
    """One answered request; times are time.perf_counter() of this machine, seconds."""

    prompt: str
    received: float
    sent: list[float] = field(default_factory=list)  # one for each token, after it was written

    @property
    def ttft(self) -> float:
        return self.sent[0] - self.received


@dataclass
class GroundTruth:
    """`ttft` before the first token, `itl` between tokens, `latency` before an answer in one piece, all in seconds.

    `key` is demanded when it is set.

    `refuses` is a request parameter that it answers with 400; without `usage` it counts no tokens;
    `most_tokens` is the length at which it ends an answer, whatever was asked. A connection that waits for longer than
    `keep_alive` seconds is closed; with `closes_kept`, every one on which a second request comes, as that comes.
    So many answers run at once as there are `slots`, the others wait. It stands still once, `stall` (after so many
    seconds of load, for so many). With `counts_words` a prompt has its words and nine tokens more, `longest_counted` at
    most. `cached` is the share of the prompts' tokens that it says, on a page as vLLM's /metrics, to have taken from a
    prefix cache; without it there is no such page. `served` and `asked` fill as load comes in: questions before it are
    not in `asked`. `running` is how many it works at or has waiting now, those included whose client has gone.
    """

    ttft: float = 0.02
    itl: float = 0.005
    latency: float = 0.0
    key: str = ""
    refuses: str = ""
    usage: bool = True
    most_tokens: int = 1_000_000
    keep_alive: float = 3600.0
    closes_kept: bool = False
    slots: int = 1_000_000
    stall: tuple[float, float] = (0.0, 0.0)
    counts_words: bool = False
    longest_counted: int = 1_000_000
    cached: float | None = None
    served: list[Served] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    connections: int = 0  # that were made, and that are open now
    open: int = 0
    running: int = 0
    host: str = "127.0.0.1"
    port: int = 0
    free: asyncio.Semaphore | None = None
    began: float = 0.0  # the load

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}/v1"

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections, self.open = self.connections + 1, self.open + 1
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError, TimeoutError):
            while await self.answer_one(reader, writer):
                if self.closes_kept:
                    await reader.readuntil(b"\r\n\r\n")
                    writer.transport.abort()
                    break
        self.open -= 1
        writer.close()

    async def answer_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answers one request; whether the connection stays open for another."""
        lines = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), self.keep_alive)).decode().splitlines()[1:-1]
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        if "content-length" not in headers:  # a GET: it says nothing of itself
            if self.cached is not None:
                return self.metrics(writer, self.cached)
            return plain(writer, 404, {"detail": "Not Found"})
        request = json.loads(await reader.readexactly(int(headers["content-length"])))
        received = time.perf_counter()
        prompt = request["messages"][-1]["content"]
        if self.key and headers.get("authorization") != f"Bearer {self.key}":
            return plain(writer, 401, {"error": "Unauthorized"})
        if self.refuses and self.refuses in request:
            return plain(writer, 400, {"error": {"message": f"{self.refuses} is not permitted"}})
        if request["max_tokens"] > 1 and request.get("cache_salt") != "probe":
            self.asked.append(prompt)
        if not request["stream"]:
            await asyncio.sleep(self.latency)
            answer = {"message": {"content": "end"}, "finish_reason": "length"}
            return plain(writer, 200, {"choices": [answer], "usage": {"prompt_tokens": self.length(prompt)}})
        if "HTTP-500" in prompt:
            return plain(writer, 500, {"error": "the engine is dead"})
        if "RESET" in prompt:
            writer.transport.abort()
            return False
        tokens = min(request["max_tokens"], self.most_tokens)
        self.free = self.free or asyncio.Semaphore(self.slots)
        async with self.working(), self.free:
            if self.slots < 1_000_000:
                received = time.perf_counter()  # it begins now
            if request.get("cache_salt") != "probe" and self.stall[1]:
                self.began = self.began or received
                still = self.began + sum(self.stall) - received
                if 0 < still <= self.stall[1]:
                    await asyncio.sleep(still)
                    received = time.perf_counter()
            return await self.stream(writer, prompt, received, tokens)

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        self.running += 1
        try:
            yield
        finally:
            self.running -= 1

    def metrics(self, writer: asyncio.StreamWriter, cached: float) -> bool:
        asked = sum(self.length(prompt) for prompt in self.asked)
        counts = {
            "num_requests_running": self.running,
            "num_requests_waiting": 0,
            "prefix_cache_queries_total": asked,
            "prefix_cache_hits_total": cached * asked,
        }
        page = "".join(f'vllm:{name}{{engine="0"}} {count}\n' for name, count in counts.items()).encode()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(page), page))
        return True

    def length(self, prompt: str) -> int:
        """In tokens, as it says itself."""
        return min(9 + len(prompt.split()), self.longest_counted) if self.counts_words else 7

    async def stream(self, writer: asyncio.StreamWriter, prompt: str, received: float, tokens: int) -> bool:
        served = Served(prompt, received)
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
            + event({"choices": [{"delta": {"role": "assistant", "content": ""}}]})
        )
        for index in range(tokens):
            await asyncio.sleep(received + self.ttft + index * self.itl - time.perf_counter())
            if writer.transport.is_closing() or (index == 2 and "CUT-STREAM" in prompt):
                return False
            if index == 2 and "STALL" in prompt:
                await asyncio.sleep(3600)
            if index == 2 and "MALFORMED" in prompt:
                writer.write(chunked(b"data: {half of it\n\n"))
            if index == 2 and "SERVER-ERROR" in prompt:
                writer.write(event({"error": {"message": "the engine died", "code": 500}}))
            last = index == tokens - 1
            writer.write(LAST_TOKEN if last else TOKEN)
            served.sent.append(time.perf_counter())
        if self.usage and "NO-USAGE" not in prompt:
            length = self.length(prompt)
            usage = {"prompt_tokens": length, "completion_tokens": tokens, "total_tokens": tokens + length}
            writer.write(event({"choices": [], "usage": usage}))
        self.served.append(served)  # before the client can know that it is done
        writer.write(chunked(b"data: [DONE]\n\n") + b"0\r\n\r\n")
        await writer.drain()
        return True


def chunked(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def event(chunk: object) -> bytes:
    return chunked(b"data: " + json.dumps(chunk).encode() + b"\n\n")


def plain(writer: asyncio.StreamWriter, status: int, body: object) -> bool:
    text = json.dumps(body).encode()
    writer.write(b"HTTP/1.1 %d Status\r\nContent-Length: %d\r\n\r\n%s" % (status, len(text), text))
    return True


TOKEN = event({"choices": [{"index": 0, "delta": {"content": "word "}, "finish_reason": None}]})
LAST_TOKEN = event({"choices": [{"index": 0, "delta": {"content": "end"}, "finish_reason": "length"}]})


@contextmanager
def serving(truth: GroundTruth) -> Iterator[GroundTruth]:
    """The server, listening on a free loopback port until the block ends."""
    with listening(truth.handle, truth.host) as truth.port:
        yield truth
