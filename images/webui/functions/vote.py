"""Votes on Answer A and Answer B, by four buttons under them; which is which is told once a vote stands.

It runs inside Open WebUI, and writes each vote as feedback there, so that it is exported with the rest
(`GET /api/v1/evaluations/feedbacks/all/export`). A row of type `blind`, beside what every row has:

    data.vote             A, B, tie or both bad
    data.A, data.B        base or tuned: who answered there
    data.versions         {"base": …, "tuned": …}: the models' versions
    data.prompt           the first 12 hexadecimal digits of the SHA-256 of the person's message
    data.seal             HMAC-SHA-256 of the vote, with BLIND_SECRET: a row that somebody posted or changed has none
    meta.chat_id          the chat
    meta.user_message_id  the person's message in it
    meta.message_id       the answer whose button was pressed
    meta.message_ids      {"A": …, "B": …}: the two answers that were compared

A pair is voted on once: whoever has seen which is which is no longer blind. data.A and data.B follow from BLIND_SECRET
and the two ids (`drawn` in images/webui/functions/pairs.py), so whoever has that secret can check a row, as
`make feedback` does.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from pydantic import BaseModel

from images.webui.functions.pairs import answers, reveal, row
from images.webui.functions.queued import QUESTION, compared, ids, numbers, opened

Emit = Callable[[dict[str, Any]], Awaitable[None]]
Call = Callable[[dict[str, Any]], Awaitable[Any]]

BUTTONS = {
    "a": ("A", "A is better", "A"),
    "b": ("B", "B is better", "B"),
    "tie": ("tie", "Tie", "="),
    "both_bad": ("both bad", "Both are bad", "✕"),
}
"""By id: the vote, the button's title, and what is drawn on it."""
PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><text x="12" y="20" font-size="22" font-weight="bold"'
    ' font-family="sans-serif" text-anchor="middle">{}</text></svg>'
)
VOTING = asyncio.Lock()  # two clicks at once are one vote


class Action:
    class Valves(BaseModel):
        secret: str = ""
        base_version: str = ""
        tuned_version: str = ""
        queue: dict[str, Any] = {}

    def __init__(self) -> None:
        self.valves = self.Valves()
        self.actions = [
            {"id": button, "name": title, "icon_url": f"data:image/svg+xml,{quote(PICTURE.format(drawn_on_it))}"}
            for button, (_, title, drawn_on_it) in BUTTONS.items()
        ]

    async def action(
        self,
        body: dict[str, Any],
        __id__: str,
        __user__: dict[str, Any],
        __event_emitter__: Emit,
        __event_call__: Call,
    ) -> None:
        """Writes the vote of the button `__id__` under the answer `body["id"]`, and tells above both which is which.
        Where the pair is one of a run's it then leads to the next.
        """
        from open_webui.models.chats import Chats
        from open_webui.models.feedbacks import FeedbackForm, Feedbacks
        from open_webui.socket.main import get_event_emitter

        if body.get("event"):  # a click on another button, such as that for another try, of which actions hear too
            return
        chat_id, clicked, person = body["chat_id"], body["id"], __user__["id"]
        secret, queue = self.valves.secret, self.valves.queue
        versions = {"base": self.valves.base_version, "tuned": self.valves.tuned_version}
        number = numbers(queue, person).get(chat_id)
        async with VOTING:
            messages = await Chats.get_messages_map_by_chat_id(chat_id) or {}
            pair = answers(messages, clicked)
            if pair is None:
                await tell(__event_emitter__, "warning", "Vote once both answers are there, in a chat that is kept.")
                return
            asked = messages[messages[clicked]["parentId"]]
            of_the_run = number is not None and asked["id"] == ids(queue, person, number)[QUESTION]
            for before in await Feedbacks.get_feedbacks_by_chat_id(chat_id):
                if before.type == "blind" and (before.meta or {}).get("user_message_id") == asked["id"]:
                    await tell(__event_emitter__, "info", "The first vote stands: you have seen which is which.")
                    return
            if number is not None and of_the_run:
                as_it_was = compared(queue, person, number, secret, messages, clicked)
                if as_it_was is None:
                    await tell(__event_emitter__, "warning", "This is not the run's own answer; vote under that one.")
                    return
                pair, versions = as_it_was, queue["versions"]
            vote = row(BUTTONS[__id__][0], person, secret, versions, chat_id, asked, clicked, pair)
            if await Feedbacks.insert_new_feedback(person, FeedbackForm(**vote)) is None:
                await tell(__event_emitter__, "error", "The vote could not be kept; vote again.")
                return
        told = {"type": "status", "data": {"description": reveal(vote["data"]), "done": True}}
        for answer in pair.values():
            emit = await get_event_emitter({"user_id": __user__["id"], "chat_id": chat_id, "message_id": answer})
            await emit(told)
        if of_the_run:
            await lead_on(queue, person, secret, reveal(vote["data"]), __event_emitter__, __event_call__)


async def lead_on(queue: dict[str, Any], person: str, secret: str, told: str, emit: Emit, call: Call) -> None:
    """Asks whether to go on to the next pair of a run, and opens it."""
    found, many = await opened(queue, person, secret), len(queue["pairs"])
    if found is None:
        await tell(emit, "success", f"That was the last of {many} pairs. Thank you.")
        return
    number, chat = found
    about = {"title": "Your vote is kept", "message": f"{told}. On to pair {number + 1} of {many}?"}
    if await call({"type": "confirmation", "data": about}) is True:
        await emit({"type": "execute", "data": {"code": f"location.assign('/c/{chat}')"}})


async def tell(emit: Emit, kind: str, words: str) -> None:
    await emit({"type": "notification", "data": {"type": kind, "content": words}})
