"""Somebody signed in to a deployment's Open WebUI: what they say, vote and post goes in as its own page sends it."""

import json
import time
from pathlib import Path
from typing import Any

import requests

from tests.newcomer import Checkout
from tests.webui_export import Row, sealed

RUN = "20261121T120000-eval"


class Person:
    """By default the deployment's administrator."""

    def __init__(self, deployment: Checkout, email: str = "admin@tandem.local", password: str = "") -> None:
        self.url, self.session = deployment.url("webui"), requests.Session()
        self.secret = deployment.secrets()["BLIND_SECRET"]
        account = {"email": email, "password": password or deployment.secrets()["WEBUI_PASSWORD"]}
        self.session.headers["Authorization"] = f"Bearer {self.ask('POST', 'v1/auths/signin', account)['token']}"

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        for _ in range(5):
            answer = self.session.request(method, f"{self.url}/api/{path}", json=body, timeout=600)
            if answer.status_code != 429:
                break
            time.sleep(60)  # it takes only so many sign-ins in three minutes, and counts those that it refuses
        assert answer.ok, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    def said(self, made: Row) -> Row:
        """A chat of webui_export, kept there under an id of its own."""
        kept: Row = self.ask("POST", "v1/chats/new", {"chat": made["chat"]})
        return kept

    def answered(self, model: str, question: str, chat: str, message: str) -> str:
        """What a model answers to a message of a chat."""
        asked = {
            "model": model,
            "messages": [{"role": "user", "content": question}],
            "stream": False,
            "temperature": 0,
            "max_tokens": 64,
            "chat_id": chat,
            "user_message": {"id": message, "role": "user", "content": question},
        }
        return str(self.ask("POST", "chat/completions", asked)["choices"][0]["message"]["content"])

    def click(self, button: str, chat: str, answer: str) -> None:
        """One of the comparison's buttons (a, b, tie, both_bad) under an answer. Whoever has no page open is not asked
        to go on."""
        about = {"model": "blind.a", "messages": [], "chat_id": chat, "id": answer, "session_id": "none"}
        self.ask("POST", f"chat/actions/blind_vote.{button}", about)

    def voted(self, vote: Row, on: Row) -> None:
        """A vote of webui_export on a chat that is kept there; a blind one is sealed as the comparison would have."""
        there = {**vote, "user_id": on["user_id"], "meta": {**vote["meta"], "chat_id": on["id"]}}
        self.post(sealed(there, self.secret) if vote["type"] == "blind" else there)

    def post(self, vote: Row) -> None:
        """As it is: whoever has an account can."""
        self.ask("POST", "v1/evaluations/feedback", {name: vote[name] for name in ("type", "data", "meta", "snapshot")})

    def votes(self) -> list[Row]:
        """All blind votes, as an administrator exports them."""
        rows: list[Row] = self.ask("GET", "v1/evaluations/feedbacks/all/export")
        return [row for row in rows if row["type"] == "blind"]


def put_up(deployment: Checkout, said: list[tuple[str, str, str]], versions: dict[str, str]) -> Path:
    """The folder of an eval run, of which there are a question and the answers of base and tuned each; its path as
    RUN takes it."""
    folder = deployment.root / "put-up" / RUN
    folder.mkdir(parents=True, exist_ok=True)
    sides = [{"name": name, "version": version} for name, version in versions.items()]
    (folder / "run.json").write_text(json.dumps({"kind": "eval", "endpoints": sides}))
    prompts = [{"suite": "s", "id": q, "messages": [{"role": "user", "content": q}]} for q, *_ in said]
    answers = [
        {"suite": "s", "id": question, "endpoint": side, "answer": text, "error": None}
        for question, *texts in said
        for side, text in zip(versions, texts, strict=True)
    ]
    for name, rows in (("prompts", prompts), ("answers", answers)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder.relative_to(deployment.root)
