"""One OpenAI endpoint for vLLM servers that share a card with room for one: that one is awake, the others sleep.

    python -m serve.services.switch --host 127.0.0.1 --port 8000 --server base=http://127.0.0.1:8001 --server tuned=…

A request goes to the server of its model once that has the card (turns.py says when). The servers run with
--enable-sleep-mode and VLLM_SERVER_DEV_MODE=1; VLLM_API_KEY in the environment is theirs. This runs in vLLM's
environment, and knows nothing of Tandem's settings, nor of what is asked.

Not llama-swap: a busy model keeps its card there, /upstream opens every route, and its sleep of vLLM sends no API key.
"""

import argparse
import asyncio
import json
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

import aiohttp
from aiohttp import ClientError, ClientTimeout, web
from yarl import URL

from serve.services.api_key import REFUSAL, VARIABLE, admits
from serve.services.turns import SLICE, Turns, now

PATIENCE = 120.0  # seconds that requests wait for a server that is down; those of the next as many do not
CHANGE = ClientTimeout(total=120)  # to fall asleep or to wake up: either copies all the weights
QUICK = ClientTimeout(total=5)
LOOK_SECONDS = 5.0  # between looks for servers that have restarted, and so are awake
LARGEST_BODY = 256 * 1024**2  # bytes; chats may hold images
# Level 1 keeps the weights in memory. It aborts what still runs: by then, only what nobody waits for any more.
SLEEP = "/sleep?level=1"
SLEEP_TRIES, SLEEP_PAUSE = 10, 1.0  # times that a server is told, and seconds between
LISTING, VERSION = "/v1/models", "/version"  # vLLM answers these in its sleep too
TOKENIZING = ("/tokenize", "/detokenize")  # by which the harness sees that both read a chat alike
GONE = (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError)  # no process listens there, or it has just ended
HOP_BY_HOP = {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}
NOT_ADDED = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")  # aiohttp's own, where the client sent none
NOT_SENT = HOP_BY_HOP | {"host", "content-length", "content-encoding", "expect"}  # its body is read whole, and decoded

log = logging.getLogger("switch")


class Unavailable(Exception):
    """A server that cannot be had for now, and why."""


class Refused(Unavailable):
    """A server that could not do as it was told, and said so."""


