"""Two models for Open WebUI, "Answer A" and "Answer B": base and tuned, and nobody sees which is which.

A third, "Pairs of a run", gives whoever asks it the next pair of an eval run's answers, where `make blind RUN=…` has
put them up. It runs inside Open WebUI. What would give a model away stays here: its name, its errors, and its speed,
since both answers are handed on when both are there. Who answers in which column, images/webui/functions/pairs.py says.
"""

import asyncio
from collections.abc import Awaitable
from typing import Any

import aiohttp
from pydantic import BaseModel

from images.webui.functions.pairs import COLUMNS, column, drawn
from images.webui.functions.queued import opened

TIMEOUT = 600.0  # seconds for one answer: where two models share one card, each also waits for its turn
PATIENCE = 3.0  # seconds from a question until the other column must have asked; both are asked by one request
SAMPLING = (
    "temperature",
    "top_p",
    "top_k",
    "min_p",
    "max_tokens",
    "max_completion_tokens",
    "stop",
    "seed",
    "frequency_penalty",
    "presence_penalty",
    "repetition_penalty",
    "response_format",
)
"""What of a request goes on to the models, beside its messages."""


RUN = "run"  # the model that hands out the pairs of one


class Pair:
    """The two answers to one message, on their way."""

    def __init__(self) -> None:
        self.asked = {name: asyncio.Event() for name in COLUMNS}
        self.ended = {name: asyncio.Event() for name in COLUMNS}
        self.holding = 0


PAIRS: dict[tuple[str, str], Pair] = {}


async def together(key: tuple[str, str], name: str, answer: Awaitable[str]) -> str:
    """An answer, once that of the other column has come too, or has failed, or was not asked for at all."""
    pair = PAIRS.setdefault(key, Pair())
    other = next(one for one in COLUMNS if one != name)
    pair.holding += 1
    latest = asyncio.get_running_loop().time() + PATIENCE
    pair.asked[name].set()
    try:
        try:
            text = await answer
        finally:
            pair.ended[name].set()
        if await within(pair.asked[other], latest):
            await pair.ended[other].wait()
        return text
    finally:
        pair.holding -= 1
        if not pair.holding:
            PAIRS.pop(key)


async def within(event: asyncio.Event, latest: float) -> bool:
    """Whether an event comes to pass by a time of the loop's clock."""
    try:
        async with asyncio.timeout_at(latest):
            await event.wait()
    except TimeoutError:
        pass
    return event.is_set()


class Pipe:
    class Valves(BaseModel):
        secret: str = ""
        api_key: str = ""
        base_url: str = ""
        tuned_url: str = ""
        queue: dict[str, Any] = {}

    def __init__(self) -> None:
        self.valves = self.Valves()

    def pipes(self) -> list[dict[str, str]]:
        columns = [{"id": name.lower(), "name": f"Answer {name}"} for name in COLUMNS]
        return [*columns, {"id": RUN, "name": "Pairs of a run"}] if self.valves.queue else columns

    async def pipe(
        self,
        body: dict[str, Any],
        __metadata__: dict[str, Any],
        __task__: str | None = None,
        __user__: dict[str, Any] | None = None,
    ) -> str:
        if __task__:  # a title, tags: of no column, so always from the same model
            return await self.answer("base", body)
        if column(body["model"]) == RUN.upper():
            return await self.next_pair((__user__ or {})["id"])
        chat_id, message_id = __metadata__.get("chat_id"), __metadata__.get("user_message_id")
        if not chat_id or not message_id:
            raise RuntimeError("Answers A and B belong to a message of a chat: ask in a chat with both.")
        name = column(body["model"])
        variant = drawn(self.valves.secret, chat_id, message_id)[name]
        return await together((chat_id, message_id), name, self.answer(variant, body))

    async def next_pair(self, person: str) -> str:
        found, many = await opened(self.valves.queue, person, self.valves.secret), len(self.valves.queue["pairs"])
        if found is None:
            return f"You have voted on all {many} pairs. Thank you."
        number, chat = found
        return (
            f"[Open pair {number + 1} of {many}](/c/{chat}), read both answers, and vote with the buttons under them."
        )

    async def answer(self, variant: str, body: dict[str, Any]) -> str:
        """A variant's text. Raises RuntimeError that names neither it nor what it said."""
        asked = {name: body[name] for name in SAMPLING if body.get(name) is not None}
        asked["messages"] = [{"role": said["role"], "content": said["content"]} for said in body["messages"]]
        url = f"{self.valves.base_url if variant == 'base' else self.valves.tuned_url}/chat/completions"
        headers = {"Authorization": f"Bearer {self.valves.api_key}"}
        limit = aiohttp.ClientTimeout(total=TIMEOUT)
        try:
            async with (
                aiohttp.ClientSession(headers=headers, timeout=limit) as session,
                session.post(url, json={**asked, "model": variant}) as response,
            ):
                response.raise_for_status()
                return (await response.json())["choices"][0]["message"]["content"] or ""
        except (aiohttp.ClientError, TimeoutError, ValueError, LookupError, TypeError):
            raise RuntimeError("This answer did not come; ask again.") from None
