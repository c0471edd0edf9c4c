"""What people say in the deployment's own Open WebUI becomes rows, and is withdrawn once they delete it; what they
forge there is told from it."""

import pytest

from evalharness.pool.folder import Pool
from tests.newcomer import Checkout
from tests.webui_export import blind, chat, compared, thumb
from tests.webui_person import Person


@pytest.fixture(scope="module")  # Open WebUI takes only so many sign-ins in three minutes
def person(deployment: Checkout) -> Person:
    return Person(deployment)


def states(deployment: Checkout, *settings: str) -> dict[str, str]:
    """Of each kind of row its state, once `make feedback` has run."""
    done = deployment.make("feedback", *settings)
    assert done.code == 0, done.said
    return {row.kind: row.state for row in Pool(deployment.root / "pool")}


def test_votes_become_rows_and_a_deleted_chat_is_withdrawn(deployment: Checkout, person: Person) -> None:
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
    person.ask("DELETE", f"v1/chats/{kept['id']}")
    assert states(deployment, "FEEDBACK_CONSENT=1") == {"liked": "withdrawn", "preferred": "accepted"}


def test_a_blind_vote_that_somebody_posts_past_the_buttons_is_counted_out(deployment: Checkout, person: Person) -> None:
    pair = compared("forged", "How long is a river, in a word?", "Long.", "Very.")
    kept = person.said(pair)
    guessed = blind(pair, "A", secret=person.secret)  # of a chat with another id: no seal of this one
    person.post({**guessed, "meta": {**guessed["meta"], "chat_id": kept["id"]}})
    done = deployment.make("feedback")
    assert done.code == 0, done.said
    assert "a blind vote that the comparison did not write" in done.said or "not those that were drawn" in done.said
    assert kept["id"] not in (deployment.root / "runs" / "votes.jsonl").read_text()
