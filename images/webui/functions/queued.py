"""The answers of an eval run, put up for people to vote on: whose turn is which pair, and the chat that it lies in.

Like pairs.py it is put into both functions. A queue is what serve/services/queue.py makes of a run:

    run       the name of its folder
    versions  {"base": …, "tuned": …}: whose answers these are, whatever is served now
    pairs     [{"messages": [{"role": …, "content": …}, …], "base": text, "tuned": text}, …]

Each person gets each pair in a chat of their own, whose ids follow from the run, the person and the pair: nothing is
kept of who is where but the votes themselves.
"""

import time
import uuid
from collections.abc import Collection, Mapping
from typing import Any

from images.webui.functions.pairs import COLUMNS, drawn

NAMESPACE = uuid.UUID("5a1c7d0e-64c4-4f0a-9a57-0d8a3c1f2b66")
QUESTION = "question"


def ids(queue: Mapping[str, Any], person: str, number: int) -> dict[str, str]:
    """Of the chat in which a person gets the pair `number`, counted from 0, of its question, and of the answers A and
    B to it.
    """
    chat = uuid.uuid5(NAMESPACE, f"{queue['run']} {person} {number}")
    return {"chat": str(chat), **{name: str(uuid.uuid5(chat, name)) for name in (QUESTION, *COLUMNS)}}


def numbers(queue: Mapping[str, Any], person: str) -> dict[str, int]:
    """Of each chat of the queue that this person may have, which pair it holds."""
    return {ids(queue, person, number)["chat"]: number for number in range(len(queue.get("pairs", ())))}


def next_of(queue: Mapping[str, Any], person: str, voted: Collection[str]) -> int | None:
    """The first pair that this person has not voted on; `voted` are the ids of the chats in which they have."""
    return next((number for chat, number in numbers(queue, person).items() if chat not in voted), None)


def compared(
    queue: Mapping[str, Any], person: str, number: int, secret: str, messages: Mapping[str, Any], clicked: str
) -> dict[str, str] | None:
    """The ids of a pair's two answers by column, where the click is on one of them and both are as the run has them:
    not on another try at one, nor on one that was edited.
    """
    own = ids(queue, person, number)
    columns, pair = drawn(secret, own["chat"], own[QUESTION]), queue["pairs"][number]
    named = {name: own[name] for name in COLUMNS}
    whole = all(messages.get(named[name], {}).get("content") == pair[columns[name]] for name in COLUMNS)
    return named if whole and clicked in named.values() else None


def chat_of(queue: Mapping[str, Any], person: str, number: int, secret: str, now: int) -> dict[str, Any]:
    """The chat that holds a pair, as Open WebUI keeps chats: what was asked, and both answers side by side. `now` is
    Unix time, in seconds.
    """
    pair, own = queue["pairs"][number], ids(queue, person, number)
    columns = drawn(secret, own["chat"], own[QUESTION])
    models = [f"blind.{name.lower()}" for name in COLUMNS]
    messages: dict[str, dict[str, Any]] = {}

    def said(name: str, parent: str | None, role: str, content: str, **more: Any) -> str:
        message = {"id": name, "parentId": parent, "childrenIds": [], "role": role, "content": content}
        messages[name] = {**message, "timestamp": now, **more}
        if parent:
            messages[parent]["childrenIds"].append(name)
        return name

    def answered(name: str, parent: str | None, at: int, content: str) -> str:
        by = {"model": models[at], "modelName": f"Answer {COLUMNS[at]}", "modelIdx": at, "done": True}
        return said(name, parent, "assistant", content, **by)

    last: str | None = None
    for at, message in enumerate(pair["messages"][:-1]):
        name = str(uuid.uuid5(uuid.UUID(own["chat"]), str(at)))
        if message["role"] == "assistant":
            last = answered(name, last, 0, message["content"])
        else:
            last = said(name, last, message["role"], message["content"], models=models[:1])
    asked = said(own[QUESTION], last, "user", pair["messages"][-1]["content"], models=models)
    for at, name in enumerate(COLUMNS):
        answered(own[name], asked, at, pair[columns[name]])
    return {
        "title": f"Pair {number + 1} of {len(queue['pairs'])}",
        "models": models,
        "params": {},
        "history": {"messages": messages, "currentId": own[COLUMNS[-1]]},
        "messages": [],
        "tags": [],
        "timestamp": now * 1000,
        "files": [],
    }


async def opened(queue: Mapping[str, Any], person: str, secret: str) -> tuple[int, str] | None:
    """The next pair for a person, and the id of the chat that holds it, which is there then. None where they have voted
    on all.
    """
    from open_webui.models.chats import ChatForm, Chats
    from open_webui.models.feedbacks import Feedbacks

    votes = [one for one in await Feedbacks.get_feedbacks_by_type("blind") if one.user_id == person]
    number = next_of(queue, person, {(one.meta or {}).get("chat_id") for one in votes})
    if number is None:
        return None
    chat = ids(queue, person, number)["chat"]
    if await Chats.get_chat_by_id(chat) is None:
        made = ChatForm(chat=chat_of(queue, person, number, secret, int(time.time())))
        await Chats.insert_new_chat(chat, person, made)
    return number, chat
