"""Stand-ins for two vLLM servers in sleep mode, and the switch in front of them: sleep mode needs CUDA.

They do what vLLM 0.32 does, behind the key as ours are: start awake, abort what runs when told to sleep, keep a request
for later that comes in their sleep, and list their models at any time. Where another process took memory while one fell
asleep, it has given its own back and says that it failed; woken then, it would run without its weights. The card has
room for one: a server that starts waits until it is free, as one does that fails for lack of memory and is started
again.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp import ClientResponse, ClientSession, web

from serve.services.api_key import admits
from serve.services.switch import PATIENCE, Switch

KEY = "sk-the-servers-own"
AUTHORIZED = {"Authorization": f"Bearer {KEY}"}
SLICE, SHORT_PATIENCE = 0.4, 1.0


class Card:
    def __init__(self) -> None:
        self.awake: set[str] = set()
        self.most_awake = 0
        self.woken: list[str] = []

    def take(self, name: str) -> None:
        self.awake.add(name)
        self.most_awake = max(self.most_awake, len(self.awake))


class Vllm:
    """What it is asked says what it does: "stream" sends a piece for each `piece` released, "slow" ends when it is."""

    def __init__(self, name: str, card: Card) -> None:
        self.name, self.card = name, card
        self.wakened, self.piece = asyncio.Event(), asyncio.Semaphore(0)
        self.asked: list[web.BaseRequest] = []
        self.states = "0.32.0"  # as its version
        self.running: set[asyncio.Task[Any]] = set()
        self.aborted = self.asked_asleep = self.abandoned = self.without_key = 0
        self.restless = 0  # times more that it fails to fall asleep
        self.half_asleep, self.woken_half_asleep = False, 0
        # Bound and never listening, it keeps the port for when the server starts again, and refuses until then.
        self.reserved = bound(0)
        self.port: int = self.reserved.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        while self.card.awake:
            await asyncio.sleep(0.01)
        await self.start_beside_another()

    async def start_beside_another(self) -> None:
        app = web.Application(middlewares=[self.authorised], client_max_size=16 * 1024**2)
        app.router.add_post("/v1/chat/completions", self.chat)
        app.router.add_get("/v1/models", self.models)
        app.router.add_get("/version", self.version)
        app.router.add_post("/tokenize", self.tokenize)
        app.router.add_get("/is_sleeping", self.is_sleeping)
        app.router.add_post("/sleep", self.sleep)
        app.router.add_post("/wake_up", self.wake_up)
        self.card.take(self.name)
        self.wakened.set()
        self.runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0)
        await self.runner.setup()
        await web.SockSite(self.runner, bound(self.port)).start()

    async def kill(self) -> None:
        for connection in list(self.runner.server.connections) if self.runner.server else []:
            if connection.transport:
                connection.transport.abort()
        await self.runner.cleanup()
        self.card.awake.discard(self.name)

    @web.middleware
    async def authorised(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if admits(request.method, request.path, request.headers.get("Authorization", "").encode(), KEY):
            return await handler(request)
        self.without_key += 1
        return web.json_response(status=401)

    async def chat(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        self.asked_asleep += not self.wakened.is_set()
        task = asyncio.current_task()
        assert task
        self.running.add(task)
        try:
            await self.wakened.wait()
            question = (await request.json())["messages"][0]["content"]
            if question == "stream":
                return await self.stream(request)
            await (self.piece.acquire() if question == "slow" else asyncio.sleep(0.02))
            answer = {"choices": [{"message": {"content": self.name}}]}
            response = web.json_response(answer, headers={"X-Request-Id": "7"})
            response.enable_compression()  # where it is accepted: what comes out must be what its headers say
            return response
        except asyncio.CancelledError:
            self.abandoned += 1
            raise
        finally:
            self.running.discard(task)

    async def stream(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for number in range(3):
            await self.piece.acquire()
            await response.write(f"data: {number}\n\n".encode())
        await response.write(b"data: [DONE]\n\n")
        return response

    async def models(self, _: web.Request) -> web.Response:
        return web.json_response({"object": "list", "data": [{"id": self.name, "object": "model"}]})

    async def version(self, _: web.Request) -> web.Response:
        return web.json_response({"version": self.states})

    async def tokenize(self, request: web.Request) -> web.Response:
        return web.json_response({"tokens": [ord(sign) for sign in self.name + (await request.json())["prompt"]]})

    async def is_sleeping(self, _: web.Request) -> web.Response:
        return web.json_response({"is_sleeping": not self.wakened.is_set()})

    async def sleep(self, request: web.Request) -> web.Response:
        assert request.query["level"] == "1"
        self.aborted += len(self.running)
        self.wakened.clear()
        await asyncio.sleep(0.02)
        self.card.awake.discard(self.name)
        self.half_asleep = self.restless > 0
        if self.half_asleep:
            self.restless -= 1
            return web.Response(status=500, text="Internal Server Error")
        return web.json_response({"status": "sleeping", "level": 1})

    async def wake_up(self, _: web.Request) -> web.Response:
        self.woken_half_asleep += self.half_asleep
        self.card.take(self.name)
        await asyncio.sleep(0.02)
        self.card.woken.append(self.name)
        self.wakened.set()
        return web.json_response({"status": "awake", "tags": None})


def bound(port: int) -> socket.socket:
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    made.bind(("127.0.0.1", port))
    return made


class World:
    """Both servers, the switch in front of them, and its clients."""

    def __init__(self) -> None:
        self.card = Card()
        self.base, self.tuned = Vllm("base", self.card), Vllm("tuned", self.card)
        self.switch = Switch({"base": self.base.url, "tuned": self.tuned.url}, KEY, PATIENCE, SLICE)
        self.session: ClientSession
        self.url = ""

    async def ask(self, model: str, question: str = "quick") -> str:
        async with self.post(model, question) as response:
            assert response.status == 200, await response.text()
            return str((await response.json())["choices"][0]["message"]["content"])

    def post(self, model: str, question: str, headers: dict[str, str] = AUTHORIZED) -> Any:
        body = {"model": model, "messages": [{"role": "user", "content": question}]}
        return self.session.post(f"{self.url}/v1/chat/completions", json=body, headers=headers)

    async def refused(self, model: str) -> ClientResponse:
        async with self.post(model, "quick") as response:
            assert response.status == 503 and response.headers["Retry-After"].isdecimal()
            assert (await response.json())["error"]["type"] == "ServiceUnavailableError"
            return response


@asynccontextmanager
async def world(awake: tuple[str, ...] = ("base",), missing: str = "") -> AsyncIterator[World]:
    made = World()
    for server in (made.base, made.tuned):
        if server.name == missing:
            continue
        await server.start_beside_another()
        if server.name not in awake:
            made.card.awake.discard(server.name)
            server.wakened.clear()
    made.card.most_awake = 0
    runner = web.AppRunner(made.switch.app(), handler_cancellation=True, shutdown_timeout=0)
    await runner.setup()
    listening = bound(0)
    made.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    await web.SockSite(runner, listening).start()
    connector = aiohttp.TCPConnector(limit=0)
    async with ClientSession(connector=connector) as made.session:
        yield made
    await runner.cleanup()
    for server in (made.base, made.tuned):
        await server.kill()
        server.reserved.close()
    assert made.card.most_awake <= 1
    assert made.base.aborted + made.tuned.aborted == 0
    assert made.base.asked_asleep + made.tuned.asked_asleep == 0
    assert made.base.woken_half_asleep + made.tuned.woken_half_asleep == 0


def played(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(story, 100))


async def until(fact: Any) -> None:
    while not fact():
        await asyncio.sleep(0.005)