class Switch:
    """`servers` is {model: URL}; `key` is theirs."""

    def __init__(
        self, servers: Mapping[str, str], key: str, patience: float = PATIENCE, slice_seconds: float = SLICE
    ) -> None:
        self.servers, self.patience = servers, patience
        self.key, self.authorization = key, {"Authorization": f"Bearer {key}"}
        self.awake: str | None = None  # the last that was, as far as is known
        self.unsure = set(servers)  # those that may be half asleep: put_to_sleep says how that comes
        self.changing = asyncio.Lock()  # of who is awake
        self.turns = Turns(self.hand_over, slice_seconds)
        self.hopeless_until = dict.fromkeys(servers, 0.0)
        self.session: aiohttp.ClientSession

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self.authorised], client_max_size=LARGEST_BODY)
        app.cleanup_ctx.append(self.run)
        app.router.add_get("/health", self.health)
        app.router.add_get(LISTING, self.models)
        app.router.add_get(VERSION, self.version)
        for path in TOKENIZING:
            app.router.add_post(path, self.forward)
        app.router.add_route("*", "/v1/{path:.*}", self.forward)
        return app

    async def run(self, _: web.Application) -> AsyncIterator[None]:
        # A connection for each request: vLLM closes idle ones, maybe just as the next request goes out on it.
        connector = aiohttp.TCPConnector(limit=0, force_close=True)
        endless = ClientTimeout(total=None, sock_connect=QUICK.total)
        async with aiohttp.ClientSession(
            connector=connector, timeout=endless, auto_decompress=False, skip_auto_headers=NOT_ADDED
        ) as self.session:
            await self.begin()
            self.turns.holder = self.awake
            watching = asyncio.create_task(self.watch())
            yield
            watching.cancel()

    @web.middleware
    async def authorised(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Nobody without the key makes models swap."""
        given = request.headers.get("Authorization", "").encode(errors="surrogateescape")
        if admits(request.method, request.path, given, self.key):
            return await handler(request)
        return web.json_response(REFUSAL, status=401)

    async def health(self, _: web.Request) -> web.Response:
        """Whether every server answers, be it in its sleep; it wakes none."""
        states = dict(zip(self.servers, map(bool, await self.listings()), strict=True))
        return web.json_response(states, status=200 if all(states.values()) else 503)

    async def models(self, _: web.Request) -> web.Response:
        entries = [entry for listing in await self.listings() for entry in listing.get("data", [])]
        return web.json_response({"object": "list", "data": entries})

    async def version(self, _: web.Request) -> web.Response:
        """The servers' own, where it is the same."""
        first, *others = await asyncio.gather(*(self.get(model, VERSION) for model in self.servers))
        if not first or any(other != first for other in others):
            return unavailable("The servers have no version in common.")
        return web.json_response(first)

    async def listings(self) -> list[dict[str, Any]]:
        return await asyncio.gather(*(self.get(model, LISTING) for model in self.servers))

    async def forward(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        try:
            model = json.loads(body)["model"]
        except (ValueError, LookupError, TypeError):
            return refusal(400, "BadRequestError", "The body is not JSON that names a model.")
        if model not in list(self.servers):  # a list: what it is may not be hashable
            return refusal(404, "NotFoundError", f"The model `{model}` does not exist.")
        if now() < self.hopeless_until[model] and not await self.get(model, LISTING):
            return unavailable(f"{model} does not answer.")
        # As it came: made canonical, /v1/../sleep would turn into a path that this does not forward.
        url = URL(self.servers[model] + request.rel_url.raw_path_qs, encoded=True)
        headers = [(name, value) for name, value in request.headers.items() if name.lower() not in NOT_SENT]
        try:
            for _ in range(2):  # again where the holder of the card turns out to be restarting
                async with self.turns.turn(model):
                    with suppress(aiohttp.ClientConnectorError):
                        sent = self.session.request(
                            request.method, url, data=body, headers=headers, allow_redirects=False
                        )
                        async with sent as answer:
                            return await passed_on(answer, request)
                    self.turns.holder = None
        except (ClientError, Unavailable) as error:
            return unavailable(f"{model} failed: {error}")
        return unavailable(f"{model} does not answer.")

    async def hand_over(self, model: str) -> None:
        """Puts the others to sleep, then wakes this one, for which it waits if it is restarting: it has room now."""
        began = now()
        async with self.changing:
            for other in self.servers:
                if other != model:
                    await self.put_to_sleep(other)
            if model in self.unsure:
                await self.put_to_sleep(model)
            deadline = now() + self.patience
            while not await self.tell(model, "/wake_up"):
                if now() > deadline:
                    self.hopeless_until[model] = now() + self.patience
                    raise Unavailable("it does not answer")
                await asyncio.sleep(0.2)
            self.awake = model
        log.info("%s has the card; the change took %.1f s", model, now() - began)

    async def begin(self) -> None:
        """One server stays awake; none while one is missing, which needs the card for itself to load."""
        if all(await self.listings()):
            await self.settle()
            return
        async with self.changing:
            for model in self.servers:
                await self.put_to_sleep(model)

    async def settle(self) -> None:
        """Leaves one server awake: every server is when it starts."""
        states = [(model, await self.get(model, "/is_sleeping")) for model in self.servers if model != self.awake]
        async with self.changing:
            for model in [model for model, state in states if state.get("is_sleeping") is False]:
                self.unsure.discard(model)
                self.awake = self.awake or model
                if model != self.awake:
                    await self.put_to_sleep(model)

    async def watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.settle()
            except Unavailable as error:
                log.warning("a restarted server is awake beside another: %s", error)

    async def put_to_sleep(self, model: str) -> None:
        """Returns when a server sleeps, or there is none. Raises Unavailable where it says again and again that it
        does not.

        vLLM gives its memory back first, and fails after that where the card has less free memory than before, because
        another process took as much meanwhile (sleep in vllm/v1/worker/gpu_worker.py). Only when told again, in a
        calmer moment, does it know that it sleeps: woken before, it would run without its weights.
        """
        self.unsure.add(model)
        for left in reversed(range(SLEEP_TRIES)):
            try:
                await self.tell(model, SLEEP)
                break
            except Refused as error:
                log.warning("%s; it is told %d times more", error, left)
                if not left:
                    raise Unavailable(f"{model} did not fall asleep, told {SLEEP_TRIES} times: {error}") from None
                await asyncio.sleep(SLEEP_PAUSE)
        self.unsure.discard(model)

    async def tell(self, model: str, path: str) -> bool:
        """Whether a server did as it was told; False where there is none. Raises Refused, or Unavailable where it says
        nothing.
        """
        try:
            url = self.servers[model] + path
            async with self.session.post(url, timeout=CHANGE, headers=self.authorization, raise_for_status=True):
                return True
        except GONE:
            return False
        except aiohttp.ClientResponseError as error:
            kind = Refused if error.status >= 500 else Unavailable
            raise kind(f"{path} of {model}: {error.status} {error.message}") from None
        except (ClientError, TimeoutError) as error:
            raise Unavailable(f"{path} of {model}: {str(error) or 'no answer'}") from None

    async def get(self, model: str, path: str) -> dict[str, Any]:
        """What a server answers; empty where it does not, or not with an object."""
        url = self.servers[model] + path
        with suppress(ClientError, TimeoutError, ValueError):
            async with self.session.get(url, timeout=QUICK, headers=self.authorization) as response:
                answer = await response.json()
                return answer if response.status == 200 and isinstance(answer, dict) else {}
        return {}


async def passed_on(answer: aiohttp.ClientResponse, request: web.Request) -> web.StreamResponse:
    """The answer as it comes: each piece when it is there, and cut off where it was cut off."""
    response = web.StreamResponse(status=answer.status, reason=answer.reason)
    response.headers.extend((name, value) for name, value in answer.headers.items() if name.lower() not in HOP_BY_HOP)
    await response.prepare(request)
    try:
        async for piece in answer.content.iter_any():
            await response.write(piece)
    except ClientError:  # from here on, the only way to say so
        if request.transport:
            request.transport.close()
    return response


def refusal(status: int, kind: str, message: str, headers: Mapping[str, str] | None = None) -> web.Response:
    error = {"message": message, "type": kind, "param": None, "code": status}
    return web.json_response({"error": error}, status=status, headers=headers)


def unavailable(message: str) -> web.Response:
    return refusal(503, "ServiceUnavailableError", message, {"Retry-After": "10"})


def named(text: str) -> tuple[str, str]:
    name, found, url = text.partition("=")
    if not (name and found and url.startswith("http")):
        raise argparse.ArgumentTypeError(f"{text} is not NAME=URL")
    return name, url.rstrip("/")


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m serve.services.switch", description="One endpoint for servers in turns."
    )
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", required=True, type=int)
    parser.add_argument("--server", required=True, action="append", type=named, metavar="NAME=URL")
    given = parser.parse_args()
    if not os.environ.get(VARIABLE):
        parser.error(f"{VARIABLE} is not set: the servers' key, which a request must have to make models swap")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    switch = Switch(dict(given.server), os.environ[VARIABLE])
    # Without handler_cancellation, a client that went away would keep its place.
    web.run_app(
        switch.app(),
        host=given.host,
        port=given.port,
        handler_cancellation=True,
        shutdown_timeout=20,
        print=None,
        access_log=None,
    )


if __name__ == "__main__":
    main()
