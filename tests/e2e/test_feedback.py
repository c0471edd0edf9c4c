"""What people say in the deployment's own Open WebUI becomes rows, and is withdrawn once they delete it; what they
forge there is told from it."""

from typing import Any

import requests

from evalharness.pool.folder import Pool
from tests.newcomer import Checkout
from tests.webui_export import blind, chat, compared, sealed, thumb


class Person:
    """Signed in to the deployment's Open WebUI; chats and votes are posted as its own page posts them."""

    def __init__(self, deployment: Checkout) -> None:
        self.url, self.session = f"{deployment.url('webui')}/api/v1", requests.Session()
        self.secret = deployment.secrets()["BLIND_SECRET"]
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
        """Of a blind vote it is sealed as the comparison would have, but for its chat's id as it is kept there."""
        there = {**vote, "user_id": on["user_id"], "meta": {**vote["meta"], "chat_id": on["id"]}}
        if vote["type"] == "blind":
            sealed(there, self.secret)
        self.post(there)

    def post(self, vote: dict[str, Any]) -> None:
        form = {name: vote[name] for name in ("type", "data", "meta", "snapshot")}
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


def test_a_blind_vote_that_somebody_posts_past_the_buttons_is_counted_out(deployment: Checkout) -> None:
    person = Person(deployment)
    pair = compared("forged", "How long is a river, in a word?", "Long.", "Very.")
    kept = person.said(pair)
    guessed = blind(pair, "A", secret=person.secret)  # of a chat with another id: no seal of this one
    person.post({**guessed, "meta": {**guessed["meta"], "chat_id": kept["id"]}})
    done = deployment.make("feedback")
    assert done.code == 0, done.said
    assert "a blind vote that the comparison did not write" in done.said or "not those that were drawn" in done.said
    assert kept["id"] not in (deployment.root / "runs" / "votes.jsonl").read_text()
