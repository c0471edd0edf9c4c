"""Chats and votes as Open WebUI 0.12 exports them: the fields that its API gives, filled in."""

import hashlib
from collections.abc import Sequence
from typing import Any

from evalharness.pool.people import genuine

Row = dict[str, Any]
VERSIONS = {"base": "20261118-1a2b3c", "tuned": "20261120-9f8e7d"}
AT = 1_795_000_000


def chat(
    name: str,
    question: str,
    answers: Sequence[tuple[str, str]],
    *,
    person: str = "ann",
    tags: Sequence[str] = (),
    earlier: Sequence[tuple[str, str]] = (),
) -> Row:
    """A chat of `GET /api/v1/chats/all/db`: earlier turns (question, answer), then a question that several models
    (name, answer) answered side by side. Ids: `{name}-q`, and `{name}-{model}` of the answers."""
    messages: dict[str, Row] = {}
    last = None
    turns = [(f"{name}-{number}", said) for number, pair in enumerate(earlier) for said in zip("qa", pair, strict=True)]
    for stem, (what, text) in turns:
        last = _said(messages, f"{stem}{what}", last, "user" if what == "q" else "assistant", text)
    asked = _said(messages, f"{name}-q", last, "user", question)
    for model, text in answers:
        _said(messages, f"{name}-{model}", asked, "assistant", text, model)
    current = f"{name}-{answers[-1][0]}" if answers else asked
    return {
        "id": name,
        "user_id": person,
        "title": "New Chat",
        "chat": {
            "id": "",
            "title": "New Chat",
            "models": [model for model, _ in answers],
            "params": {},
            "history": {"messages": messages, "currentId": current},
            "messages": [],
            "tags": [],
            "timestamp": AT * 1000,
            "files": [],
        },
        "updated_at": AT,
        "created_at": AT,
        "share_id": None,
        "archived": False,
        "pinned": False,
        "meta": {"tags": list(tags)} if tags else {},
        "variables": {},
        "folder_id": None,
        "tasks": None,
        "summary": None,
        "current_message_id": current,
        "context_usage": None,
    }


def _said(messages: dict[str, Row], name: str, parent: str | None, role: str, text: str, model: str = "tuned") -> str:
    messages[name] = {
        "id": name,
        "parentId": parent,
        "childrenIds": [],
        "role": role,
        "content": text,
        "timestamp": AT,
        **({"model": model, "modelName": model, "modelIdx": 0, "done": True} if role == "assistant" else {}),
    }
    if parent:
        messages[parent]["childrenIds"].append(name)
    return name


def thumb(of: Row, model: str, up: bool, *, name: str | None = None, person: str | None = None, at: int = AT) -> Row:
    """A thumb on a model's answer in a chat, as its page sends it: with a copy of the chat as it was."""
    data = {
        "rating": 1 if up else -1,
        "model_id": model,
        "sibling_model_ids": [one for one in of["chat"]["models"] if one != model] or None,
        "reason": None,
        "comment": None,
    }
    meta = {"arena": False, "model_id": model, "message_id": f"{of['id']}-{model}", "message_index": 2}
    return feedback("rating", data, {**meta, "chat_id": of["id"]}, of, name, person, at) | {"snapshot": {"chat": of}}


def blind(
    of: Row,
    vote: str,
    first: str = "base",
    *,
    secret: str | None = None,
    versions: Row | None = None,
    name: str | None = None,
    person: str | None = None,
    at: int = AT,
) -> Row:
    """A blind vote on a chat with the models blind.a and blind.b, as the function writes it that shows them: drawn and
    sealed with a secret where one is given."""
    question = of["chat"]["history"]["messages"][f"{of['id']}-q"]["content"]
    data = {
        **dict.fromkeys(("rating", "model_id", "sibling_model_ids", "reason", "comment")),
        "vote": vote,
        "A": first,
        "B": "tuned" if first == "base" else "base",
        "versions": VERSIONS if versions is None else versions,
        "prompt": hashlib.sha256(question.encode()).hexdigest()[:12],
    }
    ids = {"A": f"{of['id']}-blind.a", "B": f"{of['id']}-blind.b"}
    meta = {"chat_id": of["id"], "message_id": ids["A"], "user_message_id": f"{of['id']}-q", "message_ids": ids}
    made = feedback("blind", data, meta, of, name, person, at)
    return made if secret is None else sealed(made, secret)


def sealed(vote: Row, secret: str) -> Row:
    """The same blind vote, as the comparison itself would have written it."""
    data, meta = vote["data"], vote["meta"]
    data |= genuine.drawn(secret, meta["chat_id"], meta["user_message_id"])
    data["seal"] = genuine.seal(secret, vote["user_id"], data, meta)
    return vote


def feedback(kind: str, data: Row, meta: Row, of: Row, name: str | None, person: str | None, at: int) -> Row:
    """A row of `GET /api/v1/evaluations/feedbacks/all/export`."""
    return {
        "id": name or f"vote on {of['id']} {kind} {data.get('model_id')}",
        "user_id": person or of["user_id"],
        "version": 0,
        "type": kind,
        "data": data,
        "meta": meta,
        "snapshot": None,
        "created_at": at,
        "updated_at": at,
    }


def compared(name: str, question: str, a: str, b: str, *, person: str = "ann") -> Row:
    """A chat in which Answer A and Answer B stand side by side."""
    return chat(name, question, [("blind.a", a), ("blind.b", b)], person=person)
