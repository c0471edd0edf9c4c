"""What people say in the deployment's own Open WebUI becomes rows, and is withdrawn once they delete it."""

from typing import Any

import requests

from evalharness.pool.folder import Pool
from tests.newcomer import Checkout
from tests.webui_export import blind, chat, compared, thumb


class Person:
    """Signed in to the deployment's Open WebUI; chats and votes are posted as its own page posts them."""

    def __init__(self, deployment: Checkout) -> None:
        self.url, self.session = f"{deployment.url('webui')}/api/v1", requests.Session()
        account = {"email": "admin@tandem.local", "password": deployment.secrets()["WEBUI_PASSWORD"]}
        self.session.headers["Authorization"] = f"Bearer {self.ask('POST', 'auths/signin', account)['token']}"

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.session.request(method, f"{self.url}/{path}", json=body, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def said(self, made: dict[str, Any]) -> dict[str, Any]:
        """A chat of webui_export, kept there under an id of its own."""
        kept: dict[str, Any] = self.ask("POST", "chats/new", {"chat": made["chat"]})
        return kept

    def voted(self, vote: dict[str, Any], on: dict[str, Any]) -> None:
        meta = {**vote["meta"], "chat_id": on["id"]}
        form = {"type": vote["type"], "data": vote["data"], "meta": meta, "snapshot": vote["snapshot"]}
        self.ask("POST", "evaluations/feedback", form)


def states(deployment: Checkout, *settings: str) -> dict[str, str]:
    """Of each kind of row its state, once `make feedback` has run."""
    done = deployment.make("feedback", *settings)
    assert done.code == 0, done.said
    return {row.kind: row.state for row in Pool(deployment.root / "pool")}


def test_votes_become_rows_and_a_deleted_chat_is_withdrawn(deployment: Checkout) -> None:
    person = Person(deployment)
    liked = chat("liked", "What is a river, in a word?", [("base", "Water."), ("tuned", "A stream.")])
    pair = compared("pair", "Where does a river end, in a word?", "Nowhere.", "In a sea.")
    kept, compared_there = person.said(liked), person.said(pair)
    person.voted(thumb(liked, "tuned", True), kept)
    person.voted(blind(pair, "B"), compared_there)
    assert states(deployment) == {}  # nobody has agreed that a model learns from it
    votes = (deployment.root / "runs" / "votes.jsonl").read_text()
    assert votes.count(f'"chat": "{compared_there["id"]}"') == 1  # others may have voted before
    assert kept["id"] not in votes  # a thumb is no blind vote
    assert states(deployment, "FEEDBACK_CONSENT=1") == {"liked": "accepted", "preferred": "accepted"}
    person.ask("DELETE", f"chats/{kept['id']}")
    assert states(deployment, "FEEDBACK_CONSENT=1") == {"liked": "withdrawn", "preferred": "accepted"}
