"""Which model is Answer A, and what a vote on a pair is. Pure: it knows nothing of Open WebUI but its ids and rows.

A function of Open WebUI is one text: serve/services/blind.py puts this one into both of them, in place of its import.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

VARIANTS = ("base", "tuned")
COLUMNS = ("A", "B")


def drawn(secret: str, chat_id: str, user_message_id: str) -> dict[str, str]:
    """Which variant answers in which column: always one of each, drawn anew for each message of a person, and the same
    whenever it is asked again, be it for another try at an answer or at the export of votes.
    """
    first = hmac.digest(secret.encode(), f"{chat_id}{user_message_id}".encode(), hashlib.sha256)[0] % 2
    return {"A": VARIANTS[first], "B": VARIANTS[1 - first]}


def column(model_id: str) -> str:
    """Of `blind.a`: `A`."""
    return model_id.rpartition(".")[2].upper()


def answers(messages: Mapping[str, Mapping[str, Any]], clicked: str) -> dict[str, str] | None:
    """The ids of the two answers to one message, by column: the one that was clicked on, and the latest of the other
    column. `messages` are a chat's, by id. None where either is missing, unfinished, or an error.
    """
    of = messages.get(clicked, {})
    found: dict[str, str] = {}
    for answer in sorted(messages.values(), key=lambda message: message.get("timestamp") or 0):
        if answer.get("parentId") == of.get("parentId") and answer.get("role") == "assistant":
            found[column(answer.get("model") or "")] = str(answer["id"])
    if of:
        found[column(of.get("model") or "")] = clicked
    whole = all(name in found and is_whole(messages[found[name]]) for name in COLUMNS)
    return {name: found[name] for name in COLUMNS} if whole else None


def is_whole(answer: Mapping[str, Any]) -> bool:
    return bool(answer.get("done", True) and not answer.get("error"))


def seal(secret: str, person: str, data: Mapping[str, Any], meta: Mapping[str, Any]) -> str:
    """What nobody can write who does not know the secret: HMAC-SHA-256 of whose vote it is and of all that it says."""
    said = [person, *(data[name] for name in ("vote", "A", "B", "versions", "prompt"))]
    said += [meta[name] for name in ("chat_id", "user_message_id", "message_ids")]
    return hmac.digest(secret.encode(), json.dumps(said, sort_keys=True).encode(), hashlib.sha256).hex()


def row(
    vote: str,
    person: str,
    secret: str,
    versions: Mapping[str, str],
    chat_id: str,
    asked: Mapping[str, Any],
    clicked: str,
    ids: Mapping[str, str],
) -> dict[str, Any]:
    """A vote, as Open WebUI keeps feedback; its fields are told at the top of images/webui/functions/vote.py.

    `person` is the id of whoever votes, `asked` their message, `ids` those of the two answers by column.
    """
    digest = hashlib.sha256(str(asked.get("content", "")).encode()).hexdigest()
    data = {
        "vote": vote,
        **drawn(secret, chat_id, asked["id"]),
        "versions": dict(versions),
        "prompt": digest[:12],
    }
    meta = {
        "chat_id": chat_id,
        "message_id": clicked,
        "user_message_id": asked["id"],
        "message_ids": dict(ids),
    }
    return {"type": "blind", "data": {**data, "seal": seal(secret, person, data, meta)}, "meta": meta}


def reveal(data: Mapping[str, Any]) -> str:
    """What is said above both answers once a vote stands, in a line that a narrow column shows whole."""
    return f"A is {data['A']}, B is {data['B']}; your vote: {data['vote']}"
